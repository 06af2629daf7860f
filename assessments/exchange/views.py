"""The page on which an administrator takes records out."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mmt.accounts.again import ask_again
from mmt.accounts.models import User
from mmt.accounts.requests import SignedInRequest
from mmt.audit.log import record
from mmt.audit.models import Action, Outcome
from mmt.jobs.notices import expect

from . import job, small_groups
from .column import Column, ResultColumn
from .columns import columns_of
from .export import Export, forecast
from .forms import ExportForm
from .measured import MEASURED
from .rights import Rights, may_export
from .selection import Layout


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponseBase:
    """Choose records and get the file. The choice in the address says how many they are."""
    rights = rights_of(request.user)
    if request.method == "POST":
        if asked := ask_again(request, back=request.path):
            return asked
        form = ExportForm(request.POST, rights=rights)
        if form.is_valid():
            return _file(request, form)
    elif request.htmx:
        return _found(request, rights)
    else:
        form = ExportForm(rights=rights)
    context = {"form": form, "columns": _columns(), "named": bool(rights.named)}
    return render(request, "exports/index.html", context)


def _columns() -> list[tuple[Column, str]]:
    """Return each column with the layouts that have it."""
    return [
        *(
            (column, _("long") if isinstance(column, ResultColumn) else _("all"))
            for column in columns_of(Layout.LONG)
        ),
        *((column, _("measurements")) for column in MEASURED),
    ]


def rights_of(user: User) -> Rights:
    """Return what the person may take out. Raises PermissionDenied where that is nothing."""
    rights = Rights.of(user)
    if rights.clinics:
        return rights
    with transaction.atomic():
        record(
            Action.EXPORTED,
            by=user,
            clinic_id=user.clinics[0].pk if user.clinics else None,
            outcome=Outcome.REFUSED,
        )
    raise PermissionDenied(
        _("Only an administrator or a clinician of a clinic can export its records.")
    )


def _file(request: SignedInRequest, form: ExportForm) -> HttpResponseBase:
    """Hand out the file at once, or have it made in the background if that takes long."""
    selection, shape, user = form.selection, form.shape, request.user
    expected = forecast(selection, shape)
    if expected.long:
        job.ask(form, by=user, rows=expected.rows)
        expect(request)
        messages.success(request, _("The file is being made. You can go on working meanwhile."))
        return redirect("jobs:index")
    return stream_of(form, user)


def stream_of(form: ExportForm, user: User) -> StreamingHttpResponse:
    selection, shape = form.selection, form.shape

    def may_go_on() -> bool:
        return may_export(user, selection.clinic, deidentified=selection.deidentified)

    export = Export(selection, shape, by=user, may_go_on=may_go_on)
    # The response closes the export, also when the browser goes away in the middle.
    return StreamingHttpResponse(
        export,
        content_type=export.format.content_type,
        headers={"Content-Disposition": f'attachment; filename="{export.file_name}"'},
    )


def _found(request: SignedInRequest, rights: Rights) -> HttpResponse:
    """Say how many rows the choice gives, or nothing while it is not complete."""
    form = ExportForm(request.GET, rights=rights)
    if not form.is_valid():
        return render(request, "exports/_found.html")
    selection = form.selection
    context = {
        "found": forecast(selection, form.shape),
        "warnings": small_groups.warnings(selection) if selection.deidentified else [],
    }
    return render(request, "exports/_found.html", context)
