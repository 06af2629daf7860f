"""The visits of one invented person: battery, scale, tester, grades and what stood around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from .. import instrument
from ..history import Cell, Result
from .course import Decline
from .gaps import fit_positions, leave_out, limit
from .plan import Place, PlannedVisit
from .surroundings import plan_context

# A tester's own hand, in thirds of a grade.
LENIENCE = (0.15, -0.2)


@dataclass(frozen=True, slots=True)
class Habits:
    """How a person is tested. `yearly` is a battery taken instead at every third visit, from the
    first on; `changed_profile` is the scale of the later half of the visits; `movements` are
    tested in place of the battery's.
    """

    battery: str = instrument.DEFAULT_BATTERY
    profile: str = instrument.DEFAULT_PROFILE
    yearly: str = ""
    changed_profile: str = ""
    testers: int = 2
    movements: tuple[str, ...] = ()


def plan_visits(
    place: Place,
    rng: Random,
    record_number: str,
    days: Sequence[date],
    decline: Decline,
    habits: Habits,
) -> tuple[PlannedVisit, ...]:
    first_tester = rng.randrange(habits.testers)
    found = []
    for number, day in enumerate(days):
        battery, profile = _test_of(habits, number, len(days))
        movements = habits.movements or instrument.battery(battery).movements
        tester = (first_tester + (number % 3 == 2)) % habits.testers
        losses = decline.losses(day)
        results = decline.test(losses, movements, profile, LENIENCE[tester], rng)
        context = plan_context(rng, day, losses, decline)
        fit_positions(results, context)
        if rng.random() < 0.25:
            leave_out(rng, results, context)
        if rng.random() < 0.4:
            limit(rng, results)
        found.append(
            PlannedVisit(
                id=place.id(record_number, "visit", number),
                tested_at=place.at(day, rng.randint(9, 16), rng.choice((0, 15, 30, 45))),
                tester=tester,
                battery=battery,
                profile=profile,
                movements=movements,
                results=results,
                context=context,
                filled=_filled(results) if rng.random() < 0.05 else frozenset(),
            )
        )
    return tuple(found)


def _test_of(habits: Habits, number: int, visits: int) -> tuple[str, str]:
    """Return battery and profile of one visit; a battery with its own scale is tested on it."""
    battery = habits.yearly if habits.yearly and number % 3 == 0 else habits.battery
    changed = habits.changed_profile and number >= visits / 2
    profile = habits.changed_profile if changed else habits.profile
    return battery, instrument.battery(battery).profile or profile


def _filled(results: dict[Cell, Result]) -> frozenset[Cell]:
    """Return the cells that "rest is normal" filled in: the normal ones at the end of the test."""
    found = []
    for cell in reversed(results):
        if results[cell].level != instrument.NORMAL_LEVEL:
            break
        found.append(cell)
    return frozenset(found)
