"""What happened to an invented person between visits, and what was done."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from random import Random

from patients.models import Course, EventKind, InterventionKind

from ..models.context import Device
from .course import Decline
from .plan import PlannedEvent, PlannedIntervention, PlannedVisit

OTHER_EVENTS = (
    (EventKind.FALL, "fall on the stairs"),
    (EventKind.FALL, "fall in the bathroom, no injury"),
    (EventKind.INFECTION, "urinary tract infection"),
    (EventKind.INFECTION, "influenza"),
    (EventKind.SURGERY, "cataract surgery"),
    (EventKind.BOTULINUM, "botulinum toxin, calf of the weaker side"),
)
# A relapse this deep, in thirds of a grade, is treated.
TREATED, TREATED_TWICE = 4.0, 5.5
TREATMENT_AFTER, TREATMENT = timedelta(days=4), timedelta(days=4)
MUSCLE_RELAXANT = 6.0  # from this loss on
DISEASE_MODIFYING = (
    ("glatiramer acetate", "3 times a week"),
    ("interferon-beta", "every other day"),
    ("interferon-beta", "once a week"),
)
DEVICES = {
    Device.CANE: ("cane", "outdoors"),
    Device.TWO_CANES: ("crutches", "outdoors"),
    Device.WALKER: ("walker", "outdoors and longer ways indoors"),
    Device.AFO_RIGHT: ("ankle brace, right", "when walking"),
    Device.AFO_LEFT: ("ankle brace, left", "when walking"),
    Device.FES: ("functional electrical stimulation", "when walking"),
    Device.WHEELCHAIR: ("wheelchair", "most of the day"),
}


def plan_events(rng: Random, decline: Decline, first: date, last: date) -> tuple[PlannedEvent, ...]:
    found = []
    for relapse in decline.relapses:
        over = relapse.onset + timedelta(days=rng.randint(21, 60))
        found.append(
            PlannedEvent(EventKind.RELAPSE.value, relapse.onset, over if over < last else None)
        )
    for kind, note in rng.sample(OTHER_EVENTS, rng.choice((0, 0, 1, 2))):
        day = first + (last - first) * rng.random()
        found.append(PlannedEvent(kind.value, day, note=note))
    return tuple(sorted(found, key=lambda event: event.started))


def plan_interventions(
    rng: Random, course: Course, decline: Decline, visits: Sequence[PlannedVisit]
) -> tuple[PlannedIntervention, ...]:
    first, last = visits[0].tested_at.date(), visits[-1].tested_at.date()
    found = [*_treatments(decline), *_devices(visits)]
    if decline.trained_from:
        how_often = rng.choice(("2 a week", "3 a week", "at home, daily"))
        found.append(_done("STRENGTH", "strength programme", how_often, decline.trained_from))
    elif decline.loss < MUSCLE_RELAXANT and rng.random() < 0.4:
        what = rng.choice((("swimming", "once a week"), ("Pilates", "2 a week"), ("cycling", "")))
        found.append(_done("EXERCISE", *what, first + (last - first) * rng.random()))
    if course in (Course.RRMS, Course.CIS):
        started = min(last, first + timedelta(days=rng.randint(-300, 200)))
        found.append(_done("MEDICATION", *rng.choice(DISEASE_MODIFYING), started))
    if decline.loss > MUSCLE_RELAXANT:
        found.append(_done("MEDICATION", "muscle relaxant", "at night", first))
    return tuple(sorted(found, key=lambda done: done.started))


def _treatments(decline: Decline) -> Iterator[PlannedIntervention]:
    for relapse in decline.relapses:
        if relapse.depth > TREATED:
            day = relapse.onset + TREATMENT_AFTER
            yield _done("MEDICATION", "steroids", "5 days", day, day + TREATMENT)
        if relapse.depth > TREATED_TWICE:
            day = relapse.onset + 5 * TREATMENT_AFTER
            yield _done("THERAPY", "plasma exchange", "5 sessions", day, day + 3 * TREATMENT)


def _devices(visits: Sequence[PlannedVisit]) -> Iterator[PlannedIntervention]:
    """A device is used from the visit at which it is first seen until it is seen no more."""
    spans = [
        (device, next(group).tested_at.date())
        for device, group in groupby(visits, key=lambda visit: visit.context["device"])
    ]
    ends = [day for _device, day in spans[1:]]
    for (device, started), ended in zip(spans, [*ends, None], strict=True):
        if device in DEVICES:
            yield _done("DEVICE", *DEVICES[Device(device)], started, ended)


def _done(
    kind: str, name: str, dose: str, started: date, ended: date | None = None
) -> PlannedIntervention:
    return PlannedIntervention(InterventionKind[kind].value, name, dose, started, ended)
