"""The page on which an administrator takes records out."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Permission

from ..views.access import SignedInRequest
from .columns import columns_of
from .export import Export, count
from .forms import ExportForm
from .selection import Layout


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponseBase:
    """Choose records and get the file. The choice in the address says how many they are."""
    clinics = request.user.clinics_with(Permission.EXPORT)
    if not clinics:
        raise PermissionDenied(_("Only an administrator of a clinic can export its records."))
    if request.method == "POST":
        form = ExportForm(request.POST, clinics=clinics)
        if form.is_valid():
            return _file(form, request.user)
    elif request.htmx:
        return _found(request, clinics)
    else:
        form = ExportForm(clinics=clinics)
    wide = set(columns_of(Layout.WIDE))
    columns = [(column, column not in wide) for column in columns_of(Layout.LONG)]
    context = {"form": form, "columns": columns}
    return render(request, "exports/index.html", context)


def _file(form: ExportForm, user: User) -> StreamingHttpResponse:
    clinic = form.selection.clinic

    def may_go_on() -> bool:
        # Asked anew: the person of this request keeps the memberships it began with.
        current = User.objects.filter(pk=user.pk, is_active=True).first()
        return current is not None and current.can(Permission.EXPORT, clinic)

    export = Export(form.selection, form.shape, by=user, may_go_on=may_go_on)
    # The response closes the export, also when the browser goes away in the middle.
    return StreamingHttpResponse(
        export,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{export.file_name}"'},
    )


def _found(request: SignedInRequest, clinics: list[Clinic]) -> HttpResponse:
    """Say how many rows the choice gives, or nothing while it is not complete."""
    form = ExportForm(request.GET, clinics=clinics)
    found = count(form.selection, form.shape) if form.is_valid() else None
    return render(request, "exports/_found.html", {"found": found})
