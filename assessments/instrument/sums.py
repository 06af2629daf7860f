"""Named sums: the only arithmetic on grades, and only when every member is graded.

Any member that is not graded makes the sum not determinable; a 0 counts as 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..history import Result
from .labels import Text
from .movements import Side
from .order import cells
from .results import Status
from .scale import profile

if TYPE_CHECKING:
    from .batteries import Battery


@dataclass(frozen=True, slots=True)
class NamedSum:
    """A published sum of the grades of some cells in one scale profile."""

    key: str
    name: Text
    profile: str
    movements: tuple[str, ...]
    sides: tuple[Side, ...] = tuple(Side)

    @property
    def members(self) -> tuple[tuple[str, Side], ...]:
        return tuple(cell for cell in cells(self.movements) if cell[1] in self.sides)

    @property
    def maximum(self) -> int:
        return max(_points(self.profile).values()) * len(self.members)


@dataclass(frozen=True, slots=True)
class Sum:
    """A named sum of one visit; `total` is None where it is not determinable."""

    key: str
    name: Text
    total: int | None
    maximum: int
    tested: int
    members: int

    @property
    def text(self) -> Text:
        """The total of its maximum, or why there is none: `Not determinable, 11 of 12 tested`."""
        if self.total is None and self.tested == self.members:
            return _("Not determinable, a grade is not on the scale of this sum")
        if self.total is None:
            return format_lazy(
                _("Not determinable, {tested} of {members} tested"),
                tested=self.tested,
                members=self.members,
            )
        return format_lazy(_("{total} of {maximum}"), total=self.total, maximum=self.maximum)


# [proposal] Kendall's key gives the trace no number; in a sum of 0 to 10 it lies below the 1.
_TRACE_COUNTS = 0


def _points(profile_key: str) -> dict[int, int]:
    """What each level counts in a sum of this profile: the number that its code is."""
    return {
        grade.level: _TRACE_COUNTS if grade.code == "T" else int(grade.code)
        for grade in profile(profile_key).grades
    }


def total(named: NamedSum, results: Mapping[tuple[str, str], Result]) -> Sum:
    """This sum over a visit's results, whatever battery they were recorded with.

    A grade that the sum's profile does not have, such as 4+ in a sum of whole grades, is not
    rounded: it makes the sum not determinable.
    """
    points = _points(named.profile)
    found = (results.get(member) for member in named.members)
    levels = [each.level for each in found if each is not None and each.status == Status.GRADED]
    counted = [points[level] for level in levels if level is not None and level in points]
    return Sum(
        key=named.key,
        name=named.name,
        total=sum(counted) if len(counted) == len(named.members) else None,
        maximum=named.maximum,
        tested=len(levels),
        members=len(named.members),
    )


def named_sums(
    battery: "Battery", profile_key: str, results: Mapping[tuple[str, str], Result]
) -> list[Sum]:
    """Every sum the battery defines for this profile, the overall one first."""
    return [total(each, results) for each in battery.sums if each.profile == profile_key]


def named_sum(
    battery: "Battery", profile_key: str, results: Mapping[tuple[str, str], Result]
) -> Sum | None:
    """The battery's overall sum; None where it has none, or none in this profile."""
    return next(iter(named_sums(battery, profile_key, results)), None)
