"""Recording: start, the grid, saving, discarding."""

import json
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import instrument
from ..entry import drafts, typed
from ..entry.forms import StartForm
from ..entry.grid import ORDERS
from ..entry.operations import BadOperations, read_batch
from ..entry.page import RecordPage
from ..models import Assessment, Draft
from ..permissions import check_user_can_edit_draft, check_user_can_record
from .access import SignedInRequest, get_assessment, get_patient


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, patient_id: UUID) -> HttpResponse:
    """Choose battery, scale and time; the clinic's are set. Starting opens the grid."""
    patient = get_patient(request, patient_id)
    check_user_can_record(request.user, patient)
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
    context = {"patient": patient, "form": form, "drafts": mine.select_related("draft")}
    return render(request, "assessments/new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """The grid. With scripts it saves itself; without, this takes the whole form."""
    assessment = get_assessment(request, assessment_id)
    if not assessment.is_draft:
        return redirect("assessments:read", assessment.pk)
    check_user_can_edit_draft(request.user, assessment)
    draft, conflicts = assessment.draft, ()
    if request.method == "POST":
        try:
            batch = typed.read_form(request.POST, assessment, draft)
            drafts.save_operations(assessment.pk, batch, by=request.user)
        except BadOperations as problem:
            messages.error(request, str(problem))
        except drafts.Conflicts as conflict:
            draft, conflicts = typed.keep_mine(conflict), conflict.conflicts
        else:
            messages.success(request, _("Saved."))
            wants_sign = request.POST.get("then") == "sign"
            return redirect(
                "assessments:sign" if wants_sign else "assessments:record", assessment.pk
            )
    order = request.GET.get("order", "")
    page = RecordPage(assessment, draft, order if order in ORDERS else "position", conflicts)
    return render(request, "assessments/record.html", page.context())


@require_POST
def save(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Take operations of one page as JSON; see `entry.operations` for the protocol."""
    assessment = get_assessment(request, assessment_id)
    try:
        batch = read_batch(json.loads(request.body))
    except (BadOperations, ValueError, RecursionError) as problem:
        message = str(problem) if isinstance(problem, BadOperations) else _("This is not JSON.")
        return _problem(400, "content", message)
    if batch.patient != assessment.patient_id:
        return _problem(409, "patient", _("This page belongs to another patient."))
    try:
        check_user_can_edit_draft(request.user, assessment)
        draft = drafts.save_operations(assessment.pk, batch, by=request.user)
    except PermissionDenied as refused:
        return _problem(403, "refused", str(refused))
    except drafts.NoLongerADraft:
        return _problem(409, "signed", _("This assessment was signed or discarded meanwhile."))
    except drafts.Conflicts as conflict:
        return _conflict(conflict, assessment)
    return JsonResponse(
        {
            "revision": draft.revision,
            "saved": _clock(draft, assessment),
        }
    )


@require_POST
def discard(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    assessment = get_assessment(request, assessment_id)
    check_user_can_edit_draft(request.user, assessment)
    drafts.discard_draft(assessment, by=request.user)
    messages.success(request, _("The draft was discarded."))
    return redirect("assessments:person", assessment.patient_id)


@require_POST
def add_movement(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Test one more movement than the battery asks for."""
    assessment = get_assessment(request, assessment_id)
    check_user_can_edit_draft(request.user, assessment)
    wanted = request.POST.get("movement", "")
    if wanted in instrument.MOVEMENTS:
        drafts.add_movement(assessment, wanted)
    else:
        messages.error(request, _("Movement: choose one from the list."))
    return redirect("assessments:record", assessment.pk)


def _conflict(conflict: drafts.Conflicts, assessment: Assessment) -> JsonResponse:
    cells = [
        {"key": found.key, "yours": found.yours, "theirs": found.theirs}
        for found in conflict.conflicts
    ]
    return JsonResponse(
        {
            "error": "conflict",
            "revision": conflict.draft.revision,
            "saved": _clock(conflict.draft, assessment),
            "conflicts": cells,
        },
        status=409,
    )


def _clock(draft: Draft, assessment: Assessment) -> str:
    """When the draft was saved, on the clinic's wall clock."""
    return f"{draft.saved_at.astimezone(assessment.clinic.zone):%H:%M:%S}"


def _problem(status: int, error: str, message: str) -> JsonResponse:
    return JsonResponse({"error": error, "message": message}, status=status)
