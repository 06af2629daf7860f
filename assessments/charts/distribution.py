"""Distribution bars: how many results of a region stand in each band of grades, visit by visit.

Counts only: grades are ordinal, so nothing is averaged and nothing is a share. Bars stand at their
true dates, moved apart where visits are close.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .. import instrument
from ..history import Cell, History, Visit
from .columns import Column, columns, time_of
from .ruler import tick_labels
from .time_axis import TimeAxis, spread
from .words import Words, escape

WIDTH, HEIGHT = 330, 168
LEFT, RIGHT = 26, 320
TOP, BOTTOM = 8, 142
TICK_BASELINE = 162
MOST_TICKS = 6
WIDEST, GAP = 22.0, 2.0
# The least height and width of a segment in which its code can be read.
ROOM_HEIGHT, ROOM_WIDTH = 11.0, 16.0


class Band(NamedTuple):
    """Grades that are counted together: from one level up to another, drawn in one shade."""

    code: str
    low: int
    high: int
    shade: int


# Clinical reference, section 2. A 3- is a whole 2, a 5- a whole 4: it is not normal.
BANDS = (
    Band("0–2", 0, 5, 2),
    Band("3", 6, 7, 6),
    Band("4-", 8, 8, 8),
    Band("4", 9, 9, 9),
    Band("4+", 10, 11, 10),
    Band("5", 12, 12, 12),
)
BAND_OF = {level: band for band in BANDS for level in range(band.low, band.high + 1)}


@dataclass(frozen=True, slots=True)
class Tally:
    """What one visit has of a region. `graded` counts by band, `total` are all that was asked."""

    graded: Counter[Band]
    total: int

    @property
    def tested(self) -> int:
        return self.graded.total()


def distribution(history: History, cells: Iterable[Cell]) -> SafeString:
    """Return a figure for each region of `cells`, in catalogue order; raises UnknownMovement."""
    words = Words()
    found = columns(history.visits, words)
    by_region: dict[instrument.Region, list[Cell]] = {}
    for movement, side in cells:
        region = instrument.movement(movement).region
        by_region.setdefault(region, []).append((movement, str(side)))
    if not found or not by_region:
        return SafeString("")
    axis = TimeAxis.of(history.visits, LEFT + WIDEST / 2, RIGHT - WIDEST / 2)
    width = min(WIDEST, (RIGHT - LEFT) / len(found) - min(GAP, 1))
    places = [axis.place(column.visit.day) for column in found]
    centres = spread(places, width + min(GAP, 1), axis.left, axis.right)
    parts = [_legend(), '<div class="strips">']
    for region, wanted in by_region.items():
        tallies = [_tally(column.visit, wanted) for column in found]
        parts += _figure(region, found, tallies, centres, width, axis, words)
    parts.append("</div>")
    # Every part was escaped where it entered.
    return SafeString("".join(parts))


def _tally(visit: Visit, cells: Iterable[Cell]) -> Tally:
    results = [visit.results[cell] for cell in cells if cell in visit.results]
    graded = Counter(BAND_OF[each.level] for each in results if each.level is not None)
    return Tally(graded, len(results))


def _figure(
    region: instrument.Region,
    found: Sequence[Column],
    tallies: Sequence[Tally],
    centres: Sequence[float],
    width: float,
    axis: TimeAxis,
    words: Words,
) -> list[str]:
    title = words.region(region)
    most = max(tally.total for tally in tallies) or 1
    parts = [
        f'<figure class="chart strip distribution" data-chart="distribution" '
        f'data-region="{region.value}"><figcaption><span class="strip-name">{title}</span> '
        f'<span class="strip-latest">{_tested(tallies[-1])}</span></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{title}: {escape(_("results by band of grades; the table follows"))}">',
        *_ground(most, axis, words),
    ]
    for column, tally, centre in zip(found, tallies, centres, strict=True):
        parts += _bar(column, tally, centre, width, (BOTTOM - TOP) / most)
    return [*parts, "</svg>", *_table(title, found, tallies, words), "</figure>"]


def _ground(most: int, axis: TimeAxis, words: Words) -> list[str]:
    parts = [
        f'<text class="code" x="{LEFT - 7}" y="{TOP + 4}">{most}</text>'
        f'<text class="code" x="{LEFT - 7}" y="{BOTTOM + 3}">0</text>'
        f'<path class="grid" d="M{LEFT} {TOP}H{RIGHT}"/>'
        f'<path class="axis" d="M{LEFT} {BOTTOM}H{RIGHT}"/>'
    ]
    for x, label in tick_labels(axis, MOST_TICKS, words):
        parts.append(
            f'<path class="axis" d="M{x:.1f} {BOTTOM}v4"/>'
            f'<text class="tick-label" x="{x:.1f}" y="{TICK_BASELINE}">{label}</text>'
        )
    return parts


def _bar(column: Column, tally: Tally, centre: float, width: float, unit: float) -> Iterable[str]:
    """Return one visit: the weakest band at the foot, what was not tested on top."""
    if not tally.total:
        return
    x, floor = centre - width / 2, float(BOTTOM)
    yield (
        f'<g data-date="{column.iso}" data-tester="{column.tester}">'
        f"<title>{column.day}: {_spoken(tally)}, {column.tester}</title>"
    )
    for band in BANDS:
        count = tally.graded[band]
        if not count:
            continue
        height = count * unit
        floor -= height
        yield (
            f'<rect class="g{band.shade} segment" data-grade="{band.code}" data-count="{count}" '
            f'x="{x:.1f}" y="{floor:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        )
        if height >= ROOM_HEIGHT and width >= ROOM_WIDTH:
            yield (
                f'<text class="g{band.shade} segment-code" x="{centre:.1f}" '
                f'y="{floor + height / 2 + 3.5:.1f}">{band.code}</text>'
            )
    missing = tally.total - tally.tested
    if missing:
        height = missing * unit
        yield (
            f'<rect class="not-tested" data-count="{missing}" x="{x:.1f}" '
            f'y="{floor - height:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        )
    yield "</g>"


def _spoken(tally: Tally) -> str:
    bands = [
        escape(_("%(count)d at %(grade)s") % {"count": tally.graded[band], "grade": band.code})
        for band in BANDS
        if tally.graded[band]
    ]
    return ", ".join([*bands, _tested(tally)])


def _tested(tally: Tally) -> str:
    numbers = {"tested": tally.tested, "total": tally.total}
    return escape(_("%(tested)d of %(total)d tested") % numbers)


def _table(
    title: str, found: Sequence[Column], tallies: Sequence[Tally], words: Words
) -> list[str]:
    headings = "".join(f'<th scope="col">{band.code}</th>' for band in BANDS)
    rows = [
        f'<tr><th scope="row">{time_of(column)}</th>'
        + "".join(f"<td>{tally.graded[band]}</td>" for band in BANDS)
        + f"<td>{tally.total - tally.tested}</td><td>{_tested(tally)}</td>"
        f"<td>{column.tester}</td></tr>"
        for column, tally in zip(found, tallies, strict=True)
    ]
    return [
        f'<details class="chart-table"><summary>{escape(_("How many at each visit"))}</summary>'
        f'<div class="chart-table-scroll"><table><caption>{title}</caption><thead><tr>'
        f'<th scope="col">{words.visit}</th>{headings}'
        f'<th scope="col">{escape(_("not tested"))}</th>'
        f'<th scope="col">{escape(_("tested"))}</th><th scope="col">{words.tester}</th>'
        "</tr></thead><tbody>",
        *rows,
        "</tbody></table></div></details>",
    ]


def _legend() -> str:
    items = [
        f'<li><svg class="sign" width="26" height="20" aria-hidden="true">'
        f'<rect class="g{band.shade} segment" width="26" height="20" rx="3"/>'
        f'<text class="g{band.shade} segment-code" x="13" y="14">{band.code}</text></svg></li>'
        for band in BANDS
    ]
    items.append(
        '<li><svg class="sign" width="16" height="16" aria-hidden="true">'
        f'<rect class="not-tested" width="16" height="16"/></svg>{escape(_("not tested"))}</li>'
    )
    items.append(f"<li>{escape(_('the height of a bar is how many results there are'))}</li>")
    return f'<ul class="chart-legend">{"".join(items)}</ul>'
