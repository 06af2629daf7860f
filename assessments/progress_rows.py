"""The read model of change from whole histories: rows as the database driver takes them.

An import or a rebuilding derives many of them, so no object is made of one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from .change import CONFIRMABLE, Rule, flag_of, judge
from .history import Cell, Result
from .instrument import THIRDS, Status
from .models import Progress
from .tables import keeper

SEEN = [
    f"{which}_{what}"
    for which in ("baseline", "previous", "latest")
    for what in ("level", "at", "assessment_id", "tester_id")
]
JUDGED = ["since_baseline", "since_previous", "flag", "confirmed"]
KEY = ("patient_id", "movement", "side")
COLUMNS = ("clinic_id", *KEY, *SEEN, *JUDGED)
NEVER = (None, None, None, None)


class Tested(NamedTuple):
    """A visit: by the wall clock there, and its moment, id and tester as the driver takes them."""

    there: datetime
    told: tuple[Any, Any, Any]


class Rows:
    """Rows of one clinic, in the order of COLUMNS."""

    def __init__(self, clinic: UUID, rule: Rule) -> None:
        self._keep, self._keep_time = keeper(Progress, "patient_id"), keeper(Progress, "latest_at")
        self._clinic, self._rule = self._keep(clinic), rule

    def tested(self, at: datetime, there: datetime, visit: Any, tester: UUID) -> Tested:
        return Tested(there, (self._keep_time(at), self._keep(visit), self._keep(tester)))

    def of(
        self,
        patient: UUID,
        grades: Mapping[Cell, Sequence[tuple[int, Tested]]],
        relapses: Sequence[date],
    ) -> Iterator[Sequence[Any]]:
        """Yield a row for each cell from its levels, earliest first, at least one."""
        key = self._keep(patient)
        for cell, found in grades.items():
            first, last = found[0], found[-1]
            before = found[-2] if len(found) > 1 else None
            judged = way(first[0], before[0] if before else None, last[0], self._rule)
            confirmed = judged[2] in CONFIRMABLE and self._is_confirmed(found, relapses)
            previous = (before[0], *before[1].told) if before else NEVER
            baseline, latest = ((each[0], *each[1].told) for each in (first, last))
            yield self._clinic, key, *cell, *baseline, *previous, *latest, *judged, confirmed

    def _is_confirmed(self, found: Sequence[tuple[int, Tested]], relapses: Sequence[date]) -> bool:
        series = [(visit.there, level) for level, visit in found]
        return judge(series, self._rule, relapses)[1]


class Way(NamedTuple):
    since_baseline: int
    since_previous: int | None
    flag: str


@lru_cache(4_096)
def way(baseline: int, previous: int | None, latest: int, rule: Rule) -> Way:
    """Return the way from baseline and from previous in thirds of a grade, and the flag."""
    first, last = (Result(Status.GRADED.value, level) for level in (baseline, latest))
    step = None if previous is None else THIRDS[latest] - THIRDS[previous]
    return Way(THIRDS[latest] - THIRDS[baseline], step, flag_of(first, last, rule).value)
