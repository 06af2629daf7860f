"""Forces, heel raises and functional tests of a handful of invented people, in line with their
grades. Drawn apart from the grades, so that those stay what they are.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from patients.models import FunctionalKind, NotAble, WalkingAid

from .. import force, instrument
from ..force import Rule, Unit
from ..models import MeasurementKind
from ..models.context import Device
from ..models.measurement import HEEL_RAISED
from .plan import Place, PlannedFunctional, PlannedMeasurement, PlannedPatient, PlannedVisit

# Record number -> the unit in which the person's tester reads the device.
PEOPLE = {
    "H-00202": Unit.NEWTON,
    "H-00206": Unit.KILOGRAM,
    "H-00213": Unit.NEWTON,
    "H-00217": Unit.NEWTON,
    "H-00226": Unit.POUND,
    "R1003": Unit.NEWTON,
}
VISITS = 4  # the last ones
# Newtons of a strong limb in a break test; 0 where there is no contraction.
STRONG = {"knee_extension": 320, "ankle_dorsiflexion": 190, "hip_flexion": 230}
SHARE = {0: 0.0, 6: 0.22, 7: 0.3, 8: 0.38, 9: 0.5, 10: 0.62, 11: 0.75, 12: 0.92}
RAISES = {6: (1, 1), 9: (4, 22), 12: (25, 30)}
DEVICE = "handheld dynamometer"
AIDS = {
    Device.NONE: WalkingAid.NONE,
    Device.CANE: WalkingAid.CANE,
    Device.TWO_CANES: WalkingAid.TWO_CANES,
    Device.WALKER: WalkingAid.WALKER,
    Device.AFO_RIGHT: WalkingAid.ORTHOSIS,
    Device.AFO_LEFT: WalkingAid.ORTHOSIS,
    Device.FES: WalkingAid.FES,
}


def with_measurements(place: Place, patient: PlannedPatient) -> PlannedPatient:
    """Return the patient with what was measured at the last visits, if one of `PEOPLE`."""
    unit = PEOPLE.get(patient.record_number)
    if unit is None:
        return patient
    rng = Random(f"{place.seed} {patient.record_number} measured")  # noqa: S311 (invented people)
    earlier, last = patient.visits[:-VISITS], patient.visits[-VISITS:]
    visits = tuple(
        replace(visit, measurements=(*_forces(rng, visit, unit), *_raises(rng, visit)))
        for visit in last
    )
    tests = tuple(test for visit in last for test in _functional(rng, visit, place.zone))
    return replace(patient, visits=(*earlier, *visits), functional=tests)


def _forces(rng: Random, visit: PlannedVisit, unit: Unit) -> Iterator[PlannedMeasurement]:
    for movement, strong in STRONG.items():
        for side in ("right", "left"):
            result = visit.results.get((movement, side))
            if result is None or result.level not in SHARE:
                continue
            share = SHARE[result.level]
            newtons = [strong * share * rng.uniform(0.88, 1.04) for _ in range(3 if share else 1)]
            typed = [_read(each, unit) for each in newtons]
            yield PlannedMeasurement(
                movement=movement,
                side=side,
                kind=MeasurementKind.FORCE.value,
                typed=tuple(typed),
                trials=tuple(str(force.newtons(Decimal(text), unit)) for text in typed),
                unit=unit.value,
                rule=Rule.BEST.value,
                device=DEVICE,
            )


def _read(newtons: float, unit: Unit) -> str:
    """Return what the device shows: whole newtons, tenths of the other units."""
    places = 0 if unit is Unit.NEWTON else 1
    return f"{newtons / float(force.NEWTONS[unit]):.{places}f}"


def _raises(rng: Random, visit: PlannedVisit) -> Iterator[PlannedMeasurement]:
    for side in ("right", "left"):
        result = visit.results.get((HEEL_RAISED, side))
        if result is None or result.level not in RAISES:
            continue
        count = rng.randint(*RAISES[result.level])
        strong = result.level == instrument.NORMAL_LEVEL
        yield PlannedMeasurement(
            movement=HEEL_RAISED,
            side=side,
            kind=MeasurementKind.HEEL_RAISE.value,
            count=count,
            full_height=count if strong else max(1, round(count * rng.uniform(0.5, 0.9))),
            limited_by="" if strong else "fatigue",
        )


def _functional(rng: Random, visit: PlannedVisit, zone: ZoneInfo) -> Iterator[PlannedFunctional]:
    day = visit.tested_at.astimezone(zone).date()
    levels = [
        result.level
        for (movement, _side), result in visit.results.items()
        if movement in STRONG and result.level is not None
    ]
    slow = 1 + (instrument.NORMAL_LEVEL - min(levels, default=6)) / 6
    device = Device(visit.context["device"])
    if device not in AIDS:
        yield _test(visit, day, FunctionalKind.WALK_25_FEET, (), not_able=NotAble.UNABLE.value)
        return
    aid = AIDS[device].value
    for kind, about, count in (
        (FunctionalKind.WALK_25_FEET, 4.4 * slow, 2),
        (FunctionalKind.UP_AND_GO, 8 * slow, 1),
        (FunctionalKind.WALK_2_MINUTES, 150 / slow, 1),
    ):
        trials = [Decimal(f"{about * rng.uniform(0.95, 1.06):.1f}") for _ in range(count)]
        yield _test(visit, day, kind, tuple(trials), aid)


def _test(
    visit: PlannedVisit,
    day: date,
    kind: FunctionalKind,
    trials: tuple[Decimal, ...],
    aid: str = "",
    not_able: str = "",
) -> PlannedFunctional:
    first, second = (*trials, None, None)[:2]
    return PlannedFunctional(
        kind.value, day, visit.tester, visit.tested_at, first, second, not_able, aid
    )
