"""Forces and functional tests: numbers with a true zero, each in its own unit, under the strips.

They stand on the time axis of the strips. A band around the first value of a side shows how far a
later one may be off by measurement error alone; nothing is said of what lies outside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..history import History, Reading, Series
from .columns import Column, Tester, Testers, columns, places_words
from .measured_ground import BOTTOM, CURSOR, HEIGHT, LEFT, RIGHT, TOP, WIDTH, ground, most_of
from .measured_legend import measured_legend, notes
from .shapes import cross, marker
from .time_axis import TimeAxis
from .who_tested import who_tested
from .words import Words, escape, words_now

RADIUS = 3.6
TESTER_BASELINE = 148
ABSENT = {"right": 113.0, "left": 121.0, "midline": 117.0}
# Right and left of one day stand a little apart, so that both are seen.
APART = {"right": -2.0, "left": 2.0, "midline": 0.0}


class When(NamedTuple):
    """The day of a reading, or its visit: the name in marks, for machines, for people."""

    key: str
    iso: str
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A series with its scale: `most` is the number at the top of its axis, 0 at the bottom.
    `visits` are those at which it may have been measured.
    """

    series: Series
    most: Decimal
    axis: TimeAxis
    words: Words
    testers: Testers
    visits: Mapping[UUID, Column]

    def x(self, reading: Reading, side: str) -> float:
        return self.axis.place(reading.day) + APART[side]

    def y(self, value: Decimal) -> float:
        return BOTTOM - float(min(value / self.most, Decimal(1))) * (BOTTOM - TOP)

    def tester(self, reading: Reading) -> Tester:
        return self.testers.of(reading.tester_id, reading.tester)

    def when(self, reading: Reading) -> When:
        if reading.visit and reading.visit in self.visits:
            column = self.visits[reading.visit]
            return When(column.key, column.iso, column.day)
        iso = reading.day.isoformat()
        return When(iso, iso, self.words.day(reading.day))


def measured(history: History, chart: str) -> SafeString:
    """Return a figure for each series of a kind of chart, "force" or "function"."""
    shown = [series for series in history.measured if series.chart == chart]
    if not shown:
        return SafeString("")
    words, testers = words_now(), Testers()
    found = columns(history.visits, words, testers)  # the shapes are those of the strips
    visits = {column.visit.id: column for column in found}
    axis = TimeAxis.of(history.days, LEFT + 8, RIGHT - 6)
    drawings = [
        Drawing(series, most_of(_numbers(series)), axis, words, testers, visits) for series in shown
    ]
    seen = [drawing.tester(each) for drawing in drawings for each in _readings(drawing.series)]
    days = {day.isoformat(): day for day in sorted(set(history.days))}
    days |= {column.key: column.visit.day for column in found}
    places = places_words(days, map(axis.place, days.values()))
    parts = [measured_legend(shown, seen, words), f'<div class="strips" {places}>']
    for drawing in drawings:
        parts += _figure(drawing, ground(history, axis, drawing.most, words))
    parts.append("</div>")
    # Every part was escaped where it entered.
    return SafeString("".join(parts))


def _readings(series: Series) -> list[Reading]:
    found = [reading for readings in series.sides.values() for reading in readings]
    return sorted(found, key=lambda reading: reading.day)


def _numbers(series: Series) -> list[Decimal]:
    """Return what the axis must have room for: every trial, and the bands."""
    firsts = [_first(readings) for readings in series.sides.values()]
    bands = [first.value * (1 + (series.error or 0)) for first in firsts if first and first.value]
    return [*(each.high for each in _readings(series) if each.high is not None), *bands]


def _figure(drawing: Drawing, under: str) -> list[str]:
    series = drawing.series
    title, readings = escape(series.name), _readings(series)
    initials = [drawing.tester(each).initials for each in readings]
    xs = [drawing.axis.place(each.day) for each in readings]
    kind = "movement" if series.chart == "force" else "test"
    return [
        f'<figure class="chart strip measured" data-chart="{series.chart}" '
        f'data-{kind}="{series.key}"><figcaption><span class="strip-name">{title}</span> '
        f'<span class="strip-latest">{_latest(drawing)}</span>'
        f'<span class="strip-note">{notes(series)}</span></figcaption>'
        f'<svg data-plot="" data-cursor="{CURSOR}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{title}, {escape(series.unit)}; {escape(_("the table follows"))}">',
        *(_band(drawing, side, each) for side, each in series.sides.items()),
        under,
        *who_tested(initials, xs, TESTER_BASELINE),
        *(_side(drawing, side, each) for side, each in series.sides.items()),
        '</svg><p class="chart-reading" role="status"></p>',
        *_table(drawing, title),
        "</figure>",
    ]


