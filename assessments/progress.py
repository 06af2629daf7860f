"""Keeping the read model of change equal to the scores."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, groupby
from operator import attrgetter
from uuid import UUID
from zoneinfo import ZoneInfo

from mmt.accounts.models import Clinic
from mmt.kept import Kept
from patients.models import Patient

from .change import CONFIRMABLE, Rule, judge
from .history import Cell
from .models import Assessment, Progress, Score
from .progress_grades import (
    Place,
    by_visit,
    graded_scores,
    grades_of,
    relapses_of,
    series_of,
    visits_in_order,
)
from .progress_rows import COLUMNS, KEY, Rows, Tested, way
from .progress_step import Step, move_on
from .rules import rule_of
from .tables import insert_stored, keeper, update, upsert

# (movement, side, level, tested at, assessment, tester), by cell and time
Row = tuple[str, str, int | None, datetime, UUID, UUID]
ROW = (
    "movement",
    "side",
    "level",
    "assessment__tested_at",
    "assessment_id",
    "assessment__tester_id",
)
AT_ONCE = 200  # patients whose histories are in memory together


def refresh(patient: Patient, cells: Iterable[Cell]) -> None:
    """Derive the patient's progress of these cells anew, in the caller's transaction."""
    lock(patient)
    wanted = set(cells)
    rows = _graded_rows(patient, {movement for movement, _side in wanted})
    derived = {
        (movement, side): _derive(patient, list(group))
        for (movement, side), group in groupby(rows, key=lambda row: (row[0], row[1]))
        if (movement, side) in wanted
    }
    _write(patient.clinic, list(derived.values()))
    gone = [(patient.pk, movement, side) for movement, side in wanted - derived.keys()]
    if gone:
        Progress.objects.filter(pk__in=gone).delete()
    _refresh_last_seen(patient)


def add_visit(assessment: Assessment, levels: Mapping[Cell, int]) -> None:
    """Take in a visit just signed, with the levels of its graded cells, of a patient who is held.

    The newest visit moves each cell on by one, however long the history; any other is derived.
    """
    patient, rule = assessment.patient, rule_of(assessment.clinic)
    known = {
        (movement, side): (baseline, latest, at)
        for movement, side, baseline, latest, at in _stands(patient.pk)
    }
    if any(known[cell][2] >= assessment.tested_at for cell in levels if cell in known):
        refresh(patient, levels)
        return
    ways = {}
    for cell, level in levels.items():
        baseline, previous, _at = known.get(cell, (level, None, None))
        ways[cell] = way(baseline, previous, level, rule)
    open_places = [(patient.pk, *cell) for cell in ways if ways[cell][2] in CONFIRMABLE]
    confirmed = _confirmed(open_places, rule)
    move_on(
        assessment,
        (
            Step(*cell, levels[cell], *found[:2], found.flag, (patient.pk, *cell) in confirmed)
            for cell, found in ways.items()
        ),
    )
    _refresh_last_seen(patient)


_stands = Kept(
    lambda patient: Progress.objects.filter(patient=patient).values_list(
        "movement", "side", "baseline_level", "latest_level", "latest_at"
    )
)


def rebuild(patient: Patient) -> None:
    """Derive all of the patient's progress anew."""
    lock(patient)
    Progress.objects.filter(patient=patient).delete()
    refresh(
        patient,
        Score.objects.filter(assessment__patient=patient).values_list("movement", "side"),
    )


def refresh_many(clinic: Clinic, patients: Sequence[Patient]) -> None:
    """Derive all progress of these patients of a clinic anew, each once, in the caller's
    transaction.
    """
    lock(*patients)
    for first in range(0, len(patients), AT_ONCE):
        some = patients[first : first + AT_ONCE]
        _refresh_all(clinic, {patient.pk: patient for patient in some})


def _refresh_all(clinic: Clinic, patients: Mapping[UUID, Patient]) -> None:
    rows = Rows(clinic.pk, rule_of(clinic))
    grades, last = _histories(patients, rows)
    relapses = relapses_of(grades)
    derived = (rows.of(pk, cells, relapses[pk]) for pk, cells in grades.items())
    Progress.objects.filter(patient__in=patients).delete()
    insert_stored(Progress, COLUMNS, chain.from_iterable(derived))
    for pk, patient in patients.items():
        patient.last_seen = last.get(pk)
    update(Patient, ["last_seen"], ((each.last_seen, pk) for pk, each in patients.items()))


