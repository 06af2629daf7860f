"""The read model of change equals the scores, whatever was done in whatever order."""

import random
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from assessments import progress
from assessments.actions import amend_assessment, move_assessment, void_assessment
from assessments.change import compare
from assessments.change.rule import level_of
from assessments.happenings import add_happening
from assessments.history import Cell, Result
from assessments.models import Assessment, Progress, Score
from assessments.querysets import load_history
from assessments.rules import rule_of
from mmt.accounts.models import User
from patients.models import Event, Patient
from tests.people import grade, make_patient, make_signed

HIP = ("hip_flexion", "right")
CELLS: list[Cell] = [HIP, ("hip_flexion", "left"), ("knee_extension", "left")]
START = timezone.now().replace(microsecond=0) - timedelta(days=1000)

Told = dict[tuple[Any, str, str], dict[str, Any]]


def stored(**only: Any) -> Told:
    rows = Progress.objects.filter(**only)
    return {(row.patient_id, row.movement, row.side): _plain(row) for row in rows}


def _plain(row: Progress) -> dict[str, Any]:
    names = [field.name for field in Progress._meta.concrete_fields]
    kept = ("baseline_", "previous_", "latest_")
    return {name: getattr(row, name) for name in names if name.startswith(kept)}


def _place(assessment: Assessment) -> tuple[datetime, datetime, str]:
    """Visits of the same minute stand in the order of their entry."""
    return assessment.tested_at, assessment.entered_at, assessment.pk.hex


def truth(**only: Any) -> Told:
    """Return what the scores say, worked out once more by the plainest of means."""
    graded: dict[Any, list[Score]] = defaultdict(list)
    scores = Score.objects.filter(**only).select_related("assessment")
    for row in scores.exclude(level=None):
        # The second of a blind pair counts for nothing but agreement.
        if row.assessment.status in {"signed", "amended"} and not row.assessment.apart:
            graded[row.assessment.patient_id, row.movement, row.side].append(row)
    told: Told = {}
    for cell, rows in graded.items():
        rows.sort(key=lambda row: _place(row.assessment))
        found = {"baseline": rows[0], "latest": rows[-1]}
        found["previous"] = rows[-2] if len(rows) > 1 else None  # type: ignore[assignment]
        told[cell] = {
            f"{which}_{name}": told_of
            for which, row in found.items()
            for name, told_of in _told(row).items()
        }
    return told


def _told(row: Score | None) -> dict[str, Any]:
    return {
        "level": row and row.level,
        "at": row and row.assessment.tested_at,
        "assessment_id": row and row.assessment_id,
        "tester_id": row and row.assessment.tester_id,
    }


def judged() -> dict[Any, tuple[str, bool]]:
    return {
        (row.patient_id, row.movement, row.side): (row.flag, row.confirmed)
        for row in Progress.objects.all()
    }


def compared(patients: list[Patient]) -> dict[Any, tuple[str, bool]]:
    """Return flag and confirmation of every cell, by comparing its first graded visit with its
    last one of the whole history.
    """
    told = {}
    for patient in patients:
        history = load_history(patient)
        relapses = [event.start for event in history.events if event.kind == "relapse"]
        for cell in CELLS:
            graded = [
                visit for visit in history.visits if level_of(visit.results.get(cell)) is not None
            ]
            if graded:
                rule = rule_of(patient.clinic)
                found = compare(graded[0], graded[-1], rule, later=graded, relapses=relapses)
                [change] = [each for each in found if (each.movement, each.side) == cell]
                told[patient.pk, *cell] = (change.flag.value, change.confirmed)
    return told


def days(number: int) -> datetime:
    return START + timedelta(days=number)


def test_a_first_visit_is_baseline_and_latest(patient: Patient, physio: User) -> None:
    visit = make_signed(patient, physio, {HIP: grade(0)}, tested_at=days(1))
    row = Progress.objects.get()
    assert (row.baseline_level, row.previous_level, row.latest_level) == (0, None, 0)
    assert row.baseline_assessment_id == row.latest_assessment_id == visit.pk


def test_visits_are_in_order_of_testing_not_of_typing(patient: Patient, physio: User) -> None:
    for day, level in ((30, 3), (10, 1), (20, 2)):
        make_signed(patient, physio, {HIP: grade(level)}, tested_at=days(day))
    row = Progress.objects.get()
    assert (row.baseline_level, row.previous_level, row.latest_level) == (1, 2, 3)


