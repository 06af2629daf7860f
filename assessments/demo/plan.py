"""What is to be loaded, as plain values: equal for the same seed and day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from ..history import Cell, Result

_NAMESPACE = UUID("6f7a3b52-5c0e-4b57-9d34-0d1c1f7d2a10")


@dataclass(frozen=True, slots=True)
class PlannedMeasurement:
    """A force or heel raises, by the names of `Measurement`."""

    movement: str
    side: str
    kind: str
    typed: tuple[str, ...] = ()
    trials: tuple[str, ...] = ()
    unit: str = ""
    rule: str = ""
    device: str = ""
    count: int | None = None
    full_height: int | None = None
    limited_by: str = ""


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One assessment to be signed. `tester` is a place in the clinic's testers; `context` holds
    fields of the assessment by name; `filled` are cells that "rest is normal" filled in.
    """

    id: UUID
    tested_at: datetime
    tester: int
    battery: str
    profile: str
    movements: tuple[str, ...]
    results: Mapping[Cell, Result]
    context: Mapping[str, Any]
    filled: frozenset[Cell] = frozenset()
    measurements: tuple[PlannedMeasurement, ...] = ()

    @property
    def signed_at(self) -> datetime:
        return self.tested_at + timedelta(minutes=25)


@dataclass(frozen=True, slots=True)
class PlannedDraft:
    """Work in progress: `typed` maps a cell or context key to what was typed there."""

    id: UUID
    tested_at: datetime
    tester: int
    battery: str
    profile: str
    movements: tuple[str, ...]
    typed: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    kind: str
    started: date
    ended: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PlannedIntervention:
    kind: str
    name: str
    dose: str
    started: date
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedFunctional:
    """A functional test, by the names of `FunctionalTest`; `tester` as in `PlannedVisit`."""

    kind: str
    tested_on: date
    tester: int
    entered_at: datetime
    first: Decimal | None
    second: Decimal | None = None
    not_able: str = ""
    aid: str = ""


@dataclass(frozen=True, slots=True)
class PlannedReferral:
    kind: str
    reason: str
    status: str
    started: date
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedContact:
    profession: str
    name: str
    address: str
    started: date


@dataclass(frozen=True, slots=True)
class PlannedWeakness:
    """`judged_by` is a place in the clinic's testers."""

    region: str
    kind: str
    rationale: str
    judged_on: date
    judged_by: int


@dataclass(frozen=True, slots=True)
class PlannedPatient:
    """`visits` are in order of time."""

    id: UUID
    record_number: str
    family_name: str
    given_names: str
    birth_date: date
    sex: str
    ms_course: str
    course_since: date
    onset: date
    dominant_side: str
    weaker_side: str
    registered_at: datetime
    visits: tuple[PlannedVisit, ...]
    events: tuple[PlannedEvent, ...] = ()
    interventions: tuple[PlannedIntervention, ...] = ()
    drafts: tuple[PlannedDraft, ...] = ()
    functional: tuple[PlannedFunctional, ...] = ()
    referrals: tuple[PlannedReferral, ...] = ()
    care_team: tuple[PlannedContact, ...] = ()
    weakness: tuple[PlannedWeakness, ...] = ()
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when the planning stands: the clinic's zone and its newest day."""

    slug: str
    zone: ZoneInfo
    today: date
    seed: int

    def id(self, *path: object) -> UUID:
        """Return an id that is the same each time the same thing is planned."""
        return uuid5(_NAMESPACE, "/".join(map(str, (self.seed, self.slug, *path))))

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Return a time on the clinic's wall, in UTC as the database gives it back."""
        return datetime.combine(day, time(hour, minute), self.zone).astimezone(UTC)

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)


@dataclass(frozen=True, slots=True)
class PlannedClinic:
    place: Place
    name: str
    scale_profile: str
    default_battery: str
    patients: tuple[PlannedPatient, ...] = field(default=(), repr=False)