def _histories(
    patients: Collection[UUID], made: Rows
) -> tuple[Mapping[UUID, Mapping[Cell, list[tuple[int, Tested]]]], Mapping[UUID, date]]:
    """Return the grades of each patient's cells, earliest first, and the day on which each patient
    was seen last: two queries.
    """
    grades, text_of = by_visit(grades_of(patients, None)), keeper(Score, "assessment_id")
    found: dict[UUID, dict[Cell, list[tuple[int, Tested]]]] = {}
    last: dict[UUID, date] = {}
    for pk, patient, tester, at, zone in visits_in_order(patients).values_list(
        "pk", "patient_id", "tester_id", "tested_at", "time_zone"
    ):
        there = at.astimezone(ZoneInfo(zone))
        last[patient] = there.date()
        tested = made.tested(at, there, pk, tester)
        cells = found.setdefault(patient, {})
        for movement, side, level in grades.get(text_of(pk), ()):
            cells.setdefault((movement, side), []).append((level, tested))
    return found, last


def rejudge(patient: Patient) -> None:
    """Judge anew after a relapse was entered, moved or taken back."""
    lock(patient)
    _write(patient.clinic, list(Progress.objects.filter(patient=patient)))


def rejudge_clinic(clinic: Clinic) -> None:
    """Judge every patient of a clinic anew, by its new rule."""
    patients = list(Patient.objects.filter(clinic=clinic).order_by("pk").only("pk"))
    for first in range(0, len(patients), AT_ONCE):
        some = patients[first : first + AT_ONCE]
        lock(*some)
        _write(clinic, list(Progress.objects.filter(patient__in=some)))


def lock(*patients: Patient) -> None:
    """Hold these patients until the transaction ends, always in the same order.

    Two records of one patient signed at once would each derive progress without the other.
    """
    _locked(sorted(patient.pk for patient in patients))


_locked = Kept(
    lambda patients: (
        Patient.objects.filter(pk__in=patients)
        .select_for_update(no_key=True)
        .order_by("pk")
        .values_list("pk")
    )
)


def _write(clinic: Clinic, rows: Sequence[Progress]) -> None:
    _judge(clinic, rows)
    upsert(Progress, COLUMNS, map(attrgetter(*COLUMNS), rows), key=KEY)


def _judge(clinic: Clinic, rows: Iterable[Progress]) -> None:
    """Judge the latest grade of each row against its baseline: at most three queries of one
    patient.
    """
    rule, open_rows = rule_of(clinic), {}
    for row in rows:
        found = way(row.baseline_level, row.previous_level, row.latest_level, rule)
        row.since_baseline, row.since_previous, row.flag = found
        row.confirmed = False
        if row.flag in CONFIRMABLE:
            open_rows[row.patient_id, row.movement, row.side] = row
    for place in _confirmed(open_rows, rule):
        open_rows[place].confirmed = True


def _confirmed(places: Collection[Place], rule: Rule) -> set[Place]:
    """Return which changes of these cells stand when tested again."""
    if not places:
        return set()
    found, relapses = series_of(places), relapses_of({place[0] for place in places})
    return {place for place in places if judge(found[place], rule, relapses[place[0]])[1]}


def _refresh_last_seen(patient: Patient) -> None:
    latest = _latest_visit(patient.pk)
    patient.last_seen = latest[0][0].astimezone(ZoneInfo(latest[0][1])).date() if latest else None
    update(Patient, ["last_seen"], [(patient.last_seen, patient.pk)])


_latest_visit = Kept(
    lambda patient: (
        Assessment.objects.filter(patient=patient)
        .in_force()
        .latest_first()
        .values_list("tested_at", "time_zone")[:1]
    )
)


def _graded_rows(patient: Patient, movements: set[str]) -> Iterable[Row]:
    """Return the rows of each cell together, earliest first."""
    by_time = graded_scores([patient.pk], movements)
    return by_time.order_by("movement", "side", *by_time.query.order_by).values_list(*ROW)


def _derive(patient: Patient, rows: Sequence[Row]) -> Progress:
    """Return the progress of one cell from its graded rows, earliest first, at least one."""
    found = Progress(
        patient_id=patient.pk,
        clinic_id=patient.clinic_id,
        movement=rows[0][0],
        side=rows[0][1],
    )
    _set(found, "baseline", rows[0])
    _set(found, "latest", rows[-1])
    if len(rows) > 1:
        _set(found, "previous", rows[-2])
    return found


def _set(progress: Progress, which: str, row: Row) -> None:
    _movement, _side, level, at, assessment_id, tester_id = row
    setattr(progress, f"{which}_level", level)
    setattr(progress, f"{which}_at", at)
    setattr(progress, f"{which}_assessment_id", assessment_id)
    setattr(progress, f"{which}_tester_id", tester_id)
