"""The rows of referrals, care team and judgements of weakness for planned patients."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID, uuid5

from .plan import PlannedPatient

Patients = Sequence[PlannedPatient]
Rows = Iterator[Sequence[Any]]

OF_A_PATIENT = ("id", "patient_id", "started", "entered_by_id", "entered_at", "void_reason")
REFERRAL = (*OF_A_PATIENT, "kind", "reason", "status", "ended")
CONTACT = (*OF_A_PATIENT, "profession", "name", "address")
WEAKNESS = (
    "id",
    "patient_id",
    "region",
    "kind",
    "rationale",
    "judged_on",
    "judged_by_id",
    "entered_at",
)


def referral_rows(patients: Patients, by: UUID) -> Rows:
    for patient in patients:
        for number, each in enumerate(patient.referrals):
            told = (each.kind, each.reason, each.status, each.ended)
            yield *_begun(patient, f"referral {number}", each.started, by), *told


def contact_rows(patients: Patients, by: UUID) -> Rows:
    for patient in patients:
        for number, each in enumerate(patient.care_team):
            told = (each.profession, each.name, each.address)
            yield *_begun(patient, f"contact {number}", each.started, by), *told


def weakness_rows(patients: Patients, testers: Sequence[UUID]) -> Rows:
    for patient in patients:
        for each in patient.weakness:
            key = uuid5(patient.id, f"weakness {each.region}")
            told = (each.region, each.kind, each.rationale, each.judged_on)
            entered_at = patient.visits[-1].signed_at
            yield key, patient.id, *told, testers[each.judged_by], entered_at


def _begun(patient: PlannedPatient, name: str, started: Any, by: UUID) -> Sequence[Any]:
    return uuid5(patient.id, name), patient.id, started, by, patient.registered_at, ""
