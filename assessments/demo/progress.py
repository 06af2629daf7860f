"""The read model of change for planned patients: what `assessments.progress` would derive."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from mmt.accounts.models import Clinic
from patients.models import EventKind

from ..change import CONFIRMABLE, Rule, flag_of, judge
from ..history import Cell, Result
from ..instrument import THIRDS, Status
from ..models import Progress
from ..rules import rule_of
from ..tables import keeper
from .plan import PlannedPatient

# (level, tested at, assessment, tester)
Graded = tuple[Any, Any, Any, Any]
NEVER: Graded = (None, None, None, None)
Series = list[tuple[datetime, int]]


def progress_rows(
    patients: Sequence[PlannedPatient], clinic: Clinic, testers: Sequence[UUID]
) -> Iterator[Sequence[Any]]:
    """Return rows as the driver takes them, in the order of `progress.COLUMNS`."""
    keep, keep_time = keeper(Progress, "patient_id"), keeper(Progress, "latest_at")
    people = [keep(tester) for tester in testers]
    place, rule, zone = keep(clinic.pk), rule_of(clinic), clinic.zone
    for patient in patients:
        found: dict[Cell, tuple[Graded, Graded, Graded]] = {}
        series: dict[Cell, Series] = defaultdict(list)
        for visit in patient.visits:
            told = (keep_time(visit.tested_at), keep(visit.id), people[visit.tester])
            tested_at = visit.tested_at.astimezone(zone)
            for cell, result in visit.results.items():
                if result.level is None:
                    continue
                newest = (result.level, *told)
                known = found.get(cell)
                found[cell] = (known[0], known[2], newest) if known else (newest, NEVER, newest)
                series[cell].append((tested_at, result.level))
        mine = keep(patient.id)
        relapses = [each.started for each in patient.events if each.kind == EventKind.RELAPSE]
        for cell, (baseline, previous, latest) in found.items():
            way = _judged(baseline[0], previous[0], latest[0], rule)
            confirmed = way[2] in CONFIRMABLE and judge(series[cell], rule, relapses)[1]
            yield place, mine, *cell, *baseline, *previous, *latest, *way, confirmed


@cache
def _judged(
    baseline: int, previous: int | None, latest: int, rule: Rule
) -> tuple[int, int | None, str]:
    """Return the way from baseline and from previous in thirds of a grade, and the flag."""
    first, last = (Result(Status.GRADED.value, level) for level in (baseline, latest))
    step = None if previous is None else THIRDS[latest] - THIRDS[previous]
    return THIRDS[latest] - THIRDS[baseline], step, flag_of(first, last, rule).value