def test_what_has_no_grade_is_passed_over(patient: Patient, physio: User) -> None:
    make_signed(patient, physio, {HIP: grade(6)}, tested_at=days(1))
    not_tested = Result("not_testable", reason="pain")
    make_signed(patient, physio, {HIP: not_tested}, tested_at=days(2))
    row = Progress.objects.get()
    assert (row.latest_level, row.previous_level) == (6, None)


def test_a_cell_whose_only_grade_is_gone_has_no_progress(patient: Patient, physio: User) -> None:
    visit = make_signed(patient, physio, {HIP: grade(6), CELLS[1]: grade(6)})
    changed = {HIP: Result("not_done", reason="fatigue")}
    amend_assessment(visit, changed, reason="r", by=physio, revision=1)
    assert [(row.movement, row.side) for row in Progress.objects.all()] == [CELLS[1]]
    void_assessment(visit, reason="r", by=physio, revision=2)
    assert not Progress.objects.exists()


class Clinic:
    """Does this and that with the records of two patients, at random."""

    def __init__(self, seed: int, patients: list[Patient], by: list[User]) -> None:
        self.chance = random.Random(seed)  # noqa: S311  (no secret)
        self.patients, self.by = patients, by

    def step(self) -> None:
        in_force = list(Assessment.objects.in_force().order_by("tested_at", "entered_at", "id"))
        if len(in_force) < 3 or self.chance.random() < 0.4:
            self.sign()
            return
        record = self.chance.choice(in_force)
        known = {"reason": "r", "by": self.chance.choice(self.by), "revision": record.revision}
        match self.chance.choice(["amend", "amend", "void", "move"]):
            case "amend":
                standing = {(row.movement, row.side): row.level for row in record.scores.all()}
                cell = self.chance.choice(CELLS)
                level = ((standing.get(cell) or 0) + 1) % 13
                amend_assessment(record, {cell: grade(level)}, **known)
            case "void":
                void_assessment(record, **known)
            case "move":
                [to] = [each for each in self.patients if each.pk != record.patient_id]
                move_assessment(record, to=to, **known)

    def sign(self) -> None:
        cells = self.chance.sample(CELLS, self.chance.randint(1, len(CELLS)))
        at = days(10 * self.chance.randint(0, 20))  # two visits of a day happen
        results = {cell: self.result() for cell in cells}
        patient, by = self.chance.choice(self.patients), self.chance.choice(self.by)
        make_signed(patient, by, results, tested_at=at)

    def result(self) -> Result:
        if self.chance.random() < 0.2:
            return Result("not_done", reason="fatigue")
        return grade(self.chance.choice([0, 0, *range(13)]))


@pytest.mark.parametrize("seed", range(4))
def test_after_every_step_it_equals_the_scores(
    patient: Patient, physio: User, colleague: User, seed: int
) -> None:
    patients = [patient, make_patient(patient.clinic, physio)]
    clinic = Clinic(seed, patients, [physio, colleague])
    for _step in range(25):
        clinic.step()
        assert stored() == truth()
        assert judged() == compared(patients)
    before = stored()
    for each in patients:
        seen = Patient.objects.get(pk=each.pk).last_seen
        progress.rebuild(each)
        assert Patient.objects.get(pk=each.pk).last_seen == seen
    assert stored() == before


def test_a_relapse_near_the_repeat_takes_its_backing(patient: Patient, physio: User) -> None:
    for day, level in ((0, 9), (100, 4), (200, 4)):
        make_signed(patient, physio, {HIP: grade(level)}, tested_at=days(day))
    assert judged() == {(patient.pk, *HIP): ("crossed", True)}
    relapse = Event(patient=patient, kind="relapse", started=days(190).date())
    add_happening(relapse, by=physio)
    assert judged() == {(patient.pk, *HIP): ("crossed", False)}


def test_a_new_rule_judges_every_patient_anew(patient: Patient, physio: User) -> None:
    for day, level in ((0, 9), (100, 8), (200, 8)):
        make_signed(patient, physio, {HIP: grade(level)}, tested_at=days(day))
    assert judged() == {(patient.pk, *HIP): ("within_noise", False)}
    patient.clinic.watch_from = 1
    patient.clinic.save(update_fields=["watch_from"])
    progress.rejudge_clinic(patient.clinic)
    assert judged() == {(patient.pk, *HIP): ("watch", False)}
