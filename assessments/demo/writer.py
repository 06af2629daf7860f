"""Bringing planned patients, with all that is theirs, into a clinic."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid5

from mmt.accounts.models import Clinic, User
from patients.models import Event, Intervention, Patient, SearchTerm
from patients.names import fold, search_terms

from .. import instrument
from ..models import Assessment, AssessmentStatus, Draft, Entered, Progress, Score
from ..models.context import Context
from ..progress import UPDATED
from .plan import PlannedDraft, PlannedPatient, PlannedVisit
from .tables import insert, insert_stored, stored, update

CONTEXT = {field.attname: field.get_default() for field in Context._meta.get_fields()}
ASSESSMENT = (
    "id", "clinic_id", "patient_id", "tester_id", "entered_by_id", "battery", "battery_version",
    "profile", "movements", "tested_at", "time_zone", "entered_at", "status", "revision",
    "signed_by_id", "signed_at", "void_reason", *CONTEXT,
)  # fmt: skip
SCORE = (
    "assessment_id", "movement", "side", "status", "level", "reason", "limiters", "position",
    "note", "entered",
)  # fmt: skip
PATIENT = (
    "id", "clinic_id", "record_number", "family_name", "given_names", "birth_date", "sex",
    "ms_course", "course_since", "onset", "dominant_side", "weaker_side", "archived_at",
    "registered_at", "sort_name", "last_seen",
)  # fmt: skip
EVENT = ("id", "patient_id", "kind", "started", "ended", "note", "entered_by_id", "entered_at")
INTERVENTION = (
    "id", "patient_id", "kind", "name", "dose", "started", "ended", "entered_by_id", "entered_at",
)  # fmt: skip
PROGRESS = ("clinic_id", "patient_id", "movement", "side", *UPDATED)
DRAFT = ("assessment_id", "cells", "clients", "revision", "saved_at", "saved_by_id")
TYPED = {"text": "", "reason": "", "limiters": [], "position": "", "note": "", "entered": "typed"}


@dataclass(frozen=True, slots=True)
class Writer:
    """`testers` are the people that `PlannedVisit.tester` numbers."""

    clinic: Clinic
    testers: Sequence[User]

    def write(self, patients: Sequence[PlannedPatient], *, at_once: bool) -> int:
        """Write patients and return how many scores they had.

        With `at_once` records go in signed, which the triggers refuse: they must be lifted.
        Otherwise every record goes its usual way: a draft that takes its scores, then is signed.
        """
        insert(Patient, PATIENT, map(self._patient, patients))
        insert(SearchTerm, ("patient_id", "term"), _terms(patients))
        insert(Event, EVENT, self._events(patients))
        insert(Intervention, INTERVENTION, self._interventions(patients))
        insert(Assessment, ASSESSMENT, self._assessments(patients, signed=at_once))
        insert_stored(Score, SCORE, _scores(patients))
        if not at_once:
            self._sign(patients)
        insert(Draft, DRAFT, self._drafts(patients))
        insert_stored(Progress, PROGRESS, self._progress(patients))
        return sum(len(visit.results) for patient in patients for visit in patient.visits)

    def _patient(self, patient: PlannedPatient) -> Sequence[Any]:
        last = patient.visits[-1].tested_at if patient.visits else None
        return (
            patient.id,
            self.clinic.pk,
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
            last.astimezone(self.clinic.zone).date() if last else None,
        )

    def _events(self, patients: Sequence[PlannedPatient]) -> Iterator[Sequence[Any]]:
        for patient in patients:
            for number, event in enumerate(patient.events):
                yield (
                    uuid5(patient.id, f"event {number}"), patient.id, event.kind, event.started, event.ended, event.note,
                    self.testers[0].pk, patient.registered_at,
                )  # fmt: skip

    def _interventions(self, patients: Sequence[PlannedPatient]) -> Iterator[Sequence[Any]]:
        for patient in patients:
            for number, done in enumerate(patient.interventions):
                yield (
                    uuid5(patient.id, f"intervention {number}"), patient.id, done.kind, done.name, done.dose, done.started, done.ended,
                    self.testers[0].pk, patient.registered_at,
                )  # fmt: skip

    def _assessments(
        self, patients: Sequence[PlannedPatient], *, signed: bool
    ) -> Iterator[Sequence[Any]]:
        for patient in patients:
            for visit in patient.visits:
                yield self._assessment(patient, visit, visit.context, signed=signed)
            for draft in patient.drafts:
                yield self._assessment(patient, draft, {}, signed=False)

    def _assessment(
        self,
        patient: PlannedPatient,
        visit: PlannedVisit | PlannedDraft,
        context: Any,
        *,
        signed: bool,
    ) -> Sequence[Any]:
        tester = self.testers[visit.tester].pk
        return (
            visit.id,
            self.clinic.pk,
            patient.id,
            tester,
            tester,
            visit.battery,
            instrument.battery(visit.battery).version,
            visit.profile,
            list(visit.movements),
            visit.tested_at,
            self.clinic.time_zone,
            visit.tested_at,
            (AssessmentStatus.SIGNED if signed else AssessmentStatus.DRAFT).value,
            int(signed),
            tester if signed else None,
            visit.signed_at if signed else None,
            "",
            *(context.get(name, default) for name, default in CONTEXT.items()),
        )

    def _sign(self, patients: Sequence[PlannedPatient]) -> None:
        update(
            Assessment,
            ("status", "revision", "signed_by_id", "signed_at"),
            (
                (
                    AssessmentStatus.SIGNED.value,
                    1,
                    self.testers[visit.tester].pk,
                    visit.signed_at,
                    visit.id,
                )
                for patient in patients
                for visit in patient.visits
            ),
        )

    def _drafts(self, patients: Sequence[PlannedPatient]) -> Iterator[Sequence[Any]]:
        for patient in patients:
            for draft in patient.drafts:
                tester = self.testers[draft.tester]
                page = str(draft.id)
                cells = {
                    key: TYPED
                    | value
                    | {
                        "rev": revision,
                        "client": page,
                        "by": str(tester),
                        "at": draft.tested_at.isoformat(timespec="seconds"),
                    }
                    for revision, (key, value) in enumerate(draft.typed.items(), start=1)
                }
                clients = {page: len(cells)} if cells else {}
                yield draft.id, cells, clients, len(cells), draft.tested_at, tester.pk

    def _progress(self, patients: Sequence[PlannedPatient]) -> Iterator[Sequence[Any]]:
        turn_id, turn_time = _turns(Progress, "patient_id", "latest_at")
        clinic = turn_id(self.clinic.pk)
        testers = [turn_id(tester.pk) for tester in self.testers]
        for patient in patients:
            found: dict[Any, list[Any]] = {}
            for visit in patient.visits:
                told = (turn_time(visit.tested_at), turn_id(visit.id), testers[visit.tester])
                for cell, result in visit.results.items():
                    if result.level is None:
                        continue
                    entry = (result.level, *told)
                    known = found.get(cell)
                    if known is None:
                        found[cell] = [entry, (None,) * 4, entry]
                    else:
                        known[1], known[2] = known[2], entry
            mine = turn_id(patient.id)
            for (movement, side), (baseline, previous, latest) in found.items():
                yield clinic, mine, movement, side, *baseline, *previous, *latest


def _terms(patients: Sequence[PlannedPatient]) -> Iterator[Sequence[Any]]:
    for patient in patients:
        words = search_terms(patient.family_name, patient.given_names, patient.record_number)
        for term in sorted(words):
            yield patient.id, term


def _scores(patients: Sequence[PlannedPatient]) -> Iterator[Sequence[Any]]:
    (turn_id,) = _turns(Score, "assessment_id")
    for patient in patients:
        for visit in patient.visits:
            mine = turn_id(visit.id)
            filled = visit.filled
            for cell, (status, level, reason, limiters, position, note, _) in visit.results.items():
                yield (
                    mine, *cell, status, level, reason, " ".join(limiters), position, note,
                    Entered.FILLED.value if cell in filled else "typed",
                )  # fmt: skip


def _turns(model: Any, *names: str) -> list[Any]:
    return [stored(model._meta.get_field(name)) or (lambda value: value) for name in names]
