"""What was recorded of one patient, as plain values: what charts, comparisons and forms read.

No Django model here: `querysets.load_history` fills these, tests build them by hand.
A cell is a pair `(movement key, side)`; sides are "right", "left" and "midline".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

Cell = tuple[str, str]


class Result(NamedTuple):
    """One result: a grade (status "graded", level 0-12) or why there is none.

    A cell that is absent from a visit was not part of it: that is not the same as not done.
    `confirmed` are the keys of the prompts that were asked about it and answered with "keep".
    """

    status: str
    level: int | None = None
    reason: str = ""
    limiters: tuple[str, ...] = ()
    position: str = ""
    note: str = ""
    amended: bool = False
    confirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """One signed assessment, with what is needed to judge a comparison with another."""

    id: UUID
    tested_at: datetime  # aware, in the clinic's zone
    tester_id: UUID
    tester: str
    battery: str
    profile: str
    results: Mapping[Cell, Result]
    amended: bool = False
    fatigue: int | None = None
    heat: str = ""
    relapse_status: str = ""
    device: str = ""

    @property
    def day(self) -> date:
        return self.tested_at.date()


def times_of(visits: Sequence[Visit]) -> dict[UUID, str]:
    """Return the time of day, such as "14:30", of each visit that shares its day with another:
    what tells them apart.
    """
    days = [visit.day for visit in visits]
    shared = Counter(days)
    return {
        visit.id: f"{visit.tested_at:%H:%M}"
        for visit, day in zip(visits, days, strict=True)
        if shared[day] > 1
    }


def moments_of(visits: Sequence[Visit]) -> dict[UUID, str]:
    """Return when each visit was: its day, and its time where another visit shares the day."""
    times = times_of(visits)
    return {visit.id: f"{visit.day} {times.get(visit.id, '')}".rstrip() for visit in visits}


@dataclass(frozen=True, slots=True)
class Happening:
    """A relapse, programme, medication or referral on the axis; `end` is None for a moment."""

    kind: str
    label: str
    start: date
    end: date | None = None


class Reading(NamedTuple):
    """One measurement: a number, or None where there is only a reason why not, which is not 0.

    `low` and `high` are the lowest and the highest of its trials. `words` say the result as it was
    recorded, `around` the device, aid, position and note. A functional test is of no `visit`.
    """

    day: date
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    words: str
    around: str
    tester_id: UUID
    tester: str
    visit: UUID | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """What was measured over time in one unit, earliest first, by side ("midline" for none).

    `error` is the share of a value that measurement error alone can make, where one is known;
    `units` are those in which readings were taken.
    """

    chart: str  # "force" or "function"
    key: str  # of the movement or of the test
    name: str
    unit: str
    units: frozenset[str]
    lower_is_better: bool
    error: Decimal | None
    sides: Mapping[str, Sequence[Reading]]


@dataclass(frozen=True, slots=True)
class History:
    """Signed visits, earliest first, what happened between them, and what was measured."""

    visits: tuple[Visit, ...]
    events: tuple[Happening, ...] = field(default=())
    interventions: tuple[Happening, ...] = field(default=())
    referrals: tuple[Happening, ...] = field(default=())
    measured: tuple[Series, ...] = field(default=())

    @property
    def days(self) -> list[date]:
        """Every day that a time axis must reach."""
        measured = [
            reading.day
            for series in self.measured
            for readings in series.sides.values()
            for reading in readings
        ]
        return [*(visit.day for visit in self.visits), *measured]
