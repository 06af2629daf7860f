"""The door, for views: a patient or record of one's clinics, or 404 with an empty mouth."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from mmt.accounts.again import ask_again_to_do
from mmt.accounts.models import Clinic
from mmt.accounts.refusals import pattern_of
from mmt.accounts.requests import SignedInRequest
from mmt.audit.log import record_refusal, record_viewing, this_hour
from mmt.audit.models import Action
from mmt.kept import Kept
from patients.models import Patient
from patients.querysets import PatientQuerySet, reach_of

from ..models import Assessment, Letter
from ..people import know_people
from ..querysets import AssessmentQuerySet

__all__ = [
    "SignedInRequest",
    "ask_signer",
    "get_assessment",
    "get_clinic",
    "get_discarded",
    "get_letter",
    "get_listed",
    "get_patient",
    "get_to_save",
]

Check = Callable[..., None]
M = TypeVar("M", bound=Model)


def ask_signer(request: SignedInRequest, assessment: Assessment) -> HttpResponse | None:
    """Return the way to the question that the clinic has asked before anything is signed, if due.

    What was posted is done as soon as the person has answered.
    """
    return ask_again_to_do(request) if assessment.clinic.asks_again_to_sign else None


def get_clinic(request: SignedInRequest, slug: str, check: Check) -> Clinic:
    """Return one's own clinic, or 404; PermissionDenied to whom `check` refuses."""
    own = [clinic.pk for clinic in request.user.clinics]
    found = get_object_or_404(Clinic, slug=slug, pk__in=own)
    check(request.user, found)
    return found


def get_patient(
    request: SignedInRequest,
    patient_id: UUID,
    check: Check | None = None,
    attempt: Action = Action.PATIENT_VIEWED,
) -> Patient:
    """Return the patient and tell the audit log that this person saw it.

    Where `check` refuses, the log tells of the refused `attempt` instead, and PermissionDenied
    goes on.
    """
    _person, *reach = reach_of(request.user)
    found = _the_one(_kept_patient(patient_id, *reach))
    about = {"clinic_id": found.clinic_id, "patient_id": found.pk}
    _let_in(request, found, about, check, attempt)
    return found


def get_assessment(
    request: SignedInRequest,
    assessment_id: UUID,
    check: Check | None = None,
    attempt: Action = Action.PATIENT_VIEWED,
    *,
    when: Callable[[Assessment], bool] = bool,
) -> Assessment:
    """Return the record with its patient, clinic and people; otherwise like `get_patient`.

    `check` is asked only `when` the record still is what the page is about; otherwise the view
    leads elsewhere, as after a second click.
    """
    found = _the_one(_kept_to_show(assessment_id, *reach_of(request.user)))
    know_people([found], request.user)
    about = {"clinic_id": found.clinic_id, "patient_id": found.patient_id}
    _let_in(request, found, about, check if when(found) else None, attempt)
    return found


def _patient(patient_id: UUID, *reach: Any) -> PatientQuerySet:
    return Patient.objects.within_reach(*reach).select_related("clinic").filter(pk=patient_id)


def _to_show(assessment_id: UUID, *reach: Any) -> AssessmentQuerySet:
    return _with_all(Assessment.objects.within_reach(*reach)).filter(pk=assessment_id)


def _to_save(assessment_id: UUID, hour: datetime, user: UUID, *reach: Any) -> AssessmentQuerySet:
    known = Assessment.objects.within_reach(user, *reach).filter(pk=assessment_id)
    return known.with_told(user, hour).select_related("draft").defer("draft__cells")


_kept_patient, _kept_to_show, _kept_to_save = Kept(_patient), Kept(_to_show), Kept(_to_save)


def get_to_save(request: SignedInRequest, assessment_id: UUID) -> Assessment:
    """Return the record like `get_assessment`, with its clinic and its draft's head alone: a page
    saves at each pause.
    """
    found = _the_one(_kept_to_save(assessment_id, this_hour(), *reach_of(request.user)))
    for clinic in request.user.clinics:  # another one's where it is read in an emergency
        if clinic.pk == found.clinic_id:
            found.clinic = clinic
    if not found.is_told:
        record_viewing(by=request.user, clinic_id=found.clinic_id, patient_id=found.patient_id)
    return found


def get_listed(
    request: SignedInRequest,
    assessment_id: UUID,
    check: Check | None = None,
    attempt: Action = Action.PATIENT_VIEWED,
) -> Assessment:
    """Return a record like `get_assessment`, also one of an open blind pair: for pages that show
    no score of it.
    """
    found = _find(request, Assessment.objects.listed_to(request.user), assessment_id)
    about = {"clinic_id": found.clinic_id, "patient_id": found.patient_id}
    _let_in(request, found, about, check, attempt)
    return found


def get_discarded(
    request: SignedInRequest, assessment_id: UUID, check: Check, attempt: Action
) -> Assessment:
    """Return a record like `get_assessment`, were it a discarded draft. Signed, it is not asked
    about: the view leads elsewhere.
    """
    found = _find(request, Assessment.objects.of_clinics_of(request.user), assessment_id)
    about = {"clinic_id": found.clinic_id, "patient_id": found.patient_id}
    _let_in(request, found, about, check if found.is_draft else None, attempt)
    return found


def get_letter(request: SignedInRequest, letter_id: UUID) -> Letter:
    """Return the letter with the records it tells of, and tell that the patient was seen."""
    known = Letter.objects.visible_to(request.user).select_related("assessment", "compared_with")
    found = get_object_or_404(known, pk=letter_id)
    record = found.assessment
    record_viewing(by=request.user, clinic_id=record.clinic_id, patient_id=record.patient_id)
    return found


def _find(request: SignedInRequest, among: AssessmentQuerySet, assessment_id: UUID) -> Assessment:
    found = get_object_or_404(_with_all(among), pk=assessment_id)
    know_people([found], request.user)
    return found


def _with_all(found: AssessmentQuerySet) -> AssessmentQuerySet:
    return found.with_own_order().select_related("patient", "draft")


def _the_one(found: list[M]) -> M:
    if not found:
        raise Http404
    return found[0]


def _let_in(
    request: SignedInRequest,
    subject: Patient | Assessment,
    about: dict[str, Any],
    check: Check | None,
    attempt: Action,
) -> None:
    try:
        if check:
            check(request.user, subject)
    except PermissionDenied as refused:
        record_refusal(
            attempt,
            by=request.user,
            pattern=f"{request.method} {pattern_of(request)} {attempt}",
            target=subject.pk,
            detail={"reason": str(refused)},
            **about,
        )
        raise
    record_viewing(by=request.user, **about)
