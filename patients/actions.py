"""Writes about patients: one transaction each, the audit event inside it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from mmt.accounts.models import User
from mmt.audit.log import Told, record
from mmt.audit.models import Action

from .erasure import withdraw_for
from .models import FunctionalTest, Patient, SearchTerm
from .names import fold, search_terms

AT_ONCE = 2_000  # rows of one statement

# What the audit log keeps of an edit: before and after of these, as text.
AUDITED = (
    "record_number",
    "family_name",
    "given_names",
    "birth_date",
    "sex",
    "ms_course",
    "course_since",
    "onset",
    "dominant_side",
    "weaker_side",
)


@transaction.atomic
def register_patient(patient: Patient, *, by: User) -> Patient:
    """Save a new patient and the words under which it is found."""
    patient.sort_name = _sort_name(patient)
    patient.save(force_insert=True)
    _write_terms(patient)
    record(
        Action.PATIENT_REGISTERED,
        by=by,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        detail={"after": _audited(patient)},
    )
    return patient


@transaction.atomic
def register_patients(patients: Sequence[Patient], detail: Mapping[str, Any]) -> list[Told]:
    """Save new patients as `register_patient` does each; `detail` says whence.

    Returns what the log is to be told, by the caller, as the last step of the transaction: all
    else of the clinic that is to be told waits for it.
    """
    for patient in patients:
        patient.sort_name = _sort_name(patient)
    Patient.objects.bulk_create(patients, batch_size=AT_ONCE)
    SearchTerm.objects.bulk_create(
        [
            SearchTerm(patient=patient, term=term)
            for patient in patients
            for term in sorted(_terms(patient))
        ],
        batch_size=AT_ONCE,
    )
    return [
        Told(Action.PATIENT_REGISTERED, patient.pk, detail={"after": _audited(patient), **detail})
        for patient in patients
    ]


@transaction.atomic
def edit_patient(patient: Patient, *, by: User) -> None:
    """Save changed fields of a known patient; an edit that changes nothing tells nothing."""
    before = _audited(Patient.objects.select_for_update().get(pk=patient.pk))
    after = _audited(patient)
    changed = [name for name in AUDITED if before[name] != after[name]]
    if not changed:
        return
    patient.sort_name = _sort_name(patient)
    patient.save(update_fields=[*changed, "sort_name"])
    _write_terms(patient)
    record(
        Action.PATIENT_EDITED,
        by=by,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        detail={
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        },
    )


@transaction.atomic
def archive_patient(patient: Patient, *, by: User) -> None:
    """Put a patient away, once. Raises Patient.DoesNotExist where they were erased meanwhile."""
    _hold(patient)
    _set_archived(patient, by=by, archived=True)


@transaction.atomic
def restore_patient(patient: Patient, *, by: User) -> None:
    """Take a patient back, who then is not erased either. Raises Patient.DoesNotExist where they
    were erased meanwhile.
    """
    _hold(patient)
    withdraw_for(patient.pk, by=by)
    _set_archived(patient, by=by, archived=False)


@transaction.atomic
def add_functional_test(test: FunctionalTest, *, by: User) -> FunctionalTest:
    test.tester = by
    test.save(force_insert=True)
    record(
        Action.FUNCTIONAL_TEST_ADDED,
        by=by,
        clinic_id=test.patient.clinic_id,
        patient_id=test.patient_id,
        target=test.pk,
        detail={"kind": test.kind, "tested_on": str(test.tested_on)},
    )
    return test


@transaction.atomic
def void_functional_test(test: FunctionalTest, *, reason: str, by: User) -> FunctionalTest:
    """Mark a test as entered in error: it stays readable and counts no more.

    Who marked it first stays: a second click changes nothing.
    """
    locked = FunctionalTest.objects.select_for_update(of=("self",)).get(pk=test.pk)
    if locked.voided_at is not None:
        return locked
    locked.voided_by, locked.voided_at, locked.void_reason = by, timezone.now(), reason
    locked.save(update_fields=["voided_by", "voided_at", "void_reason"])
    record(
        Action.FUNCTIONAL_TEST_VOIDED,
        by=by,
        clinic_id=test.patient.clinic_id,
        patient_id=test.patient_id,
        target=test.pk,
        detail={"reason": reason},
    )
    return locked


def _hold(patient: Patient) -> None:
    """Hold the patient, then know how they stand: first of all, as asking for an erasure does, or
    one that is being asked for would not be seen.
    """
    held = Patient.objects.select_for_update(no_key=True)
    patient.refresh_from_db(fields=["archived_at"], from_queryset=held)


def _set_archived(patient: Patient, *, by: User, archived: bool) -> None:
    if (patient.archived_at is not None) == archived:
        return
    patient.archived_at = timezone.now() if archived else None
    patient.save(update_fields=["archived_at"])
    record(
        Action.PATIENT_ARCHIVED if archived else Action.PATIENT_RESTORED,
        by=by,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
    )


def _sort_name(patient: Patient) -> str:
    return fold(f"{patient.family_name} {patient.given_names}")[:210]


def _terms(patient: Patient) -> set[str]:
    return search_terms(patient.family_name, patient.given_names, patient.record_number)


def _write_terms(patient: Patient) -> None:
    wanted = _terms(patient)
    patient.terms.exclude(term__in=wanted).delete()
    SearchTerm.objects.bulk_create(
        [SearchTerm(patient=patient, term=term) for term in sorted(wanted)], ignore_conflicts=True
    )


def _audited(patient: Patient) -> dict[str, Any]:
    return {name: str(getattr(patient, name) or "") for name in AUDITED}
