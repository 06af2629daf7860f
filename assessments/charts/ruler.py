"""The ruler over the heat map: the true time axis, what happened on it, and a leader from each
column to its true place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..history import Happening, History
from .columns import Column
from .time_axis import TimeAxis, lanes, spread
from .words import Words, escape

LANE = 18
BAR = 14
TICK_LABEL = 16
LEADER = 30
LONGEST_LABEL = 40
# A bar of so many pixels says what it is at both ends.
LONG_BAR = 700
# A usual letter of a label, in pixels: enough to keep labels apart.
LETTER = 6.2
TICK_ROOM = 90
MOST_SMALL_TICKS = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """What happened, with its ends on the axis and where its label stands."""

    style: str
    label: str
    start: float
    end: float
    label_at: float
    label_left: bool
    lane: int


@dataclass(frozen=True, slots=True)
class Ruler:
    """A true time axis and the columns under it.

    `unit` follows every horizontal number ("%" or nothing), `pixel` is one pixel in that unit.
    `places` are those of the visits, `centres` those of their columns, moved apart where visits
    are close. Heights are pixels.
    """

    axis: TimeAxis
    unit: str
    pixel: float
    places: list[float]
    centres: list[float]
    bars: list[Bar]

    @property
    def line(self) -> int:
        lane_count = max((bar.lane for bar in self.bars), default=-1) + 1
        return lane_count * LANE + TICK_LABEL + 2

    @property
    def height(self) -> int:
        return self.line + LEADER


def ruler(
    history: History, columns: Sequence[Column], *, width: float, gap: float, unit: str = ""
) -> Ruler:
    """Return the ruler of some columns; `width` and `gap` in pixels at the narrowest drawing."""
    pixel = 100 / width if unit == "%" else 1.0
    visits = [column.visit for column in columns]
    axis = TimeAxis.of([visit.day for visit in visits], gap / 2 * pixel, (width - gap / 2) * pixel)
    places = [axis.place(visit.day) for visit in visits]
    centres = spread(places, gap * pixel, axis.left, axis.right)
    bars = _bars(history.events, "event", axis, pixel, 0)
    floor = max((bar.lane for bar in bars), default=-1) + 1
    bars += _bars(history.interventions, "intervention", axis, pixel, floor)
    floor = max((bar.lane for bar in bars), default=-1) + 1
    bars += _bars(history.referrals, "referral", axis, pixel, floor)
    return Ruler(axis, unit, pixel, places, centres, bars)


def _bars(
    happenings: Sequence[Happening], kind: str, axis: TimeAxis, pixel: float, floor: int
) -> list[Bar]:
    """Return what falls on the axis, packed into lanes from `floor` down."""
    found = []
    for happening in happenings:
        # No end recorded: an event is a moment, an intervention goes on as far as is known.
        is_open = happening.end is None and kind == "intervention"
        if not (axis.overlaps(happening) or (is_open and happening.start <= axis.last)):
            continue
        style = "relapse" if happening.kind == "relapse" else kind
        end = axis.right if is_open else axis.place(happening.end or happening.start)
        found.append(_bar(style, happening, axis, end, pixel))
    placed = lanes([_room(bar, pixel) for bar in found])
    return [replace(bar, lane=floor + lane) for bar, lane in zip(found, placed, strict=True)]


def _bar(style: str, happening: Happening, axis: TimeAxis, end: float, pixel: float) -> Bar:
    label, start = happening.label, axis.place(happening.start)
    if len(label) > LONGEST_LABEL:
        label = label[: LONGEST_LABEL - 1].rstrip() + "…"
    room = _label_room(label, pixel)
    end = max(end, start + 3 * pixel)
    # A label that would run over the right end stands before its bar.
    left = start + room > max(axis.right, end) and start > room
    at = start - 5 * pixel if left else start + 6 * pixel
    return Bar(style, label, start, end, at, left, 0)


def _label_room(label: str, pixel: float) -> float:
    return (len(label) * LETTER + 14) * pixel


def _room(bar: Bar, pixel: float) -> tuple[float, float]:
    room = _label_room(bar.label, pixel)
    if bar.label_left:
        return bar.start - room, bar.end
    return bar.start, max(bar.start + room, bar.end + 4 * pixel)


def draw_ruler(found: Ruler, words: Words) -> list[str]:
    """Return the marks of a ruler: bars, axis with ticks, a dot and a leader for each visit."""
    marks = [_draw_bar(bar, found.unit, found.pixel) for bar in found.bars]
    return [*marks, *_draw_axis(found, words), *_draw_leaders(found)]


def _draw_bar(bar: Bar, unit: str, pixel: float) -> str:
    top = bar.lane * LANE
    side = "before" if bar.label_left else "inside"
    drawn = (
        f'<rect class="happening {bar.style}" x="{bar.start:.2f}{unit}" y="{top}" '
        f'width="{bar.end - bar.start:.2f}{unit}" height="{BAR}" rx="3"/>'
        f'<text class="happening-label {side}" x="{bar.label_at:.2f}{unit}" '
        f'y="{top + 11}">{escape(bar.label)}</text>'
    )
    if bar.end - bar.start < LONG_BAR * pixel:
        return drawn
    # Its start may have scrolled away.
    return (
        f'{drawn}<text class="happening-label before" x="{bar.end - 6 * pixel:.2f}{unit}" '
        f'y="{top + 11}">{escape(bar.label)}</text>'
    )


def _draw_axis(found: Ruler, words: Words) -> list[str]:
    unit, axis, line = found.unit, found.axis, found.line
    marks = [_line("axis", 0, axis.left + axis.right, line, line, unit)]
    most = int((axis.right - axis.left) / found.pixel // TICK_ROOM)
    for place, label in tick_labels(axis, most, words):
        marks.append(_line("tick", place, place, line - 12, line, unit))
        marks.append(
            f'<text class="tick-label" x="{place + 4 * found.pixel:.2f}{unit}" '
            f'y="{line - 4}">{label}</text>'
        )
    return marks


def tick_labels(axis: TimeAxis, most: int, words: Words) -> list[tuple[float, str]]:
    """Return the place and words of each tick: a year at January, else a month."""
    found: list[tuple[float, str]] = []
    for day in axis.ticks(max(most, 2)):
        month = words.months[day.month]
        if day.month == 1:
            found.append((axis.place(day), str(day.year)))
        else:
            found.append((axis.place(day), month if found else f"{month} {day.year}"))
    return found


def small_ticks(axis: TimeAxis, foot: float, baseline: float, words: Words) -> str:
    """Return the ticks of a small picture, whose axis runs at the height `foot`."""
    return "".join(
        f'<path class="axis" d="M{x:.1f} {foot:g}v4"/>'
        f'<text class="tick-label" x="{x:.1f}" y="{baseline:g}">{label}</text>'
        for x, label in tick_labels(axis, MOST_SMALL_TICKS, words)
    )


def _draw_leaders(found: Ruler) -> list[str]:
    """Join each column to its true place: down, across, down."""
    unit, line = found.unit, found.line
    top, low, foot = line + 8, line + LEADER - 8, line + LEADER
    marks = []
    for place, centre in zip(found.places, found.centres, strict=True):
        if abs(place - centre) < found.pixel:
            marks.append(_line("leader", place, place, line, foot, unit))
        else:
            marks.append(_line("leader", place, place, line, top, unit))
            marks.append(_line("leader", place, centre, top, low, unit))
            marks.append(_line("leader", centre, centre, low, foot, unit))
        marks.append(f'<circle class="visit-day" cx="{place:.2f}{unit}" cy="{line}" r="3.5"/>')
    return marks


def _line(style: str, x1: float, x2: float, y1: float, y2: float, unit: str) -> str:
    return f'<line class="{style}" x1="{x1:.2f}{unit}" x2="{x2:.2f}{unit}" y1="{y1}" y2="{y2}"/>'
