"""A row's smallest picture: baseline, previous and latest grade at their true dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from .. import instrument
from .time_axis import TimeAxis, spread

WIDTH, HEIGHT = 120, 46
EDGE = 12
TOP, BOTTOM = 5, 27
CODE_GAP = 21  # pixels from one code to the next, so that "4+" and "3-" do not touch


@dataclass(frozen=True, slots=True)
class Point:
    """A grade in pixels; its code stands under the picture at `code_x`."""

    x: float
    y: float
    code_x: float
    code: str


@dataclass(frozen=True, slots=True)
class Spark:
    """`line` is path data of steps; the zone below 3 begins at `zone_y`."""

    points: tuple[Point, ...]
    line: str
    text: str
    zone_y: float
    zone_height: float


def spark(grades: Sequence[tuple[date, int]], profile: str) -> Spark:
    """Return the picture of (day, level), earliest first, at least one."""
    days = [day for day, _level in grades]
    axis = TimeAxis(days[0], days[-1], EDGE, WIDTH - EDGE)
    xs = [round(axis.place(day), 1) for day in days]
    labels = spread(xs, CODE_GAP, EDGE, WIDTH - EDGE)
    points = tuple(
        Point(x, _height(level), round(label, 1), instrument.code(level, profile))
        for x, label, (_day, level) in zip(xs, labels, grades, strict=True)
    )
    steps = "".join(f"H{point.x:g}V{point.y:g}" for point in points[1:])
    said = ", ".join(
        _("%(grade)s on %(day)s") % {"grade": point.code, "day": day}
        for point, day in zip(points, days, strict=True)
    )
    zone = (_height(instrument.ANTIGRAVITY_LEVEL) + _height(instrument.ANTIGRAVITY_LEVEL - 1)) / 2
    start = f"M{points[0].x:g} {points[0].y:g}"
    return Spark(points, start + steps, said, round(zone, 1), round(BOTTOM + 4 - zone, 1))


def _height(level: int) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * level / instrument.NORMAL_LEVEL, 1)
