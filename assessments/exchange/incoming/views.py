"""The pages on which an administrator brings records in: file, columns, check, done."""

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from mmt.accounts.models import Clinic, User
from mmt.accounts.requests import SignedInRequest
from mmt.accounts.roles import Permission
from mmt.audit.log import record
from mmt.audit.models import Action, Outcome
from mmt.jobs.models import Job
from mmt.jobs.notices import expect
from mmt.jobs.wording import time_left

from ...models import Import, ImportStatus, StagedTable
from ..csv_lines import END, csv_cells
from ..spreadsheet import harmless
from . import actions, check_job, job, targets, undoing
from .check import check as check_table
from .forms import ColumnsForm, UndoForm, UploadForm
from .mapping import from_json
from .report import Report, kept_reasons, kept_report, reasons_of, report_of
from .report import rejected as rejected_rows
from .staging import first_mapping, forget_old, forget_report, hash_of, set_mapping, stage, table_of
from .table import Unreadable, read_table

NEWEST = 20
GOOD, AGAIN = "good", "again"  # what the buttons of the check say


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponse:
    """Send a file, and see what was imported before."""
    clinics = _clinics_for(request.user)
    forget_old()
    form = UploadForm(request.POST or None, request.FILES or None, clinics=clinics)
    if request.method == "POST" and form.is_valid() and (found := _stage(form, request.user)):
        return redirect("imports:columns", found.pk)
    newest = (
        Import.objects.filter(clinic__in=clinics)
        .select_related("clinic", "by")
        .order_by("-uploaded_at")[:NEWEST]
    )
    context = {"form": form, "imports": newest, "several": len(clinics) > 1}
    return render(request, "imports/index.html", context)


def _stage(form: UploadForm, user: User) -> Import | None:
    """Read and keep the file; None where it cannot be read, which the form then says."""
    data = form.cleaned_data
    file: UploadedFile = data["file"]
    try:
        with _on_disk(file) as path:
            table = read_table(
                path,
                name=file.name or "",
                encoding=data["encoding"],
                delimiter=data["delimiter"],
                sheet=data["sheet"],
            )
            file_hash = hash_of(path)
    except Unreadable as problem:
        form.add_error("file", str(problem))
        return None
    return stage(
        table,
        id=data["new_id"],
        clinic=form.chosen_clinic,
        file_name=file.name or "",
        file_hash=file_hash,
        by=user,
    )


