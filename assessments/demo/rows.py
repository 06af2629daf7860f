"""The rows of each table for planned patients, in the order of the column names given here."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from mmt.accounts.models import Clinic, User
from patients.names import fold, search_terms

from .. import instrument
from ..models import AssessmentStatus, Entered, Score
from ..models.context import Context
from ..quality.marks import kinds_of
from ..tables import keeper
from .plan import PlannedDraft, PlannedPatient, PlannedVisit

Patients = Sequence[PlannedPatient]
Rows = Iterator[Sequence[Any]]

PATIENT = (
    "id",
    "clinic_id",
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
    "archived_at",
    "registered_at",
    "sort_name",
    "last_seen",
)
TERM = ("patient_id", "term")
HAPPENED = ("id", "patient_id", "kind", "started", "ended", "entered_by_id", "entered_at")
EVENT = (*HAPPENED, "note", "void_reason")
INTERVENTION = (*HAPPENED, "name", "dose", "void_reason")
CONTEXT = {field.name: field.get_default() for field in Context._meta.local_concrete_fields}
ASSESSMENT = (
    "id",
    "clinic_id",
    "patient_id",
    "tester_id",
    "entered_by_id",
    "battery",
    "battery_version",
    "profile",
    "movements",
    "tested_at",
    "time_zone",
    "entered_at",
    "status",
    "revision",
    "signed_by_id",
    "signed_at",
    "void_reason",
    *CONTEXT,
)
MEASUREMENT = (
    "assessment_id",
    "movement",
    "side",
    "kind",
    "typed",
    "trials",
    "unit",
    "rule",
    "device",
    "count",
    "full_height",
    "limited_by",
    "position",
    "note",
    "entered_by_id",
    "entered_at",
)
FUNCTIONAL = (
    "id",
    "patient_id",
    "kind",
    "tested_on",
    "first",
    "second",
    "not_able",
    "aid",
    "note",
    "tester_id",
    "entered_at",
    "void_reason",
)
MARK = ("assessment_id", "clinic_id", "kind")
DRAFT = ("assessment_id", "cells", "clients", "revision", "saved_at", "saved_by_id")
BLANK: dict[str, Any] = {
    "text": "",
    "reason": "",
    "limiters": [],
    "position": "",
    "note": "",
    "entered": Entered.TYPED.value,
    "confirmed": [],
    "quick": False,
}


def patient_rows(patients: Patients, clinic: Clinic) -> Rows:
    zone = clinic.zone
    for patient in patients:
        last = patient.visits[-1].tested_at if patient.visits else None
        yield (
            patient.id,
            clinic.pk,
            patient.record_number,
            patient.family_name,
            patient.given_names,
            patient.birth_date,
            patient.sex,
            patient.ms_course,
            patient.course_since,
            patient.onset,
            patient.dominant_side,
            patient.weaker_side,
            patient.archived_at,
            patient.registered_at,
            fold(f"{patient.family_name} {patient.given_names}")[:210],
            last.astimezone(zone).date() if last else None,
        )


def term_rows(patients: Patients) -> Rows:
    for patient in patients:
        words = search_terms(patient.family_name, patient.given_names, patient.record_number)
        for term in sorted(words):
            yield patient.id, term


def event_rows(patients: Patients, by: UUID) -> Rows:
    for patient in patients:
        for number, event in enumerate(patient.events):
            key = uuid5(patient.id, f"event {number}")
            span = (event.kind, event.started, event.ended)
            yield key, patient.id, *span, by, patient.registered_at, event.note, ""


def intervention_rows(patients: Patients, by: UUID) -> Rows:
    for patient in patients:
        for number, done in enumerate(patient.interventions):
            key = uuid5(patient.id, f"intervention {number}")
            span = (done.kind, done.started, done.ended)
            yield key, patient.id, *span, by, patient.registered_at, done.name, done.dose, ""


def assessment_rows(
    patients: Patients, clinic: Clinic, testers: Sequence[UUID], *, signed: bool
) -> Rows:
    for patient in patients:
        for visit in patient.visits:
            yield (
                *_begun(patient, visit, clinic, testers),
                *(_signature(visit, testers) if signed else _UNSIGNED),
                "",
                *[visit.context.get(name, default) for name, default in CONTEXT.items()],
            )
        for draft in patient.drafts:
            yield *_begun(patient, draft, clinic, testers), *_UNSIGNED, "", *CONTEXT.values()


def signature_rows(patients: Patients, testers: Sequence[UUID]) -> Rows:
    for patient in patients:
        for visit in patient.visits:
            yield *_signature(visit, testers), visit.id


def score_rows(patients: Patients) -> Rows:
    """As the driver takes them: there are many."""
    keep = keeper(Score, "assessment_id")
    typed, filled = Entered.TYPED.value, Entered.FILLED.value
    for patient in patients:
        for visit in patient.visits:
            mine, at_once = keep(visit.id), visit.filled
            for cell, result in visit.results.items():
                status, level, reason, limiters, *place, _amended, confirmed = result
                yield (
                    mine,
                    *cell,
                    status,
                    level,
                    reason,
                    " ".join(limiters),
                    *place,
                    filled if cell in at_once else typed,
                    " ".join(confirmed),
                )


def measurement_rows(patients: Patients, testers: Sequence[UUID]) -> Rows:
    for patient in patients:
        for visit in patient.visits:
            for each in visit.measurements:
                told = [getattr(each, name) for name in MEASUREMENT[1:12]]
                told[3:5] = [list(each.typed), list(each.trials)]
                yield visit.id, *told, "", "", testers[visit.tester], visit.tested_at


def mark_rows(patients: Patients, clinic: Clinic) -> Rows:
    for patient in patients:
        for visit in patient.visits:
            levels = [each.level for each in visit.results.values() if each.level is not None]
            for kind in kinds_of(levels, len(instrument.cells(visit.movements))):
                yield visit.id, clinic.pk, kind.value


def functional_rows(patients: Patients, testers: Sequence[UUID]) -> Rows:
    for patient in patients:
        for number, test in enumerate(patient.functional):
            key = uuid5(patient.id, f"functional test {number}")
            told = [getattr(test, name) for name in FUNCTIONAL[2:8]]
            yield key, patient.id, *told, "", testers[test.tester], test.entered_at, ""


def draft_rows(patients: Patients, testers: Sequence[User]) -> Rows:
    for patient in patients:
        for draft in patient.drafts:
            tester = testers[draft.tester]
            cells, clients = draft_content(draft.id, draft.typed, tester, draft.tested_at)
            yield draft.id, cells, clients, len(cells), draft.tested_at, tester.pk


def draft_content(
    draft_id: UUID, typed: Mapping[str, Mapping[str, Any]], by: User, at: datetime
) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the cells and the pages of a draft in which this was typed, as `Draft` keeps them."""
    page = str(draft_id)
    told = {"client": page, "by": str(by), "at": at.isoformat(timespec="seconds")}
    cells = {
        key: {**BLANK, **value, **told, "rev": revision}
        for revision, (key, value) in enumerate(typed.items(), start=1)
    }
    return cells, {page: len(cells)} if cells else {}


_UNSIGNED = (AssessmentStatus.DRAFT.value, 0, None, None)


def _signature(visit: PlannedVisit, testers: Sequence[UUID]) -> Sequence[Any]:
    return AssessmentStatus.SIGNED.value, 1, testers[visit.tester], visit.signed_at


def _begun(
    patient: PlannedPatient,
    visit: PlannedVisit | PlannedDraft,
    clinic: Clinic,
    testers: Sequence[UUID],
) -> Sequence[Any]:
    tester = testers[visit.tester]
    return (
        visit.id,
        clinic.pk,
        patient.id,
        tester,
        tester,
        visit.battery,
        instrument.battery(visit.battery).version,
        visit.profile,
        visit.movements,
        visit.tested_at,
        clinic.time_zone,
        visit.tested_at,
    )
