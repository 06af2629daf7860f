"""Asymmetry at one visit: right and left of each movement on one line of grades.

The picture is a table, so that it is its own text twin: each row has its line, both codes, and
the weaker side in words where the sides differ by a whole grade or more.
"""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .. import instrument
from ..change.asymmetry import Sides, explain_asymmetry, sides_of
from ..history import Visit
from ..instrument import Side
from .columns import Column, columns, time_of
from .legend import counted_in_mrc
from .shapes import marker
from .words import Words, escape, words_now

WIDTH, HEIGHT = 200, 24
EDGE = 10
MIDDLE = HEIGHT / 2
# Right and left at the same grade stand a little apart, so that both are seen.
APART = {Side.RIGHT: -3.0, Side.LEFT: 3.0}
RADIUS = 4.5


def asymmetry(visit: Visit) -> SafeString:
    """Return the figure of one visit; empty when no movement was graded on both sides."""
    rows = sides_of(visit.results)
    if not rows:
        return SafeString("")
    words = words_now()
    [column] = columns([visit], words)
    ground = _ground()
    parts = [
        '<figure class="chart asymmetry" data-chart="asymmetry"><figcaption>'
        f"<p>{time_of(column)}, {column.tester}. {_counts(rows)} "
        f"{escape(explain_asymmetry())}{_counted(column)}</p>{_legend(words)}</figcaption>"
        '<table class="table data-table asymmetry-table"><thead><tr>'
        f'<th scope="col">{escape(_("Movement"))}</th>'
        f'<th scope="col">{escape(_("%(lowest)s to %(best)s")) % _ends(column)}</th>'
        f'<th scope="col">{words.sides[Side.RIGHT]}</th>'
        f'<th scope="col">{words.sides[Side.LEFT]}</th>'
        f'<th scope="col">{escape(_("Weaker side"))}</th></tr></thead><tbody>'
    ]
    parts += [_row(each, column, ground, words) for each in rows]
    parts.append("</tbody></table></figure>")
    # Every part was escaped where it entered.
    return SafeString("".join(parts))


def _ends(column: Column) -> dict[str, str]:
    return {"lowest": column.codes[0], "best": column.codes[instrument.NORMAL_LEVEL]}


def _counts(rows: list[Sides]) -> str:
    found = sum(each.weaker is not None for each in rows)
    numbers = {"found": found, "total": len(rows)}
    text = _(
        "%(found)d of %(total)d movements graded on both sides differ by a whole grade or more."
    )
    return escape(text % numbers)


def _counted(column: Column) -> str:
    return f" {escape(_('Whole grades are those of MRC.'))}" if counted_in_mrc([column]) else ""


def _row(sides: Sides, column: Column, ground: str, words: Words) -> str:
    name = words.movement(sides.movement)
    levels = {Side.RIGHT: sides.right, Side.LEFT: sides.left}
    places = {side: _place(level) for side, level in levels.items()}
    marks = "".join(
        f'<path class="mark {side.value}" data-movement="{sides.movement}" '
        f'data-side="{side.value}" data-grade="{column.codes[levels[side]]}" '
        f'data-date="{column.key}" '
        f'd="M{places[side]:.1f} {MIDDLE + APART[side]:g}{marker(0, RADIUS)}"/>'
        for side in levels
    )
    low, high = sorted(places.values())
    apart = f'<path class="apart" d="M{low:.1f} {MIDDLE:g}H{high:.1f}"/>' if sides.weaker else ""
    codes = "".join(f"<td>{column.codes[level]}</td>" for level in levels.values())
    weaker = words.sides[sides.weaker] if sides.weaker else ""
    return (
        f'<tr><th scope="row">{name}</th><td><svg viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'aria-hidden="true">{ground}{apart}{marks}</svg></td>{codes}'
        f'<td class="weaker">{weaker}</td></tr>'
    )


def _place(level: int) -> float:
    """Return where a level stands: as far along as its place in thirds."""
    share = instrument.THIRDS[level] / instrument.THIRDS[instrument.NORMAL_LEVEL]
    return EDGE + share * (WIDTH - 2 * EDGE)


def _ground() -> str:
    """Draw a tick at each whole grade; a stronger one at 3, below which gravity wins."""
    ticks = [
        f'<path class="{"gravity" if level == instrument.ANTIGRAVITY_LEVEL else "grid"}" '
        f'd="M{_place(level):.1f} 4V{HEIGHT - 4}"/>'
        for level in (0, 1, 3, instrument.ANTIGRAVITY_LEVEL, 9, instrument.NORMAL_LEVEL)
    ]
    return f'<path class="axis" d="M{EDGE} {MIDDLE:g}H{WIDTH - EDGE}"/>{"".join(ticks)}'


def _legend(words: Words) -> str:
    items = [
        '<li><svg class="sign" width="16" height="16" aria-hidden="true">'
        f'<path class="mark {side.value}" d="M8 8{marker(0, RADIUS)}"/></svg>'
        f"{words.sides[side]}</li>"
        for side in APART
    ]
    return f'<ul class="chart-legend">{"".join(items)}</ul>'
