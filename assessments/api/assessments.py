"""Assessments: reading records, starting a draft, writing into it.

Signing is a person's act and stays on the page.
"""

import json
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Header, Query, Router, Status

from mmt.accounts.requests import SignedInRequest
from mmt.audit.models import Action

from ..entry import drafts
from ..entry.content import cell_key, draft_keys
from ..entry.forms import StartForm
from ..entry.operations import BadOperations, Batch, read_batch
from ..entry.waiting import standing_on
from ..models import Assessment, Draft
from ..permissions import check_user_can_edit_draft, check_user_can_record
from ..querysets import visit_of
from ..views.access import get_assessment, get_patient
from .auth import READ, WRITE
from .paging import After, Limit, next_address, page
from .patients import Once
from .problems import REFUSED, Problem, refused_fields
from .schemas import (
    AssessmentOut,
    AssessmentPage,
    DraftIn,
    DraftOut,
    RecordOut,
    ScoreIn,
    StartIn,
)
from .shown import assessment_out, draft_out, record_out

router = Router(tags=["assessments"], auth=READ)
Seen = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=40,
        description="The ETag of the draft as you read it.",
        examples=['"7"'],
    ),
]
PEOPLE = ("clinic", "tester", "entered_by", "signed_by")


@router.get(
    "/patients/{uuid:patient_id}/assessments",
    response={200: AssessmentPage} | REFUSED,
    summary="A patient's assessments, earliest first",
)
def list_assessments(
    request: SignedInRequest,
    patient_id: UUID,
    status: Annotated[
        Literal["in_force", "draft", "signed", "amended", "voided", "any"],
        Query(description="in_force: signed and not voided, amended ones too."),
    ] = "in_force",
    after: After = None,
    limit: Limit = 50,
) -> Any:
    patient = get_patient(request, patient_id)
    visible = Assessment.objects.visible_to(request.user).filter(patient=patient)
    if status == "in_force":
        visible = visible.in_force()
    elif status != "any":
        visible = visible.filter(status=status)
    found = visible.select_related(*PEOPLE)
    rows, more = page(found, ("tested_at", "id"), after=after, limit=limit)
    return AssessmentPage(
        items=[assessment_out(row) for row in rows], next=next_address(request, rows, more=more)
    )


@router.get(
    "/assessments/{uuid:assessment_id}",
    response={200: RecordOut} | REFUSED,
    summary="One assessment with its scores",
)
def one_assessment(request: SignedInRequest, assessment_id: UUID) -> Any:
    """A draft has no scores yet: what was typed in it is at `/draft`."""
    assessment = get_assessment(request, assessment_id)
    visit = visit_of(assessment)
    return record_out(assessment, dict(visit.results))


@router.post(
    "/patients/{uuid:patient_id}/assessments",
    auth=WRITE,
    response={201: AssessmentOut} | REFUSED,
    summary="Start a draft, once a key",
)
def start(request: SignedInRequest, patient_id: UUID, body: StartIn, once: Once) -> Any:
    """Sent again with the same key it finds the draft it started. Where the day holds a test of
    the patient already, it is refused with 409 unless `second` says that it is one.
    """
    patient = get_patient(request, patient_id, check_user_can_record, Action.DRAFT_STARTED)
    form = StartForm(body.dict(exclude={"second"}) | {"id": once}, patient=patient)
    if not form.is_valid():
        raise refused_fields(form.errors)
    assessment = form.assessment(request.user)
    standing = standing_on(assessment.tested_at, patient, by=request.user, but=assessment.pk)
    if standing and not body.second:
        detail = _("This day holds a test of the patient already. Say second if this is one more.")
        raise Problem(HTTPStatus.CONFLICT, detail)
    try:
        started = drafts.start_draft(assessment, by=request.user)
    except drafts.AlreadyUsed:
        raise _used_otherwise() from None
    return Status(HTTPStatus.CREATED, assessment_out(started))


