"""Recording: start, the grid, saving, discarding."""

import json
from collections.abc import Sequence
from operator import attrgetter
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mmt.audit.models import Action

from .. import instrument
from ..entry import drafts, typed
from ..entry.content import draft_keys
from ..entry.forms import StartForm
from ..entry.grid import ORDERS
from ..entry.operations import BadOperations, Batch, read_batch
from ..entry.page import RecordPage
from ..models import Assessment, Draft
from ..permissions import check_user_can_edit_draft, check_user_can_record
from .access import SignedInRequest, get_assessment, get_patient


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Choose battery, scale and time; the clinic's are set. Starting opens the grid."""
    patient = get_patient(request, patient_id, check_user_can_record, Action.DRAFT_STARTED)
    form = StartForm(request.POST or None, patient=patient)
    if request.method == "POST" and form.is_valid():
        try:
            assessment = drafts.start_draft(form.assessment(request.user), by=request.user)
        except drafts.AlreadyUsed:
            form.add_error(None, _("This form was used before. Open a new one."))
        else:
            return redirect("assessments:record", assessment.pk)
    mine = (
        Assessment.objects.visible_to(request.user)
        .drafts()
        .filter(patient=patient, entered_by=request.user)
    )
    context = {
        "patient": patient,
        "form": form,
        "drafts": mine.select_related("draft"),
        "signed_today": patient.assessments.in_force().since(patient.clinic.midnight()),
    }
    return render(request, "assessments/new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """The grid. With scripts it saves itself; without, this takes the whole form."""
    assessment = get_assessment(
        request, assessment_id, check_user_can_edit_draft, when=attrgetter("is_draft")
    )
    if not assessment.is_draft:
        return _no_longer_a_draft(request, assessment)
    if request.method != "POST":
        return _grid(request, assessment, assessment.draft)
    try:
        batch = typed.read_form(request.POST, assessment, assessment.draft)
        drafts.save_operations(assessment.pk, batch, by=request.user)
    except BadOperations as problem:
        messages.error(request, str(problem))
        return _grid(request, assessment, assessment.draft, status=400)
    except drafts.Conflicts as found:
        return _grid(request, assessment, found.draft, found.conflicts, status=409)
    except drafts.NoLongerADraft:
        return _no_longer_a_draft(request, assessment)
    messages.success(request, _("Saved."))
    then = "assessments:sign" if request.POST.get("then") == "sign" else "assessments:record"
    return redirect(then, assessment.pk)


def _grid(
    request: SignedInRequest,
    assessment: Assessment,
    draft: Draft,
    conflicts: Sequence[drafts.Conflict] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    """Show the grid; after a refused form, with what was typed in it."""
    order = request.GET.get("order", "")
    page = RecordPage(
        assessment,
        draft,
        order if order in ORDERS else "position",
        conflicts,
        refused=request.POST if status >= 400 else None,
    )
    return render(request, "assessments/record.html", page.context(), status=status)


def _no_longer_a_draft(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    if request.method == "POST":
        messages.error(
            request,
            _("This assessment was signed or discarded meanwhile. What you sent was not saved."),
        )
    return redirect("assessments:read", assessment.pk)


@require_POST
def save(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Take operations of one page as JSON; see `entry.operations` for the protocol."""
    assessment = get_assessment(request, assessment_id)
    if not assessment.is_draft:
        return _signed_meanwhile()
    try:
        check_user_can_edit_draft(request.user, assessment)
        batch = _read_json(request, assessment)
        if batch.patient != assessment.patient_id:
            return _problem(409, "patient", _("This page belongs to another patient."))
        draft = drafts.save_operations(assessment.pk, batch, by=request.user)
    except PermissionDenied as refused:
        return _problem(403, "refused", str(refused))
    except BadOperations as problem:
        return _problem(400, "content", str(problem))
    except drafts.NoLongerADraft:
        return _signed_meanwhile()
    except drafts.Conflicts as conflict:
        return _conflict(conflict, assessment)
    return JsonResponse({"revision": draft.revision} | _saved(draft, assessment))


def _read_json(request: SignedInRequest, assessment: Assessment) -> Batch:
    """Read the body, which no other content type leaves whole. Raises BadOperations."""
    try:
        if request.content_type != "application/json":
            raise ValueError(request.content_type)
        data = json.loads(request.body)
    except RequestDataTooBig:
        raise BadOperations(_("This is too long.")) from None
    except (ValueError, RecursionError):
        raise BadOperations(_("This is not JSON.")) from None
    return read_batch(data, draft_keys(assessment))


@require_POST
def discard(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    assessment = get_assessment(
        request, assessment_id, check_user_can_edit_draft, Action.DRAFT_DISCARDED
    )
    try:
        drafts.discard_draft(assessment, by=request.user)
    except drafts.NoLongerADraft:
        return _no_longer_a_draft(request, assessment)
    messages.success(request, _("The draft was discarded."))
    return redirect("assessments:person", assessment.patient_id)


@require_POST
def add_movement(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Test one more movement than the battery asks for."""
    assessment = get_assessment(request, assessment_id, check_user_can_edit_draft)
    wanted = request.POST.get("movement", "")
    if wanted not in instrument.MOVEMENTS:
        messages.error(request, _("Movement: choose one from the list."))
        return redirect("assessments:record", assessment.pk)
    try:
        drafts.add_movement(assessment, wanted)
    except drafts.NoLongerADraft:
        return _no_longer_a_draft(request, assessment)
    return redirect("assessments:record", assessment.pk)


def _conflict(conflict: drafts.Conflicts, assessment: Assessment) -> JsonResponse:
    cells = [
        {"key": found.key, "yours": found.yours, "theirs": found.theirs}
        for found in conflict.conflicts
    ]
    body = {
        "error": "conflict",
        "revision": conflict.draft.revision,
        "conflicts": cells,
    }
    return JsonResponse(body | _saved(conflict.draft, assessment), status=409)


def _saved(draft: Draft, assessment: Assessment) -> dict[str, str]:
    """When the draft was saved, and how the clinic's wall clock shows it."""
    at = draft.saved_at.astimezone(assessment.clinic.zone)
    return {"saved_at": at.isoformat(timespec="seconds"), "saved": f"{at:%H:%M:%S}"}


def _signed_meanwhile() -> JsonResponse:
    return _problem(409, "signed", _("This assessment was signed or discarded meanwhile."))


def _problem(status: int, error: str, message: str) -> JsonResponse:
    return JsonResponse({"error": error, "message": message}, status=status)
