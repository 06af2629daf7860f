"""What all strips of a history share: axes, ground, and each visit's ready strings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .. import instrument
from ..history import Cell, History, Result
from .columns import Column, codes_of, places_words, time_of, visits_words
from .happened import happened_marks
from .ruler import small_ticks
from .shapes import marker
from .time_axis import TimeAxis
from .who_tested import who_tested
from .words import Words, spoken_words

WIDTH, HEIGHT = 338, 152
LEFT, RIGHT = 26, 320
TOP, BOTTOM = 10, 106
ABSENT = 113
TICK_BASELINE = 134
TESTER_BASELINE = 148
# Right and left at the same grade stand a little apart, so that both are seen.
APART = {"right": -1.8, "left": 1.8, "midline": 0.0}
ABSENT_APART = {"right": 0.0, "left": 8.0, "midline": 4.0}
# Levels that are named on the axis: the whole grades.
NAMED_LEVELS = (0, 1, 3, 6, 9, 12)
MANY, DENSE = 25, 50


class DrawnVisit(NamedTuple):
    """One visit: its results, its kind (a place in the lists of a frame that go by profile and
    tester's shape), and the opening of its marks up to their height.
    """

    results: Mapping[Cell, Result]
    kind: int
    opening: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Shared strings. `heights` go by side and level; `cells`, `codes` and `markers` by kind."""

    columns: Sequence[Column]
    width: int
    height: int
    ground: str
    density: str
    spoken: str
    places: str
    visits_words: str
    visits: list[DrawnVisit]
    xs: list[str]
    heights: dict[str, list[str]]
    absence_heights: dict[str, str]
    codes: list[tuple[str, ...]]
    markers: list[str]
    cells: list[list[str]]
    row_heads: list[str]
    row_tails: list[str]

    def ending(self, kind: int, side: str, level: int) -> str:
        """Return how a mark goes on from its height."""
        return (
            f'{self.heights[side][level]}{self.markers[kind]}" class="mark {side}" '
            f'data-grade="{self.codes[kind][level]}"/>'
        )


def frame_of(history: History, columns: Sequence[Column], words: Words) -> Frame:
    """Return what the strips share. Raises ValueError without a visit."""
    axis = TimeAxis.of(history.days, LEFT + 8, RIGHT - 6)
    places = [axis.place(column.visit.day) for column in columns]
    xs = [f"{place:.1f}" for place in places]
    kinds = list(dict.fromkeys((column.codes, column.shape) for column in columns))
    radius = _radius(len(columns))
    return Frame(
        columns=columns,
        width=WIDTH,
        height=HEIGHT,
        ground=_ground(history, columns, axis, words)
        + "".join(who_tested([each.initials for each in columns], places, TESTER_BASELINE)),
        density=" dense" if len(columns) >= DENSE else "",
        spoken=spoken_words(),
        places=places_words([column.key for column in columns], places),
        visits_words=visits_words(len(columns)),
        visits=[
            DrawnVisit(
                column.visit.results,
                kinds.index((column.codes, column.shape)),
                f'<path data-date="{column.key}" data-tester="{column.tester}" d="M{x} ',
            )
            for column, x in zip(columns, xs, strict=True)
        ],
        xs=xs,
        heights={
            side: [f"{_height(level) + apart:.1f}" for level in instrument.LEVELS]
            for side, apart in APART.items()
        },
        absence_heights={side: f"{ABSENT + apart:g}" for side, apart in ABSENT_APART.items()},
        codes=[codes for codes, _shape in kinds],
        markers=[marker(shape, radius) for _codes, shape in kinds],
        cells=[[f"<td>{code}</td>" for code in codes] for codes, _shape in kinds],
        row_heads=[f'<tr><th scope="row">{time_of(column)}</th>' for column in columns],
        row_tails=[f"<td>{column.tester}</td></tr>" for column in columns],
    )


def _radius(visits: int) -> float:
    """Return how large marks may be so that those of many visits stay apart."""
    return 3.6 if visits < MANY else 2.8 if visits < DENSE else 2.2


def _height(level: int) -> float:
    """Return where a level stands: 0 on the ground line, as far up as its place in thirds."""
    share = instrument.THIRDS[level] / instrument.THIRDS[instrument.NORMAL_LEVEL]
    return BOTTOM - share * (BOTTOM - TOP)


def _ground(history: History, columns: Sequence[Column], axis: TimeAxis, words: Words) -> str:
    """Draw what lies under the marks: the zone below 3, what happened, axes."""
    zone, codes = _height(instrument.ANTIGRAVITY_LEVEL), _axis_codes(columns)
    parts = [
        f'<rect class="zone" x="{LEFT}" y="{zone:.1f}" width="{RIGHT - LEFT}" '
        f'height="{BOTTOM - zone:.1f}"/>'
    ]
    for level in NAMED_LEVELS:
        y = _height(level)
        parts.append(
            f'<path class="grid" d="M{LEFT} {y:.1f}H{RIGHT}"/>'
            f'<text class="code" x="{LEFT - 7}" y="{y + 3.5:.1f}">{codes[level]}</text>'
        )
    parts.append(happened_marks(history, axis, TOP - 6, BOTTOM))
    parts.append(f'<path class="axis" d="M{LEFT} {BOTTOM}H{RIGHT}"/>')
    parts.append(small_ticks(axis, BOTTOM, TICK_BASELINE, words))
    return "".join(parts)


def _axis_codes(columns: Sequence[Column]) -> Sequence[str]:
    """Return the codes of the one profile in use, or plain MRC codes when several were."""
    used = {column.codes for column in columns}
    return used.pop() if len(used) == 1 else codes_of(instrument.DEFAULT_PROFILE)
