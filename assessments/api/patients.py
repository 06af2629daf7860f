"""Patients: finding, reading, registering; and what changed."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _
from ninja import Header, Query, Router, Status

from mmt.accounts.requests import SignedInRequest
from mmt.accounts.roles import Permission
from patients import actions
from patients.forms import PatientForm
from patients.models import Patient
from patients.permissions import check_user_can_register

from ..models import Progress
from ..rules import rule_of
from ..views.access import get_patient
from .auth import READ, WRITE
from .paging import After, Limit, next_address, page
from .problems import REFUSED, Problem, refused_fields
from .schemas import (
    PatientIn,
    PatientOut,
    PatientPage,
    PatientsFound,
    ProgressList,
    SearchIn,
)
from .shown import patient_out, patient_row, progress_out

router = Router(tags=["patients"], auth=READ)
MOST_FOUND = 50
Once = Annotated[
    UUID,
    Header(alias="Idempotency-Key", description="A UUID of yours; it becomes the id."),
]


@router.get("", response={200: PatientPage} | REFUSED, summary="List patients by name")
def list_patients(
    request: SignedInRequest,
    clinic: Annotated[str, Query(max_length=50)] = "",
    archived: bool = False,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    visible = Patient.objects.visible_to(request.user).select_related("clinic")
    found = visible.archived() if archived else visible.active()
    if clinic:
        found = found.filter(clinic__slug=clinic)
    rows, more = page(found, ("sort_name", "id"), after=after, limit=limit)
    return PatientPage(
        items=[patient_row(patient) for patient in rows],
        next=next_address(request, rows, more=more),
    )


@router.post("/search", response={200: PatientsFound} | REFUSED, summary="Find patients")
def search(request: SignedInRequest, body: SearchIn) -> Any:
    """By POST, so that no name of a patient stands in an address. At most 50 are given: ask more
    closely where `more` is true.
    """
    visible = Patient.objects.visible_to(request.user).select_related("clinic")
    rows = list(visible.matching(body.q).by_name()[: MOST_FOUND + 1])
    return PatientsFound(
        items=[patient_row(patient) for patient in rows[:MOST_FOUND]], more=len(rows) > MOST_FOUND
    )


@router.get("/{uuid:patient_id}", response={200: PatientOut} | REFUSED, summary="One patient")
def one_patient(request: SignedInRequest, patient_id: UUID) -> Any:
    return patient_out(get_patient(request, patient_id))


@router.post(
    "", auth=WRITE, response={201: PatientOut} | REFUSED, summary="Register a patient, once a key"
)
def register(request: SignedInRequest, body: PatientIn, once: Once) -> Any:
    """Sent again with the same key it finds the patient it registered. A patient much like a
    known one is refused with 409 unless `although_similar` says that it is meant.
    """
    check_user_can_register(request.user)
    form = PatientForm(_as_typed(body, once, request), user=request.user)
    if not form.is_valid():
        raise refused_fields(form.errors)
    if not body.although_similar and (similar := form.similar()):
        raise Problem(
            HTTPStatus.CONFLICT,
            _("A patient much like this one is known. Say although_similar if this is another."),
            more={"similar": [str(each.pk) for each in similar]},
        )
    try:
        patient = actions.register_patient(form.instance, by=request.user)
    except IntegrityError:
        first = form.sent_before()
        if first is None:
            raise Problem(
                HTTPStatus.CONFLICT, _("This key was used for another patient.")
            ) from None
        patient = first
    return Status(HTTPStatus.CREATED, patient_out(patient))


def _as_typed(body: PatientIn, once: UUID, request: SignedInRequest) -> dict[str, Any]:
    """Return the fields as the page's form would send them: one place says what is right."""
    typed = body.dict(exclude={"although_similar"}) | {"new_id": once}
    offered = request.user.clinics_with(Permission.EDIT_PATIENTS)
    chosen = [clinic.pk for clinic in offered if clinic.slug == body.clinic]
    if body.clinic and not chosen:
        errors = [{"field": "clinic", "message": _("You cannot register patients there.")}]
        detail = _("Some fields cannot be taken.")
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors)
    return typed | {"clinic": chosen[0] if chosen else ""}


@router.get(
    "/{uuid:patient_id}/progress",
    response={200: ProgressList} | REFUSED,
    summary="First, last but one and last grade of each movement, and what the rule says",
)
def progress(request: SignedInRequest, patient_id: UUID) -> Any:
    patient = get_patient(request, patient_id)
    rows = Progress.objects.filter(patient=patient).select_related("clinic")
    flags = patient.clinic.change_flags
    return ProgressList(
        rule_version=rule_of(patient.clinic).version,
        items=[progress_out(row, flags=flags) for row in rows.order_by("movement", "side")],
    )
