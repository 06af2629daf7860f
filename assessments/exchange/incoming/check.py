"""The dry run: what a file would bring in, and what stands against it. Nothing is written."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from mmt.accounts.models import Clinic
from patients.names import fold

from ... import instrument
from ...history import Cell, Result
from ...models import Assessment, ImportedVisit, Measurement
from ...querysets import results_of
from .facts import Facts, Problem
from .mapping import Layout, Mapping
from .measured import Measured
from .people import NewPatient, Patients, Tester, find_patients, find_testers
from .rows import RowReader
from .table import Table
from .targets import name_of
from .visits import Place, PlannedVisit, put_together

T = TypeVar("T")
# Names of the tester, the grades, and what was measured.
Recorded = tuple[set[str], dict[Cell, tuple[object, ...]], dict[Place, tuple[object, ...]]]
AT_ONCE = 500  # keys of one query
TELL_ROWS = 250


@dataclass
class Plan:
    """What would come in. A visit comes in whole or waits: good rows beside a bad one are `held`.

    `rows` counts those below the headings; `blank` those in which nothing was recorded; `already`
    the visits that are here.
    """

    layout: Layout
    rows: int = 0
    blank: int = 0
    already: int = 0
    visits: list[PlannedVisit] = field(default_factory=list)
    new_patients: list[NewPatient] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    held: set[int] = field(default_factory=set)
    testers: dict[str, Tester] = field(default_factory=dict)
    patients: Patients = field(default_factory=Patients)

    @property
    def bad(self) -> set[int]:
        return {problem.row for problem in self.problems}

    @property
    def scores(self) -> int:
        return sum(len(visit.results) for visit in self.visits)

    @property
    def measured(self) -> int:
        return sum(len(visit.measured) for visit in self.visits)

    @property
    def is_empty(self) -> bool:
        return not (self.visits or self.new_patients)

    @property
    def left(self) -> int:
        """How many rows stay behind if the good ones come in."""
        return len(self.bad | self.held)


def check(
    table: Table, mapping: Mapping, clinic: Clinic, *, tell: Callable[[int], None] | None = None
) -> Plan:
    """Return what the file would bring into the clinic as it stands now.

    `tell` is told now and then how many rows were read; what it raises ends the check.
    """
    reader = RowReader(table, mapping, clinic.zone, clinic.now())
    facts = []
    for each in reader.rows():
        facts.append(each)
        if tell and len(facts) % TELL_ROWS == 0:
            tell(len(facts))
    plan = Plan(mapping.layout, rows=len(facts))
    plan.patients = find_patients(clinic, facts)
    for each in facts:
        if each.who and each.is_plain:
            each.problems += plan.patients.judge(each.who, each.row)
    if plan.layout is Layout.PATIENTS:
        _plan_patients(plan, facts)
    else:
        _plan_visits(plan, facts, clinic)
    plan.problems = [problem for each in facts for problem in each.problems]
    return plan


def _plan_patients(plan: Plan, facts: Sequence[Facts]) -> None:
    bad = {each.who.number.upper() for each in facts if each.who and each.problems}
    plan.new_patients = [new for key, new in plan.patients.new.items() if key not in bad]
    plan.held = {
        each.row
        for each in facts
        if each.who and not each.problems and each.who.number.upper() in bad
    }
    numbers = {each.who.number.upper() for each in facts if each.who and not each.problems}
    plan.already = len(numbers & plan.patients.known.keys())


def _plan_visits(plan: Plan, facts: Sequence[Facts], clinic: Clinic) -> None:
    by_row = {each.row: each for each in facts}
    planned = put_together(facts, plan.layout)
    for visit in planned:
        _check_battery(visit, by_row)
        _check_birth(visit, by_row, plan.patients)
    plan.blank = sum(not (each.results or each.measured or each.problems) for each in facts)
    planned = [visit for visit in planned if not visit.is_blank]
    known = _Known(clinic, plan.patients, planned)
    for visit in planned:
        if any(by_row[row].problems for row in visit.rows):
            plan.held |= {row for row in visit.rows if not by_row[row].problems}
        elif known.has(visit):
            plan.already += 1
        elif reason := known.refusal(visit):
            by_row[visit.row].problems.append(Problem(visit.row, "", "", reason))
            plan.held |= set(visit.rows[1:])
        else:
            plan.visits.append(visit)
    wanted = {visit.number for visit in plan.visits}
    plan.new_patients = [new for key, new in plan.patients.new.items() if key in wanted]
    plan.testers = find_testers(clinic, (visit.tester for visit in plan.visits))


def _check_battery(visit: PlannedVisit, by_row: dict[int, Facts]) -> None:
    battery = instrument.battery(visit.battery) if visit.battery else None
    if battery and battery.profile and battery.profile != visit.scale:
        why = _("%(battery)s is graded on %(scale)s.") % {
            "battery": battery.name,
            "scale": instrument.profile(battery.profile).name,
        }
        by_row[visit.row].problems.append(Problem(visit.row, "", visit.battery, why))


def _check_birth(visit: PlannedVisit, by_row: dict[int, Facts], patients: Patients) -> None:
    born = patients.born(visit.number)
    if born and visit.tested_at.astimezone(UTC).date() < born:
        why = _("This is before the patient was born.")
        told = visit.tested_at.date().isoformat()
        by_row[visit.row].problems.append(Problem(visit.row, name_of("tested_at"), told, why))


class _Known:
    """What the clinic has of these visits: imported before, or recorded with the same results."""

    def __init__(self, clinic: Clinic, patients: Patients, visits: Sequence[PlannedVisit]) -> None:
        self.imported: dict[str, str] = {}
        for keys in in_parts([visit.key for visit in visits], AT_ONCE):
            found = ImportedVisit.objects.filter(clinic=clinic, standing=True, key__in=keys)
            self.imported |= dict(found.values_list("key", "content"))
        self.patients = patients
        self.ids = self._named(clinic, visits)
        self.days = self._days(patients, visits)

    def has(self, visit: PlannedVisit) -> bool:
        if self.imported.get(visit.key) == visit.content or visit.named in self.ids:
            return True
        plain = _plain(visit.results)
        measured = {place: _told(each) for place, each in visit.measured.items()}
        return any(
            plain == results and (not measured or measured == recorded)
            for results, recorded in self._recorded(visit)
        )

    def _recorded(self, visit: PlannedVisit) -> Iterator[tuple[object, object]]:
        """Yield what this tester found at this time, as the clinic has it."""
        patient = self.patients.known.get(visit.number)
        if patient is None:
            return
        told = visit.tested_at if visit.time_known else visit.tested_at.date()
        tester = fold(visit.tester)
        for names, results, measured in self.days.get((patient.id, told), ()):
            if tester in names:
                yield results, measured

    def refusal(self, visit: PlannedVisit) -> str:
        """Return why a visit that is not here cannot come in; or nothing."""
        if visit.key in self.imported:
            return _(
                "This visit was imported before, with other results. Amend that record instead."
            )
        if not visit.results and any(results for results, _measured in self._recorded(visit)):
            return _(
                "This visit is here already, with its grades. Forces and heel raises come in "
                "together with the grades, in one file."
            )
        return ""

    def _named(self, clinic: Clinic, visits: Sequence[PlannedVisit]) -> set[str]:
        """Return the visits' own identifiers that are records of this clinic."""
        named = [visit.named for visit in visits if _is_id(visit.named)]
        found: set[str] = set()
        for ids in in_parts(named, AT_ONCE):
            rows = Assessment.objects.filter(clinic=clinic, pk__in=ids).exclude(status="draft")
            found |= {str(pk) for pk in rows.values_list("pk", flat=True)}
        return found

    def _days(
        self, patients: Patients, visits: Sequence[PlannedVisit]
    ) -> AnyMapping[tuple[UUID, object], list[Recorded]]:
        """Return who tested and found what at known patients' records, by moment and by day, where
        a visit of the file is of that day.
        """
        wanted = {
            (patients.known[visit.number].id, visit.tested_at.date())
            for visit in visits
            if visit.number in patients.known
        }
        near: dict[UUID, tuple[UUID, datetime, set[str]]] = {}
        for people in in_parts(sorted({patient for patient, _day in wanted}), AT_ONCE):
            rows = Assessment.objects.filter(patient__in=people).in_force()
            for pk, patient, at, zone, name, email in rows.values_list(
                "pk", "patient_id", "tested_at", "time_zone", "tester__name", "tester__email"
            ):
                there = at.astimezone(ZoneInfo(zone)).replace(microsecond=0)
                if (patient, there.date()) in wanted:
                    near[pk] = (patient, there, {fold(name), fold(email)})
        found: dict[tuple[UUID, object], list[Recorded]] = defaultdict(list)
        for ids in in_parts(list(near), AT_ONCE):
            results, measured = results_of(ids), _measured_of(ids)
            for pk in ids:
                patient, moment, names = near[pk]
                for told in (moment, moment.date()):
                    found[patient, told].append((names, _plain(results.get(pk, {})), measured[pk]))
        return found


def _plain(results: dict[Cell, Result]) -> dict[Cell, tuple[object, ...]]:
    return {cell: (each.status, each.level, each.reason) for cell, each in results.items()}


def _measured_of(records: list[UUID]) -> dict[UUID, dict[Place, tuple[object, ...]]]:
    """Return what was measured at these records."""
    found: dict[UUID, dict[Place, tuple[object, ...]]] = {pk: {} for pk in records}
    for each in Measurement.objects.filter(assessment__in=records):
        found[each.assessment_id][each.movement, each.side, each.kind] = _told(each)
    return found


def _told(each: Measured | Measurement) -> tuple[object, ...]:
    return tuple(each.typed), each.unit, each.rule, each.count, each.full_height


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def in_parts(every: list[T], most: int) -> Iterator[list[T]]:
    for first in range(0, len(every), most):
        yield every[first : first + most]
