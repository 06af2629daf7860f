"""Asymmetry over time: at each visit, which side is weaker and by how many whole grades.

Grades are ordinal: the height is a count of whole grades, nothing is drawn between visits, and a
visit at which a side has no grade has no difference, which is not a difference of 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import instrument
from ..change.asymmetry import Sides, sides_at, sides_of
from ..history import Cell, History, Result
from ..instrument import Side
from .columns import Column, columns, places_words, time_of
from .happened import happened_marks
from .legend import counted_in_mrc, legend_item, tester_items
from .ruler import small_ticks
from .shapes import cross, marker
from .time_axis import TimeAxis
from .who_tested import who_tested
from .words import Words, escape, words_now

# The time axis is that of the strips.
WIDTH, HEIGHT = 338, 158
LEFT, RIGHT = 26, 320
TOP, MIDDLE, BOTTOM = 8, 56, 104
ABSENT, TICK_BASELINE, TESTER_BASELINE = 112, 138, 154
WHOLE, PART = 9, 4  # pixels for a whole grade, and for what is less than one
RADIUS, EQUAL_RADIUS = 3.6, 2.4
WAY = {Side.RIGHT: -1, Side.LEFT: 1}  # up and down


@dataclass(frozen=True, slots=True)
class Frame:
    """What the pictures of all movements share; `sides` are those of each visit by movement.

    `spoken` are the words of a difference by its side and number of whole grades.
    """

    columns: Sequence[Column]
    sides: Sequence[dict[str, Sides]]
    xs: Sequence[float]
    ground: str
    words: Words
    no_comparison: str
    spoken: dict[tuple[Side | None, int], str] = field(default_factory=dict)

    def difference(self, sides: Sides) -> str:
        key = sides.lower, sides.whole_grades
        if key not in self.spoken:
            self.spoken[key] = _difference(*key)
        return self.spoken[key]

    def told(self, sides: Sides | None, results: Sequence[Result | None]) -> str:
        """Return the difference, or that there is none to tell; empty when no side was asked."""
        if sides:
            return self.difference(sides)
        return self.no_comparison if any(results) else ""


def asymmetry_over_time(history: History, cells: Iterable[Cell]) -> SafeString:
    """Return a figure for each movement whose sides were once a whole grade apart, and name the
    others; empty when no movement of which `cells` has both sides was ever graded on both.
    """
    words = words_now()
    found = columns(history.visits, words)
    sides = [{each.movement: each for each in sides_of(visit.results)} for visit in history.visits]
    compared = [key for key in _both(cells) if any(key in each for each in sides)]
    if not compared:
        return SafeString("")
    apart = [key for key in compared if any(_weaker(each, key) for each in sides)]
    axis = TimeAxis.of(history.days, LEFT + 8, RIGHT - 6)
    xs = [axis.place(column.visit.day) for column in found]
    ground = _ground(history, axis, found, xs, words)
    frame = Frame(found, sides, xs, ground, words, escape(_("no comparison")))
    places = places_words([column.key for column in found], xs)
    parts = [_legend(found) if apart else "", f'<div class="strips" {places}>']
    for movement in apart:
        parts += _figure(movement, frame)
    parts += ["</div>", _others([words.movement(key) for key in compared if key not in apart])]
    # Every part was escaped where it entered.
    return SafeString("".join(parts))


def compares_sides(history: History, cells: Iterable[Cell]) -> bool:
    """Return whether `asymmetry_over_time` has anything to show."""
    return any(
        sides_at(visit.results, movement)
        for movement in _both(cells)
        for visit in reversed(history.visits)
    )


def _both(cells: Iterable[Cell]) -> list[str]:
    """Return the movements of which `cells` has both sides."""
    asked = {(movement, str(side)) for movement, side in cells}
    return [key for key in instrument.MOVEMENTS if asked >= {(key, side.value) for side in WAY}]


def _weaker(sides: dict[str, Sides], movement: str) -> Side | None:
    return sides[movement].weaker if movement in sides else None


def _others(names: Sequence[str]) -> str:
    if not names:
        return ""
    text = escape(_("Never a whole grade apart: %(movements)s."))
    return f'<p class="muted small">{text % {"movements": ", ".join(names)}}</p>'


def _figure(movement: str, frame: Frame) -> list[str]:
    title, last = frame.words.movement(movement), frame.sides[-1].get(movement)
    rows, marks = [], []
    cells = [(movement, side.value) for side in WAY]
    for column, by_movement, x in zip(frame.columns, frame.sides, frame.xs, strict=True):
        sides = by_movement.get(movement)
        results = [column.visit.results.get(cell) for cell in cells]
        told = frame.told(sides, results)
        rows.append(_row(column, results, told, frame.words))
        if told:
            marks.append(_mark(sides, column, movement, x, told))
    latest = frame.difference(last) if last else frame.words.not_assessed
    return [
        '<figure class="chart strip asymmetry" data-chart="asymmetry-over-time" '
        f'data-movement="{movement}"><figcaption><span class="strip-name">{title}</span> '
        f'<span class="strip-latest">{latest}</span></figcaption>'
        f'<svg data-plot="" data-cursor="{TOP} {BOTTOM}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{title}: {escape(_("right against left; the table follows"))}">',
        frame.ground,
        *marks,
        '</svg><p class="chart-reading" role="status"></p>',
        *_table(title, rows, frame.words),
        "</figure>",
    ]


def _difference(lower: Side | None, whole: int) -> str:
    """Return in words which side is weaker and by how much, escaped."""
    if lower is None:
        return escape(_("sides equal"))
    if not whole:
        by = _("less than a whole grade")
    else:
        by = ngettext("%(count)d whole grade", "%(count)d whole grades", whole) % {"count": whole}
    return escape(_("%(side)s weaker by %(grades)s") % {"side": lower.label, "grades": by})


def _mark(sides: Sides | None, column: Column, movement: str, x: float, told: str) -> str:
    said = f"{told}, {column.day}, {column.tester}"
    head = (
        f'data-movement="{movement}" data-date="{column.key}" data-tester="{column.tester}" '
        f'data-said="{said}"'
    )
    if sides is None:
        return f'<path class="nd midline" {head} d="M{x:.1f} {ABSENT}{cross(2.4)}"/>'
    if sides.lower is None:
        return (
            f'<path class="mark midline" {head} d="M{x:.1f} {MIDDLE}{marker(column.shape, 2.4)}"/>'
        )
    height = sides.whole_grades * WHOLE or PART
    y = MIDDLE + WAY[sides.lower] * height
    side = sides.lower.value
    return (
        f'<path class="stem {side}" d="M{x:.1f} {MIDDLE}V{y}"/>'
        f'<path class="mark {side}" {head} data-side="{side}" '
        f'd="M{x:.1f} {y}{marker(column.shape, RADIUS)}"/>'
    )


def _ground(
    history: History, axis: TimeAxis, found: Sequence[Column], xs: Sequence[float], words: Words
) -> str:
    """Draw a line a whole grade, the line of equal sides, time, what happened and who tested."""
    parts = [happened_marks(history, axis, TOP, BOTTOM)]
    for grades in range(-5, 6):
        y = MIDDLE + grades * WHOLE
        parts.append(f'<path class="{"grid" if grades else "axis"}" d="M{LEFT} {y}H{RIGHT}"/>')
        if grades % 2:
            parts.append(f'<text class="code" x="{LEFT - 5}" y="{y + 3.5}">{abs(grades)}</text>')
    for side, y in ((Side.RIGHT, TOP + 12), (Side.LEFT, BOTTOM - 5)):
        parts.append(f'<text class="side-word" x="2" y="{y}">{words.initials[side]}</text>')
    parts.append(small_ticks(axis, BOTTOM, TICK_BASELINE, words))
    parts += who_tested([column.initials for column in found], xs, TESTER_BASELINE)
    return "".join(parts)


def _row(column: Column, results: Sequence[Result | None], told: str, words: Words) -> str:
    right, left = (words.recorded(result, column.codes) for result in results)
    return (
        f'<tr><th scope="row">{time_of(column)}</th><td>{right}</td><td>{left}</td>'
        f"<td>{told}</td><td>{column.tester}</td></tr>"
    )


def _table(title: str, rows: Sequence[str], words: Words) -> list[str]:
    headings = [words.visit, *(words.sides[side] for side in WAY), escape(_("Difference"))]
    shown = "".join(f'<th scope="col">{heading}</th>' for heading in (*headings, words.tester))
    return [
        f'<details class="chart-table"><summary>{escape(_("Both sides at each visit"))}</summary>'
        f'<div class="chart-table-scroll" tabindex="0" role="region" aria-label="{title}">'
        f"<table><caption>{title}</caption>"
        f"<thead><tr>{shown}</tr></thead><tbody>",
        *rows,
        "</tbody></table></div></details>",
    ]


def _legend(found: Sequence[Column]) -> str:
    ways = ((Side.RIGHT, _("up: right weaker")), (Side.LEFT, _("down: left weaker")))
    items = [
        legend_item(f'<path class="mark {side.value}" d="M8 8{marker(0, 4)}"/>', escape(words))
        for side, words in ways
    ]
    items.append(
        legend_item(
            f'<path class="mark midline" d="M8 8{marker(0, EQUAL_RADIUS)}"/>', escape(_("equal"))
        )
    )
    items += [
        f"<li>{escape(_('a line is a whole grade; a shorter stem is less than one'))}</li>",
        legend_item(
            f'<path class="nd midline" d="M8 8{cross(3)}"/>',
            escape(_("no comparison: a side has no grade")),
        ),
        *tester_items(found),
    ]
    if counted_in_mrc(found):
        items.append(f"<li>{escape(_('whole grades are those of MRC'))}</li>")
    return f'<ul class="chart-legend">{"".join(items)}</ul>'
