"""The columns of a file of measurements: force by dynamometer, heel raises by counting."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from .. import force, instrument
from ..models import Measurement, MeasurementKind
from ..models.measurement import RaisesLimit
from .column import Kind, MeasuredColumn, Words

_KEPT = Decimal("0.001")


def _choices(choices: Any) -> Callable[[], Words]:
    return lambda: dict(choices.choices)


def _newtons(measurement: Measurement) -> Decimal | None:
    found = measurement.newtons
    return None if found is None else found.quantize(_KEPT)


MEASURED = (
    MeasuredColumn(
        "movement",
        Kind.WORD,
        lambda each: each.movement,
        _("The movement measured."),
        lambda: {key: movement.name for key, movement in instrument.MOVEMENTS.items()},
    ),
    MeasuredColumn(
        "movement_name",
        Kind.TEXT,
        lambda each: str(instrument.movement(each.movement).name),
        _("The movement in words."),
    ),
    MeasuredColumn(
        "side",
        Kind.WORD,
        lambda each: each.side,
        _("The patient's own right or left; midline where there are no sides."),
        lambda: {side.value: side.label for side in instrument.Side},
    ),
    MeasuredColumn(
        "measured",
        Kind.WORD,
        lambda each: each.kind,
        _("What was measured: force in trials, or heel raises counted on one leg."),
        _choices(MeasurementKind),
    ),
    MeasuredColumn(
        "force_n",
        Kind.NUMBER,
        _newtons,
        _("The force that counts, in newtons. 0 is a result."),
    ),
    MeasuredColumn(
        "force_of",
        Kind.WORD,
        lambda each: each.rule,
        _("Which force counts."),
        _choices(force.Rule),
    ),
    MeasuredColumn(
        "trials",
        Kind.TEXT,
        lambda each: " ".join(each.typed),
        _("The trials in order, as typed, parted by spaces."),
    ),
    MeasuredColumn(
        "trials_unit",
        Kind.WORD,
        lambda each: each.unit,
        _("The unit of the trials as typed."),
        _choices(force.Unit),
    ),
    MeasuredColumn(
        "trials_n",
        Kind.TEXT,
        lambda each: " ".join(each.trials),
        _("The same trials in newtons: 1 kgf is 9.80665 N, 1 lbf 4.4482216152605 N."),
    ),
    MeasuredColumn(
        "dynamometer", Kind.TEXT, lambda each: each.device, _("The device that was held.")
    ),
    MeasuredColumn(
        "heel_raises", Kind.NUMBER, lambda each: each.count, _("Heel raises done. 0 is a result.")
    ),
    MeasuredColumn(
        "full_height",
        Kind.NUMBER,
        lambda each: each.full_height,
        _("How many of them were at full height; empty: not counted."),
    ),
    MeasuredColumn(
        "ended_by",
        Kind.WORD,
        lambda each: each.limited_by,
        _("What ended the heel raises."),
        _choices(RaisesLimit),
    ),
    MeasuredColumn(
        "measured_in",
        Kind.WORD,
        lambda each: each.position,
        _("The patient's position where it was recorded; empty: the movement's usual one."),
        lambda: {position.value: position.label for position in instrument.Position},
    ),
    MeasuredColumn(
        "measurement_note", Kind.TEXT, lambda each: each.note, _("Note on this measurement.")
    ),
)
