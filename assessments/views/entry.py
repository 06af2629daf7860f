"""Recording: the grid, and saving."""

import json
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .. import instrument
from ..entry import drafts, typed
from ..entry.content import draft_keys
from ..entry.late import stands
from ..entry.operations import BadOperations, Batch, read_batch
from ..entry.order import ORDERS, Order, chosen
from ..entry.page import RecordPage
from ..models import Assessment, Draft
from ..permissions import check_user_can_edit_draft
from .access import SignedInRequest, get_assessment, get_to_save


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """The grid. With scripts it saves itself; without, this takes the whole form, and its buttons
    save before they do anything else.
    """
    assessment = get_assessment(
        request, assessment_id, check_user_can_edit_draft, when=attrgetter("is_draft")
    )
    if not assessment.is_draft:
        return _no_longer_a_draft(request, assessment)
    if request.method != "POST":
        return _grid(request, assessment, assessment.draft)
    try:
        batch = typed.read_form(request.POST, assessment, assessment.draft)
        if not typed.all_picked(request.POST, assessment):
            return _ask_again(request, assessment)
        drafts.save_operations(assessment.pk, batch, by=request.user)
    except BadOperations as problem:
        messages.error(request, str(problem))
        return _grid(request, assessment, assessment.draft, status=400)
    except drafts.Conflicts as found:
        return _grid(request, assessment, found.draft, found.conflicts, status=409)
    except drafts.NoLongerADraft:
        return _no_longer_a_draft(request, assessment)
    messages.success(request, _("Saved."))
    return _go_on(request, assessment, batch)


def _ask_again(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    messages.error(
        request, _("Nothing was saved: choose for each score that was changed in two places.")
    )
    return _grid(request, assessment, assessment.draft, status=409)


def _go_on(request: SignedInRequest, assessment: Assessment, batch: Batch) -> HttpResponse:
    """Do what the pressed button asks for besides saving, unless something just typed is no grade.

    Pressed again, the button goes on: what was typed is saved as it is.
    """
    then = request.POST.get("then")
    if then == "sign":  # the review names what is no grade
        return redirect("assessments:sign", assessment.pk)
    if found := typed.not_grades(batch, assessment):
        for problem in found:
            messages.warning(request, problem)
    elif then == "measure":
        return redirect("assessments:measurements", assessment.pk)
    elif then == "add":
        return _add(request, assessment)
    elif "order" in request.POST:
        _remember_order(request)
    return redirect("assessments:record", assessment.pk)


def _grid(
    request: SignedInRequest,
    assessment: Assessment,
    draft: Draft,
    conflicts: Sequence[drafts.Conflict] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    """Show the grid; after a refused form, with what was typed in it."""
    key = chosen(request.GET.get("order"), request.user.entry_order)
    page = RecordPage(
        assessment,
        draft,
        Order(key, assessment.own_order or ()),
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
    assessment = get_to_save(request, assessment_id)
    try:
        if assessment.is_draft:
            check_user_can_edit_draft(request.user, assessment)
        batch = _read_json(request, assessment)
        if batch.patient != assessment.patient_id:
            return _problem(409, "patient", _("This page belongs to another patient."))
        if not assessment.is_draft:
            return _after_signing(assessment, batch)
        draft = drafts.save_operations(
            assessment.pk, batch, by=request.user, seen=getattr(assessment, "draft", None)
        )
    except PermissionDenied as refused:
        return _problem(403, "refused", str(refused))
    except BadOperations as problem:
        return _problem(400, "content", str(problem))
    except drafts.NoLongerADraft:
        return _signed_meanwhile()
    except drafts.Conflicts as conflict:
        return _conflict(conflict, assessment)
    return JsonResponse({"revision": draft.revision} | _saved(draft.saved_at, assessment))


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
def choose_order(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Remember how this person likes to go through a grid, and show this one so."""
    assessment = get_assessment(request, assessment_id, check_user_can_edit_draft)
    _remember_order(request)
    return redirect("assessments:record", assessment.pk)


def _remember_order(request: SignedInRequest) -> None:
    wanted = request.POST.get("order", "")
    if wanted in ORDERS:
        request.user.entry_order = wanted
        request.user.save(update_fields=["entry_order"])


@require_POST
def add_movement(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Test one more movement than the battery asks for."""
    assessment = get_assessment(request, assessment_id, check_user_can_edit_draft)
    return _add(request, assessment)


def _add(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
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
    zone = assessment.clinic.zone
    cells = [
        {
            "key": found.key,
            "yours": found.yours,
            "theirs": found.theirs,
            "clock": f"{datetime.fromisoformat(found.theirs['at']).astimezone(zone):%H:%M}",
        }
        for found in conflict.conflicts
    ]
    body = {
        "error": "conflict",
        "revision": conflict.draft.revision,
        "conflicts": cells,
    }
    return JsonResponse(body | _saved(conflict.draft.saved_at, assessment), status=409)


def _saved(moment: datetime, assessment: Assessment) -> dict[str, str]:
    """When the draft was saved, and how the clinic's wall clock shows it."""
    at = moment.astimezone(assessment.clinic.zone)
    return {"saved_at": at.isoformat(timespec="seconds"), "saved": f"{at:%H:%M:%S}"}


def _after_signing(assessment: Assessment, batch: Batch) -> JsonResponse:
    """Say yes to what the record has: the answer was lost, or the page left before it came."""
    if assessment.signed_at and stands(assessment, batch):
        body = {"revision": assessment.revision}
        return JsonResponse(body | _saved(assessment.signed_at, assessment))
    return _signed_meanwhile()


def _signed_meanwhile() -> JsonResponse:
    return _problem(409, "signed", _("This assessment was signed or discarded meanwhile."))


def _problem(status: int, error: str, message: str) -> JsonResponse:
    return JsonResponse({"error": error, "message": message}, status=status)
