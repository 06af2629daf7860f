"""Right against left at one visit."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .. import instrument
from ..history import Cell, Result
from ..instrument import Side

# [proposal] One whole grade, in thirds (clinical reference, section 2).
ASYMMETRIC_FROM = 3
_RIGHT, _LEFT = Side.RIGHT.value, Side.LEFT.value


@dataclass(frozen=True, slots=True)
class Sides:
    """The grades of both sides of a movement at one visit, as levels 0-12."""

    movement: str
    right: int
    left: int

    @property
    def lower(self) -> Side | None:
        """The side of the lower grade, however little lower; None for equal grades."""
        if self.right == self.left:
            return None
        return Side.RIGHT if self.right < self.left else Side.LEFT

    @property
    def whole_grades(self) -> int:
        """How many whole grades the sides are apart, what is less than one left out."""
        thirds = instrument.THIRDS[self.right] - instrument.THIRDS[self.left]
        return abs(thirds) // ASYMMETRIC_FROM

    @property
    def weaker(self) -> Side | None:
        """The weaker side when the difference is a whole grade or more."""
        return self.lower if self.whole_grades else None


def sides_of(results: Mapping[Cell, Result]) -> list[Sides]:
    """Return the movements of a visit of which both sides were graded, in catalogue order."""
    found = (sides_at(results, key) for key in instrument.MOVEMENTS)
    return [sides for sides in found if sides]


def sides_at(results: Mapping[Cell, Result], movement: str) -> Sides | None:
    """Return the sides of one movement, if both were graded."""
    right, left = results.get((movement, _RIGHT)), results.get((movement, _LEFT))
    if right and left and right.level is not None and left.level is not None:
        return Sides(movement, right.level, left.level)
    return None


def explain_asymmetry() -> str:
    return _("Named where one side is a whole grade or more below the other at the same visit.")