def _first(readings: Sequence[Reading]) -> Reading | None:
    """Return the reading around which the band lies: the first above 0, of which no share is."""
    return next((each for each in readings if each.value), None)


def _band(drawing: Drawing, side: str, readings: Sequence[Reading]) -> str:
    first, error = _first(readings), drawing.series.error
    if first is None or first.value is None or error is None:
        return ""
    top, foot = drawing.y(first.value * (1 + error)), drawing.y(first.value * (1 - error))
    start = drawing.x(first, side)
    return (
        f'<rect class="error {side}" x="{start:.1f}" y="{top:.1f}" width="{RIGHT - start:.1f}" '
        f'height="{foot - top:.1f}"/>'
    )


def _side(drawing: Drawing, side: str, readings: Sequence[Reading]) -> str:
    """Draw one side: a line from each number to the next, the trials' range, the marks."""
    line: list[str] = []
    marks: list[str] = []
    before = False
    for reading in readings:
        x, head = drawing.x(reading, side), _attributes(drawing, side, reading)
        if reading.value is None:
            marks.append(
                f'<path class="nt {side}" {head} d="M{x:.1f} {ABSENT[side]:g}{cross(2.4)}"/>'
            )
            before = False
            continue
        y, shape = drawing.y(reading.value), drawing.tester(reading).shape
        line.append(f"{'L' if before else 'M'}{x:.1f} {y:.1f}")
        if reading.low != reading.high and reading.low is not None and reading.high is not None:
            ends = f"M{x:.1f} {drawing.y(reading.low):.1f}V{drawing.y(reading.high):.1f}"
            marks.append(f'<path class="trials {side}" d="{ends}"/>')
        marks.append(
            f'<path class="mark {side}" {head} d="M{x:.1f} {y:.1f}{marker(shape, RADIUS)}"/>'
        )
        before = True
    return "".join([f'<path class="line {side}" d="{"".join(line)}"/>', *marks])


def _attributes(drawing: Drawing, side: str, reading: Reading) -> str:
    """Return what a mark tells scripts and, by way of the script, the reader."""
    series, words = drawing.series, drawing.words
    kind = "movement" if series.chart == "force" else "test"
    value = "" if reading.value is None else f' data-value="{reading.value}"'
    who = drawing.tester(reading).tester
    said = [escape(series.name), _side_words(side, words), escape(reading.words)]
    when = drawing.when(reading)
    said += [escape(reading.around), when.words]
    said.append(escape(_("tested by %(tester)s")) % {"tester": who})
    return (
        f'data-{kind}="{series.key}" data-side="{side}" data-date="{when.key}" '
        f'data-tester="{who}"{value} data-said="{", ".join(filter(None, said))}"'
    )


def _side_words(side: str, words: Words) -> str:
    return "" if side == "midline" else words.sides[side].lower()


def _latest(drawing: Drawing) -> str:
    """Return what was measured on the last day of all, with its unit and the day."""
    words, sides = drawing.words, drawing.series.sides
    last = max(readings[-1].day for readings in sides.values())
    found = []
    for side, readings in sides.items():
        if readings[-1].day == last:
            value = readings[-1].value
            shown = escape(_("no value")) if value is None else shortly(value)
            found.append(f"{words.initials[side]} {shown}".strip())
    told = f"{' · '.join(found)} {escape(drawing.series.unit)}"
    return f"{told} <small>{words.months[last.month]} {last.year}</small>"


def shortly(value: Decimal) -> str:
    """Return a number of three figures or so, for a heading; the table has it in full."""
    places = Decimal(1) if value >= 100 else Decimal("0.1")
    return escape(number_format(value.quantize(places).normalize() + 0))


def _table(drawing: Drawing, title: str) -> list[str]:
    """Return the table: every reading as it was recorded, its day, side and tester."""
    words = drawing.words
    rows = [
        (reading, side) for side, readings in drawing.series.sides.items() for reading in readings
    ]
    rows.sort(key=lambda row: row[0].day)
    headings = (_("Day"), _("Side"), _("Result"), _("With"), _("Tester"))
    shown = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    return [
        f'<details class="chart-table"><summary>{escape(_("Every result"))}</summary>'
        '<div class="chart-table-scroll" tabindex="0" role="region" '
        f'aria-label="{title}"><table><caption>{title}</caption>'
        f"<thead><tr>{shown}</tr></thead><tbody>",
        *(_row(reading, side, drawing, words) for reading, side in rows),
        "</tbody></table></div></details>",
    ]


def _row(reading: Reading, side: str, drawing: Drawing, words: Words) -> str:
    when = drawing.when(reading)
    cells = (
        _side_words(side, words),
        escape(reading.words),
        escape(reading.around),
        drawing.tester(reading).tester,
    )
    said = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row"><time datetime="{when.iso}">{when.words}</time></th>{said}</tr>'
