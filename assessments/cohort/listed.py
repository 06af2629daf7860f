"""What is listed of a page of patients: the worst few results of each, worst first."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from mmt.accounts.models import Clinic, User
from patients.models import Patient

from .. import charts, instrument
from ..change import CONFIRMABLE, SEVERITY, Direction, Flag, Rule, coincidence, explain
from ..history import Cell, Result
from ..models import Progress
from ..rules import rule_of
from .question import FLAGGED, Question

# So many results of a patient tell whom to see; a page of all would be long on a telephone.
MOST_OF_A_PATIENT = 3
PLACES = {
    (movement, str(side)): place
    for place, (movement, side) in enumerate(instrument.cells(instrument.MOVEMENTS))
}


@dataclass(frozen=True, slots=True)
class Row:
    """One result: from one grade to the latest. `flag` is None where none is shown."""

    movement: str
    side: str
    region: str
    before: Result
    before_on: date
    latest: Result
    latest_on: date
    direction: Direction
    flag: Flag | None
    rule: str
    confirmable: bool
    confirmed: bool
    tester: str
    tester_change: str
    spark: charts.Spark


@dataclass(frozen=True, slots=True)
class Listed:
    """A patient with the results that are shown, and how many others there are."""

    patient: Patient
    rows: list[Row]
    left_out: int

    @property
    def unfolded(self) -> bool:
        """Whether more are shown than without being asked for."""
        return len(self.rows) > MOST_OF_A_PATIENT

    @property
    def height(self) -> int:
        """How many lines of a table it takes, with the one about the others."""
        return len(self.rows) + (1 if self.left_out or self.unfolded else 0)


class _Found(NamedTuple):
    """Where a result is, and how far it went from the grade before, in thirds of a grade."""

    patient: UUID
    movement: str
    side: str
    way: int
    flag: str


class _Told:
    """Texts and pictures of one answer, in one language: of many results they are the same."""

    def __init__(self, before: str) -> None:
        self.before = before
        self.explained = cache(explain)
        self.spark = cache(charts.spark)


def listed(wanted: Q, patients: list[Patient], question: Question, *, whole: str) -> list[Listed]:
    """Return the patients with what is `wanted` of each; of the one whose id is `whole`, all.

    They get their clinics, which the question knows.
    """
    clinics = {clinic.pk: clinic for clinic in question.clinics}
    rules = {pk: rule_of(clinic) for pk, clinic in clinics.items()}
    for patient in patients:
        patient.clinic = clinics[patient.clinic_id]
    found = _found(wanted, patients, question)
    shown = _shown(found, patients, whole)
    people = User.objects.in_bulk(_testers(shown.values()))
    told = _Told(question.before)
    rows = {
        patient.pk: [
            _row(each, patient.clinic, told, rules[patient.clinic_id], people)
            for each in shown[patient.pk]
        ]
        for patient in patients
    }
    return [
        Listed(patient, rows[patient.pk], len(found[patient.pk]) - len(rows[patient.pk]))
        for patient in patients
    ]


def _found(wanted: Q, patients: list[Patient], question: Question) -> Mapping[UUID, list[_Found]]:
    """Return what is wanted of each patient, with no more than decides which of it is shown.

    The clinic is named for the indexes, which begin with it.
    """
    found: dict[UUID, list[_Found]] = defaultdict(list)
    mine = Progress.objects.filter(clinic__in=question.asked_clinics, patient__in=patients)
    decisive = ("patient", "movement", "side", f"since_{question.before}", "flag")
    for row in mine.filter(wanted).values_list(*decisive):
        each = _Found(*row)
        found[each.patient].append(each)
    return found


def _shown(
    found: Mapping[UUID, list[_Found]], patients: list[Patient], whole: str
) -> Mapping[UUID, list[Progress]]:
    chosen: list[_Found] = []
    for patient in patients:
        order = _worst_first(flags=patient.clinic.change_flags)
        most = None if str(patient.pk) == whole else MOST_OF_A_PATIENT
        chosen += sorted(found[patient.pk], key=order)[:most]
    rows = {row.pk: row for row in Progress.objects.filter(_these(chosen))}
    shown: dict[UUID, list[Progress]] = defaultdict(list)
    for each in chosen:
        if row := rows.get((each.patient, each.movement, each.side)):
            shown[each.patient].append(row)
    return shown


def _these(chosen: list[_Found]) -> Q:
    """Return the condition for what was chosen, cell by cell: to name each takes twice as long."""
    patients: dict[Cell, list[UUID]] = defaultdict(list)
    for each in chosen:
        patients[each.movement, each.side].append(each.patient)
    wanted = Q(patient__in=[])
    for (movement, side), of_these in patients.items():
        wanted |= Q(patient__in=of_these, movement=movement, side=side)
    return wanted


def _worst_first(*, flags: bool) -> Callable[[_Found], tuple[int, ...]]:
    """Return the order of a patient's results: what fell before what rose, by flag where the clinic
    shows any, the farthest first.
    """

    def key(each: _Found) -> tuple[int, ...]:
        severity = SEVERITY[Flag(each.flag)] if flags else 0
        return each.way > 0, severity, -abs(each.way), PLACES[each.movement, each.side]

    return key


def _testers(shown: Iterable[list[Progress]]) -> set[UUID]:
    rows = [row for each in shown for row in each]
    return {pk for row in rows for pk in (row.baseline_tester_id, row.latest_tester_id)}


def _row(
    row: Progress, clinic: Clinic, told: _Told, rule: Rule, people: Mapping[UUID, User]
) -> Row:
    zone, old = clinic.zone, getattr(row, f"{told.before}_level")
    flag = Flag(row.flag)
    shown = flag in FLAGGED and clinic.change_flags
    before_at: datetime = getattr(row, f"{told.before}_at")
    return Row(
        movement=row.movement,
        side=row.side,
        region=str(instrument.movement(row.movement).region),
        before=Result("graded", old),
        before_on=before_at.astimezone(zone).date(),
        latest=Result("graded", row.latest_level),
        latest_on=row.latest_at.astimezone(zone).date(),
        direction=Direction.WORSE if row.latest_level < old else Direction.BETTER,
        flag=flag if shown else None,
        rule=told.explained(flag, rule, (clinic.scale_profile,)) if shown else "",
        confirmable=shown and flag in CONFIRMABLE,
        confirmed=row.confirmed,
        tester=str(people.get(row.latest_tester_id, "")),
        tester_change=_tester_change(row, people) if shown else "",
        spark=told.spark(_grades(row, zone), clinic.scale_profile),
    )


def _tester_change(row: Progress, people: Mapping[UUID, User]) -> str:
    """Say whether the flag, which judges the latest grade against the baseline, has two testers."""
    if row.baseline_tester_id == row.latest_tester_id:
        return ""
    return coincidence(
        *(str(people.get(pk, "")) for pk in (row.baseline_tester_id, row.latest_tester_id))
    )


def _grades(row: Progress, zone: ZoneInfo) -> tuple[tuple[date, int], ...]:
    """Return each of the three grades once: at a second visit the previous is the baseline."""
    grades = {row.baseline_assessment_id: (row.baseline_at, row.baseline_level)}
    if row.previous_assessment_id and row.previous_at and row.previous_level is not None:
        grades[row.previous_assessment_id] = (row.previous_at, row.previous_level)
    grades[row.latest_assessment_id] = (row.latest_at, row.latest_level)
    return tuple((at.astimezone(zone).date(), level) for at, level in grades.values())