@contextmanager
def _on_disk(file: UploadedFile) -> Iterator[Path]:
    """Yield where the file lies while it is read, for its owner's eyes only."""
    if isinstance(file, TemporaryUploadedFile):
        yield Path(file.temporary_file_path())
        return
    with tempfile.NamedTemporaryFile() as copy:  # mode 0600
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Say what each column is."""
    found = _get_import(request, import_id)
    if not found.is_staged:
        return redirect("imports:read", found.pk)
    mapping, remembered = first_mapping(found)
    form = ColumnsForm(request.POST or None, table=table_of(found), mapping=mapping)
    if request.method == "POST" and form.is_valid():
        set_mapping(found, form.mapping, by=request.user)
        found.refresh_from_db(fields=["mapping"])
        if job.is_large(found) and kept_report(found) is None:
            return _have_checked(request, found)
        return redirect("imports:check", found.pk)
    context = {
        "found": found,
        "form": form,
        "names": targets.names(),
        "remembered": remembered,
        "worksheet": targets.is_worksheet(found.reading["headings"]),
    }
    return render(request, "imports/columns.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """The dry run; confirmed, it is carried out. That of a large file is made by a job."""
    found = _get_import(request, import_id)
    if not found.is_staged:
        return redirect("imports:read", found.pk)
    if found.mapping is None:
        return redirect("imports:columns", found.pk)
    if job.is_large(found):
        return _check_large(request, found)
    plan = check_table(table_of(found), from_json(found.mapping), found.clinic)
    if request.method == "POST":
        only_good = request.POST.get("rows") == GOOD
        try:
            actions.carry_out(found, plan, only_good=only_good, by=request.user)
        except actions.Refused as refused:
            messages.error(request, str(actions.REFUSALS[refused.code]))
        else:
            return redirect("imports:read", found.pk)
    return _show(request, found, report_of(plan))


def _check_large(request: SignedInRequest, found: Import) -> HttpResponse:
    wanted = request.POST.get("rows", "")
    if wanted == AGAIN:
        return _have_checked(request, found)
    # The job first: it may end between the two looks, and then its report is there.
    under_way, report = check_job.newest(found), kept_report(found)
    if report is None:
        return _checking(request, found, under_way)
    if request.htmx:  # the page of a check under way asks how far it is
        return HttpResponseClientRefresh()
    if request.method == "POST":
        if not (refusal := actions.refusal(report, only_good=wanted == GOOD)):
            return _have_imported(request, found, only_good=wanted == GOOD)
        messages.error(request, str(actions.REFUSALS[refusal]))
    job.mark_seen_of(found, by=request.user)
    return _show(request, found, report)


def _have_checked(request: SignedInRequest, found: Import) -> HttpResponse:
    forget_report(found)
    check_job.ask(found, by=request.user)
    expect(request)
    return redirect("imports:check", found.pk)


def _have_imported(request: SignedInRequest, found: Import, *, only_good: bool) -> HttpResponse:
    if not job.is_under_way(found):
        job.ask(found, rows=found.reading["rows"], only_good=only_good, by=request.user)
    expect(request)
    messages.success(request, _("The rows are being imported. You can go on meanwhile."))
    return redirect("jobs:index")


def _checking(request: SignedInRequest, found: Import, under_way: Job | None) -> HttpResponse:
    """How far the check of a large file is, or why there is none."""
    left = time_left(under_way, timezone.now()) if under_way else ""
    context = {"found": found, "job": under_way, "left": left}
    name = "imports/_checking.html" if request.htmx else "imports/checking.html"
    return render(request, name, context)


def _show(request: SignedInRequest, found: Import, report: Report) -> HttpResponse:
    targets_of = from_json(found.mapping or {}).columns
    pairs = zip(found.reading["headings"], targets_of, strict=True)
    context = {
        "found": found,
        "report": report,
        "large": job.is_large(found),
        "under_way": job.is_under_way(found),
        "minutes_alone": job.minutes_alone(report.visits, report.scores),
        "left_out": [heading for heading, target in pairs if not target],
    }
    return render(request, "imports/check.html", context)


@require_safe
def rejected(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """The rows that stay behind, to be corrected and sent again."""
    found = _get_import(request, import_id)
    if found.mapping is None or not StagedTable.objects.filter(batch=found).exists():
        raise Http404
    table = table_of(found)
    if job.is_large(found):
        reasons = kept_reasons(found)
    else:
        reasons = reasons_of(check_table(table, from_json(found.mapping), found.clinic))
    lines = [csv_cells(map(harmless, row)) + END for row in rejected_rows(table, reasons)]
    response = HttpResponse(
        codecs.BOM_UTF8 + b"".join(lines), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="mmt-rejected-rows.csv"'
    return response


@require_safe
def read(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """What an import brought in."""
    found = _get_import(request, import_id)
    if found.is_staged:
        return redirect("imports:check", found.pk)
    is_in = found.status == ImportStatus.IMPORTED
    if job.is_large(found):
        job.mark_seen_of(found, by=request.user)
    context = {
        "found": found,
        "visits": found.visits.select_related("assessment__patient").order_by("row")[:NEWEST],
        "may_undo": is_in and not undoing.is_built_upon(found),
        "refusal": actions.REFUSALS["built upon"],
        "has_rows": StagedTable.objects.filter(batch=found).exists(),
    }
    return render(request, "imports/read.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    found = _get_import(request, import_id)
    if found.status != ImportStatus.IMPORTED:
        return redirect("imports:read", found.pk)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undoing.undo(found, reason=form.cleaned_data["reason"], by=request.user)
        except actions.Refused as refused:
            messages.error(request, str(actions.REFUSALS[refused.code]))
        return redirect("imports:read", found.pk)
    return render(request, "imports/undo.html", {"found": found, "form": form})


@require_POST
def forget(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Delete a file that was not imported."""
    found = _get_import(request, import_id)
    check_job.call_off(found, by=request.user)
    deleted, _kinds = Import.objects.filter(pk=found.pk, status=ImportStatus.STAGED).delete()
    if deleted:
        messages.success(request, _("The file is deleted. Nothing of it was imported."))
    return redirect("imports:index")


def _clinics_for(user: User) -> list[Clinic]:
    """Return the clinics into which the person may bring records. Raises PermissionDenied."""
    if clinics := user.clinics_with(Permission.IMPORT):
        return clinics
    raise _refusal(user, user.clinics[0] if user.clinics else None)


def _get_import(request: SignedInRequest, import_id: UUID) -> Import:
    """Return an import of one's own clinic, or 404; only its administrator gets it."""
    found = get_object_or_404(
        Import.objects.filter(clinic__in=request.user.clinics).select_related("clinic", "by"),
        pk=import_id,
    )
    if not request.user.can(Permission.IMPORT, found.clinic):
        raise _refusal(request.user, found.clinic)
    return found


def _refusal(user: User, clinic: Clinic | None) -> PermissionDenied:
    with transaction.atomic():
        record(
            Action.IMPORT_UPLOADED,
            by=user,
            clinic_id=clinic.pk if clinic else None,
            outcome=Outcome.REFUSED,
        )
    return PermissionDenied(_("Only an administrator of a clinic can import records."))
