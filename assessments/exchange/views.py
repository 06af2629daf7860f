"""The page on which an administrator takes records out."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mmt.accounts.again import asks_again_to_post
from mmt.accounts.models import Clinic, User
from mmt.accounts.requests import SignedInRequest
from mmt.accounts.roles import Permission
from mmt.audit.log import record
from mmt.audit.models import Action, Outcome

from .column import Column, ResultColumn
from .columns import columns_of
from .export import Export, count
from .forms import ExportForm
from .measured import MEASURED
from .selection import Layout


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again_to_post
def index(request: SignedInRequest) -> HttpResponseBase:
    """Choose records and get the file. The choice in the address says how many they are."""
    clinics = clinics_for(request.user)
    if request.method == "POST":
        form = ExportForm(request.POST, clinics=clinics)
        if form.is_valid():
            return file_of(form, request.user)
    elif request.htmx:
        return _found(request, clinics)
    else:
        form = ExportForm(clinics=clinics)
    return render(request, "exports/index.html", {"form": form, "columns": _columns()})


def _columns() -> list[tuple[Column, str]]:
    """Return each column with the layouts that have it."""
    return [
        *(
            (column, _("long") if isinstance(column, ResultColumn) else _("all"))
            for column in columns_of(Layout.LONG)
        ),
        *((column, _("measurements")) for column in MEASURED),
    ]


def clinics_for(user: User) -> list[Clinic]:
    """Return the clinics whose records the person may take out. Raises PermissionDenied."""
    if clinics := user.clinics_with(Permission.EXPORT):
        return clinics
    with transaction.atomic():
        record(
            Action.EXPORTED,
            by=user,
            clinic_id=user.clinics[0].pk if user.clinics else None,
            outcome=Outcome.REFUSED,
        )
    raise PermissionDenied(_("Only an administrator of a clinic can export its records."))


def file_of(form: ExportForm, user: User) -> StreamingHttpResponse:
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
