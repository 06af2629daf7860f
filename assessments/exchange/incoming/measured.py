"""A force in trials, or heel raises, as one row of a file has them. No database here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ... import force
from ...models import MeasurementKind
from ...models.measurement import HEEL_RAISED, MOST_HEEL_RAISES, RaisesLimit
from .values import NotUnderstood, read_position

_NUMBER = re.compile(r"[0-9]{1,5}(?:[.,][0-9]{1,3})?")
_COUNT = re.compile(r"[0-9]{1,3}")
_UNITS = {"newton": "N", "newtons": "N", "kg": "kgf", "lb": "lbf", "lbs": "lbf"}
# By target, what tells of a force and what of heel raises; the rest may tell of either.
OF_FORCE = ("trials_unit", "force_of", "dynamometer")
OF_RAISES = ("full_height", "ended_by")
TARGETS = ("trials", *OF_FORCE, "heel_raises", *OF_RAISES, "measured_in", "measurement_note")


class NotMeasured(NotUnderstood):
    """What a column (`target`) says of a measurement cannot be taken."""

    def __init__(self, target: str, reason: str) -> None:
        super().__init__(reason)
        self.target = target


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement by the names of the model's fields."""

    kind: str
    typed: tuple[str, ...] = ()
    unit: str = ""
    rule: str = ""
    device: str = ""
    count: int | None = None
    full_height: int | None = None
    limited_by: str = ""
    position: str = ""
    note: str = ""

    @property
    def trials(self) -> list[str]:
        """The trials in newtons."""
        return [str(force.newtons(Decimal(text), self.unit)) for text in self.typed]


def read_measured(said: Mapping[str, str], movement: str, *, confirmed: bool) -> list[Measured]:
    """Return what the texts of a row, by target, say was measured. Raises NotMeasured.

    A force beyond what a device that is held can take is refused, unless it was `confirmed` where
    it was typed.
    """
    found = []
    if said["trials"]:
        found.append(_force(said, confirmed=confirmed))
    else:
        _refuse_alone(said, OF_FORCE, _("There is no trial that this tells of."))
    if said["heel_raises"]:
        found.append(_raises(said, movement))
    else:
        _refuse_alone(said, OF_RAISES, _("There is no count of heel raises that this tells of."))
    if not found:
        rest = ("measured_in", "measurement_note")
        _refuse_alone(said, rest, _("There is no measurement that this tells of."))
    return found


def _refuse_alone(said: Mapping[str, str], targets: tuple[str, ...], reason: str) -> None:
    for target in targets:
        if said[target]:
            raise NotMeasured(target, reason)


def _force(said: Mapping[str, str], *, confirmed: bool) -> Measured:
    typed = tuple(text.replace(",", ".") for text in said["trials"].replace(";", " ").split())
    if not all(_NUMBER.fullmatch(text) for text in typed):
        raise NotMeasured("trials", _("Write the trials as numbers, parted by spaces: 47.5 45."))
    if not 1 <= len(typed) <= force.MOST_TRIALS:
        most = {"most": force.MOST_TRIALS}
        raise NotMeasured("trials", _("There are up to %(most)s trials.") % most)
    unit = _one_of("trials_unit", said, force.Unit, _UNITS)
    if not unit:
        raise NotMeasured("trials_unit", _("Give the unit: N, kgf or lbf."))
    rule = _one_of("force_of", said, force.Rule)
    if len(typed) > 1 and not rule:
        raise NotMeasured("force_of", _("Say which force counts: best or mean."))
    if not said["dynamometer"]:
        raise NotMeasured("dynamometer", _("Name the device."))
    found = Measured(
        MeasurementKind.FORCE.value,
        typed=typed,
        unit=unit,
        rule=rule or force.Rule.BEST.value,
        device=_short("dynamometer", said, 60),
        **_around(said),
    )
    if not confirmed and max(map(Decimal, found.trials)) > force.PLAUSIBLE_NEWTONS:
        why = _("More than %(most)s N is beyond a hand-held device. Check number and unit.")
        told = {"most": number_format(force.PLAUSIBLE_NEWTONS)}
        raise NotMeasured("trials", why % told)
    return found


def _raises(said: Mapping[str, str], movement: str) -> Measured:
    if movement != HEEL_RAISED:
        raise NotMeasured("heel_raises", _("Heel raises are of plantarflexion."))
    count = _count("heel_raises", said)
    full = _count("full_height", said) if said["full_height"] else None
    if full is not None and full > count:
        raise NotMeasured("full_height", _("These cannot be more than the heel raises."))
    return Measured(
        MeasurementKind.HEEL_RAISE.value,
        count=count,
        full_height=full,
        limited_by=_one_of("ended_by", said, RaisesLimit),
        **_around(said),
    )


def _around(said: Mapping[str, str]) -> dict[str, Any]:
    try:
        position = read_position(said["measured_in"])
    except NotUnderstood as problem:
        raise NotMeasured("measured_in", str(problem)) from None
    return {"position": position, "note": _short("measurement_note", said, 300)}


def _count(target: str, said: Mapping[str, str]) -> int:
    if not _COUNT.fullmatch(said[target]) or int(said[target]) > MOST_HEEL_RAISES:
        most = {"most": MOST_HEEL_RAISES}
        raise NotMeasured(target, _("Write a whole number from 0 to %(most)s.") % most)
    return int(said[target])


def _one_of(
    target: str, said: Mapping[str, str], choices: Any, more: Mapping[str, str] | None = None
) -> str:
    """Return the choice that a text names by its key or its words; "" for no text."""
    text = said[target].casefold()
    known = {"": ""} | dict(more or {})
    for key, words in choices.choices:
        known |= {str(key).casefold(): str(key), str(words).casefold(): str(key)}
    if text not in known:
        names = {"known": ", ".join(choices.values)}
        raise NotMeasured(target, _("This is none of: %(known)s.") % names)
    return known[text]


def _short(target: str, said: Mapping[str, str], most: int) -> str:
    if len(said[target]) > most:
        words = _("This is longer than %(most)s characters.")
        raise NotMeasured(target, words % {"most": most})
    return said[target]
