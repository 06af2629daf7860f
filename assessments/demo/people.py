"""Invented people with MS: who they are, and how it goes with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from patients.models import BodySide, Course, Sex

from .course import Decline, Relapse, shares, trace
from .happenings import plan_events, plan_interventions
from .names import MEN, SECOND_NAMES, WOMEN
from .plan import Place, PlannedPatient
from .visits import Habits, plan_visits
from .weakness import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG

YEAR = 365


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of course, in ranges: what the worst limb has lost at the first visit and loses each
    year, in thirds of a grade; relapses in all; age and years of illness at the first visit.
    """

    course: Course
    loss: tuple[float, float]
    yearly: tuple[float, float]
    relapses: tuple[int, int]
    ages: tuple[int, int]
    years_ill: tuple[float, float]
    arms: tuple[float, float] = (0.25, 0.55)
    trained: float = 0.0


MILD = Kind(Course.RRMS, (1.0, 3.5), (0.0, 0.15), (0, 1), (22, 52), (0.5, 6))
RELAPSING = Kind(Course.RRMS, (2.5, 5.0), (0.0, 0.3), (1, 3), (22, 55), (0.5, 6))
TRAINED = Kind(Course.RRMS, (4.0, 6.5), (0.0, 0.2), (0, 1), (28, 62), (2, 12), trained=2.2)
SECONDARY = Kind(Course.SPMS, (4.0, 6.5), (0.5, 1.1), (0, 1), (42, 68), (8, 25))
PRIMARY = Kind(Course.PPMS, (3.5, 6.0), (0.7, 1.4), (0, 0), (42, 68), (1, 8), (0.15, 0.4))
SEVERE = Kind(Course.SPMS, (7.5, 11.0), (0.1, 0.5), (0, 0), (45, 72), (10, 28), (0.4, 0.6))
FIRST_EPISODE = Kind(Course.CIS, (0.5, 2.0), (0.0, 0.0), (1, 1), (20, 42), (0.1, 0.9))
# How many of a hundred patients.
KINDS = {
    MILD: 26,
    RELAPSING: 24,
    TRAINED: 16,
    SECONDARY: 14,
    PRIMARY: 9,
    SEVERE: 7,
    FIRST_EPISODE: 4,
}
LIMBS_OF_A_RELAPSE = (
    (RIGHT_LEG,),
    (LEFT_LEG,),
    (RIGHT_LEG, LEFT_LEG),
    (LEFT_LEG, LEFT_ARM),
    (RIGHT_LEG, RIGHT_ARM),
    (RIGHT_ARM,),
    (LEFT_ARM,),
)


@dataclass(frozen=True, slots=True)
class Person:
    """What is settled of a person before their course is drawn. `days` are those of the visits."""

    record_number: str
    family_name: str
    kind: Kind
    days: Sequence[date]


def plan_patient(place: Place, rng: Random, person: Person, habits: Habits) -> PlannedPatient:
    kind, first, last = person.kind, person.days[0], person.days[-1]
    weaker = rng.choice((BodySide.RIGHT, BodySide.LEFT))
    decline = Decline(
        start=first,
        loss=rng.uniform(*kind.loss),
        yearly=rng.uniform(*kind.yearly),
        shares=shares(rng, weaker, rng.uniform(*kind.arms)),
        traced=trace(rng),
        relapses=_relapses(rng, kind, first, last),
        trained_from=first + (last - first) / 2 if kind.trained else None,
        trained_gain=kind.trained,
    )
    visits = plan_visits(place, rng, person.record_number, person.days, decline, habits)
    sex = Sex.FEMALE if rng.random() < 0.7 else Sex.MALE
    given = rng.choice(WOMEN if sex == Sex.FEMALE else MEN)
    ill_for = timedelta(days=int(rng.uniform(*kind.years_ill) * YEAR))
    progressive_for = ill_for * rng.uniform(0.1, 0.5) if kind.course is Course.SPMS else ill_for
    return PlannedPatient(
        id=place.id(person.record_number),
        record_number=person.record_number,
        family_name=person.family_name,
        given_names=f"{given} {rng.choice(SECOND_NAMES)}".strip(),
        birth_date=first - timedelta(days=rng.randint(kind.ages[0] * YEAR, kind.ages[1] * YEAR)),
        sex=sex.value,
        ms_course=kind.course.value,
        course_since=first - progressive_for,
        onset=first - ill_for,
        dominant_side=rng.choices(("right", "left", "both", ""), (80, 10, 2, 8))[0],
        weaker_side=weaker.value if rng.random() < 0.8 else "",
        registered_at=place.at(first, 8, 50),
        visits=visits,
        events=plan_events(rng, decline, first, last),
        interventions=plan_interventions(rng, kind.course, decline, visits),
    )


def visit_days(rng: Random, today: date, visits: int) -> tuple[date, ...]:
    """Return the days of a person's visits, earliest first: weekdays, over six years at most."""
    apart = min(rng.choice((91, 120, 150, 182)), 6 * 330 // visits)
    day = today - timedelta(days=rng.randint(4, min(240, 40 + apart)))
    days = []
    for _visit in range(visits):
        days.append(weekday(day))
        day -= timedelta(days=max(5, int(apart * rng.uniform(0.75, 1.3))))
    return tuple(reversed(days))


def weekday(day: date) -> date:
    """Return the day, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _relapses(rng: Random, kind: Kind, first: date, last: date) -> tuple[Relapse, ...]:
    found = []
    for _relapse in range(rng.randint(*kind.relapses)):
        depth = rng.uniform(2.5, 6.0)
        found.append(
            Relapse(
                onset=first + (last - first) * rng.uniform(0.1, 0.95),
                limbs=rng.choice(LIMBS_OF_A_RELAPSE),
                depth=depth,
                rest=depth * rng.uniform(0.1, 0.7),
                days=rng.randint(60, 240),
            )
        )
    return tuple(sorted(found, key=lambda relapse: relapse.onset))
