"""What was recorded of one patient, as plain values: what charts, comparisons and forms read.

No Django model here: `querysets.load_history` fills these, tests build them by hand.
A cell is a pair `(movement key, side)`; sides are "right", "left" and "midline".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
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


@dataclass(frozen=True, slots=True)
class Happening:
    """A relapse, programme, medication or referral on the axis; `end` is None for a moment."""

    kind: str
    label: str
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Signed visits, earliest first, and what happened between them."""

    visits: tuple[Visit, ...]
    events: tuple[Happening, ...] = field(default=())
    interventions: tuple[Happening, ...] = field(default=())
    referrals: tuple[Happening, ...] = field(default=())