@router.get(
    "/assessments/{uuid:assessment_id}/draft",
    response={200: DraftOut} | REFUSED,
    summary="What a draft holds so far",
)
def read_draft(request: SignedInRequest, assessment_id: UUID, response: HttpResponse) -> Any:
    assessment = _open_draft(request, assessment_id)
    response.headers["ETag"] = _etag(assessment.draft)
    return draft_out(assessment, assessment.draft)


@router.patch(
    "/assessments/{uuid:assessment_id}/draft",
    auth=WRITE,
    response={200: DraftOut} | REFUSED,
    summary="Write scores into a draft, once a key",
)
def write_draft(
    request: SignedInRequest,
    assessment_id: UUID,
    body: DraftIn,
    once: Once,
    response: HttpResponse,
    seen: Seen = "",
) -> Any:
    """All of them or none. If-Match must name the draft as it stands (428 without it, 412 with the
    draft in `current` where somebody changed it meanwhile), so nothing is overwritten unseen. Sent
    again with the same key it writes nothing and is not held against If-Match; other scores under
    that key are refused with 409.
    """
    assessment = _open_draft(request, assessment_id)
    if not seen:
        raise Problem(HTTPStatus.PRECONDITION_REQUIRED, _("If-Match: the draft's ETag is needed."))
    with transaction.atomic():
        draft = _lock(assessment)
        if str(once) not in draft.clients and seen != _etag(draft):
            raise _changed_meanwhile(assessment, draft)
        batch = _batch(assessment, draft, body.scores, once)
        last = batch.operations[-1].seq
        if draft.clients.get(batch.client, last) != last:
            raise _used_otherwise()
        draft = drafts.save_operations(assessment.pk, batch, by=request.user)
    response.headers["ETag"] = _etag(draft)
    return draft_out(assessment, draft)


def _open_draft(request: SignedInRequest, assessment_id: UUID) -> Assessment:
    """Return a draft that the person may write in. Raises Problem for a signed record."""
    assessment = get_assessment(request, assessment_id)
    if not assessment.is_draft:
        raise _signed()
    check_user_can_edit_draft(request.user, assessment)
    return assessment


def _lock(assessment: Assessment) -> Draft:
    try:
        return drafts.lock_draft(assessment.pk)
    except drafts.NoLongerADraft:
        raise _signed() from None


def _signed() -> Problem:
    return Problem(HTTPStatus.CONFLICT, _("This assessment was signed or discarded."))


def _used_otherwise() -> Problem:
    return Problem(HTTPStatus.CONFLICT, _("This key was used for something else."))


def _etag(draft: Draft) -> str:
    return f'"{draft.revision}"'


def _changed_meanwhile(assessment: Assessment, draft: Draft) -> Problem:
    return Problem(
        HTTPStatus.PRECONDITION_FAILED,
        _("The draft was changed meanwhile."),
        more={"current": draft_out(assessment, draft).model_dump(mode="json")},
        headers={"ETag": _etag(draft)},
    )


def _batch(assessment: Assessment, draft: Draft, scores: list[ScoreIn], once: UUID) -> Batch:
    """Return the scores as a page would send them: a key is a page that sends once.

    They are numbered from another number for other scores. A draft keeps the last number of each
    key, and so tells the same request sent again from another one, whoever wrote there since.
    """
    first = _number_of(scores)
    operations = [
        {
            "seq": seq,
            "key": cell_key((score.movement, score.side)),
            "base": draft.revision,
            "value": score.dict(exclude={"movement", "side"}),
        }
        for seq, score in enumerate(scores, start=first)
    ]
    data = {"client": str(once), "patient": str(assessment.patient_id), "ops": operations}
    try:
        return read_batch(data, draft_keys(assessment))
    except BadOperations as problem:
        errors = [{"field": "scores", "message": str(problem)}]
        detail = _("Some fields cannot be taken.")
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors) from None


def _number_of(scores: list[ScoreIn]) -> int:
    """Return a number of these scores, of 28 bits: one of an operation has room for 31."""
    text = json.dumps([score.dict() for score in scores])
    return int(sha256(text.encode()).hexdigest()[:7], 16)
