"""What was measured beside the grades, over time: forces, heel raises, functional tests.

As plain values, which the pictures under the strips read.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from mmt.kept import Kept
from patients.models import FunctionalKind, FunctionalTest, Patient
from patients.models.functional_test import MEASURES

from . import force, instrument
from .history import Reading, Series, Visit
from .models import Measurement, MeasurementKind
from .trends import is_of_side

# The two hands of one test stand in one picture.
HANDS = {
    FunctionalKind.NINE_HOLE_RIGHT: instrument.Side.RIGHT,
    FunctionalKind.NINE_HOLE_LEFT: instrument.Side.LEFT,
}
Measured = Sequence[tuple[Visit, Measurement]]


def measured_of(
    patient: Patient, visits: Sequence[Visit], wanted: Mapping[str, Any]
) -> tuple[Series, ...]:
    """Return what the cleaned filter of the trends page asks for, in two queries.

    Forces and heel raises are those of `visits`. A functional test belongs to no region.
    """
    side = wanted.get("side") or ""
    found = _measurements(visits, wanted.get("region") or [], side)
    tests = [test for test in _tests(patient, wanted) if is_of_side(_hand(test.kind).value, side)]
    forces, raises = (
        [(key, found[kind, key]) for key in instrument.MOVEMENTS if (kind, key) in found]
        for kind in (MeasurementKind.FORCE.value, MeasurementKind.HEEL_RAISE.value)
    )
    return (
        *(_force(key, measured) for key, measured in forces),
        *(_raises(key, measured) for key, measured in raises),
        *_functional(tests),
    )


def _measurements(
    visits: Sequence[Visit], regions: Sequence[str], side: str
) -> dict[tuple[str, str], Measured]:
    """Return (visit, measurement) by kind and movement, earliest first."""
    rows = defaultdict(list)
    for row in _kept_measurements([visit.id for visit in visits]):
        rows[row.assessment_id].append(row)
    found: dict[tuple[str, str], list[tuple[Visit, Measurement]]] = defaultdict(list)
    for visit in visits:
        for row in rows[visit.id]:
            region = instrument.movement(row.movement).region
            if is_of_side(row.side, side) and (not regions or region in regions):
                found[row.kind, row.movement].append((visit, row))
    return dict(found)


def _force(key: str, measured: Measured) -> Series:
    """Return forces in the unit in which all were read, or in newtons where units differ."""
    units = frozenset(row.unit for _visit, row in measured)
    unit = next(iter(units)) if len(units) == 1 else force.Unit.NEWTON.value
    sides = defaultdict(list)
    for visit, row in measured:
        told = row.typed if len(units) == 1 else row.trials
        trials = [Decimal(trial) for trial in told]
        value = force.result(trials, row.rule)
        sides[row.side].append(_reading(visit, row, value, min(trials), max(trials)))
    return Series(
        chart="force",
        key=key,
        name=str(instrument.movement(key).name),
        unit=unit,
        units=units,
        lower_is_better=False,
        error=force.MEASUREMENT_ERROR,
        sides=_right_first(sides),
    )


def _raises(key: str, measured: Measured) -> Series:
    sides = defaultdict(list)
    for visit, row in measured:
        count = Decimal(row.count or 0)
        sides[row.side].append(_reading(visit, row, count, count, count))
    return Series(
        chart="function",
        key=key,
        name=str(capfirst(MeasurementKind.HEEL_RAISE.label)),
        unit=_("raises"),
        units=frozenset(),
        lower_is_better=False,
        error=None,
        sides=_right_first(sides),
    )


def _right_first(sides: Mapping[str, list[Reading]]) -> dict[str, list[Reading]]:
    return {side.value: sides[side.value] for side in instrument.Side if side.value in sides}


def _reading(
    visit: Visit, row: Measurement, value: Decimal, low: Decimal, high: Decimal
) -> Reading:
    around = ", ".join(row.surroundings)
    told = row.described, around, visit.tester_id, visit.tester
    return Reading(visit.day, value, low, high, *told, visit=visit.id)


def _tests(patient: Patient, wanted: Mapping[str, Any]) -> Iterator[FunctionalTest]:
    """Return the tests that stand and are of the days asked for, earliest first."""
    since, until = wanted.get("since") or date.min, wanted.get("until") or date.max
    return (test for test in _kept_tests(patient.pk) if since <= test.tested_on <= until)


_kept_measurements = Kept(lambda visits: Measurement.objects.filter(assessment__in=visits))
_kept_tests = Kept(
    lambda patient: (
        FunctionalTest.objects.filter(patient=patient, voided_at__isnull=True)
        .select_related("tester")
        .order_by("tested_on", "entered_at", "id")
    )
)


def _hand(kind: str) -> instrument.Side:
    return HANDS.get(FunctionalKind(kind), instrument.Side.MIDLINE)


def _functional(tests: Sequence[FunctionalTest]) -> Iterator[Series]:
    """Yield a series for each test, the hands of one together, in the order of the kinds."""
    for kind in FunctionalKind:
        if kind == FunctionalKind.NINE_HOLE_LEFT:
            continue  # with the right hand
        kinds = set(HANDS) if kind in HANDS else {kind}
        sides = defaultdict(list)
        for test in tests:
            if test.kind in kinds:
                sides[_hand(test.kind).value].append(_tested(test))
        if sides:
            measure = MEASURES[kind]
            yield Series(
                chart="function",
                key=kind.value,
                name=str(capfirst(_("nine-hole peg test") if kind in HANDS else kind.label)),
                unit=measure.unit.value,
                units=frozenset(),
                lower_is_better=measure.lower_is_better,
                error=measure.usual_change,
                sides=_right_first(sides),
            )


def _tested(test: FunctionalTest) -> Reading:
    trials = [trial for trial in (test.first, test.second) if trial is not None]
    around = ", ".join(str(each) for each in (test.get_aid_display(), test.note) if each)
    return Reading(
        test.tested_on,
        test.value,
        min(trials, default=None),
        max(trials, default=None),
        test.described,
        around,
        test.tester_id,
        test.tester.name,
    )
