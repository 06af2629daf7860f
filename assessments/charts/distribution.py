"""Distribution bars: how many results of a region stand in each band of grades, visit by visit.

Counts only: grades are ordinal, so nothing is averaged and nothing is a share. Bars stand at their
true dates, moved apart where visits are close.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .. import instrument
from ..history import Cell, History, Visit
from .columns import Column, columns, places_words, time_of
from .legend import tester_items
from .ruler import small_ticks
from .time_axis import TimeAxis, spread
from .who_tested import who_tested
from .words import Words, escape

WIDTH, HEIGHT = 338, 182
LEFT, RIGHT = 26, 320
TOP, BOTTOM = 8, 142
TICK_BASELINE, TESTER_BASELINE = 162, 177
WIDEST, GAP = 22.0, 2.0
# The least height and width of a segment in which its code can be read.
ROOM_HEIGHT, ROOM_WIDTH = 12.0, 16.0
# A code of three signs in a narrower bar than this is set smaller.
ROOM_OF_THREE = 22.0


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
# The place in BANDS of each level.
PLACES = tuple(
    place for place, band in enumerate(BANDS) for _level in range(band.low, band.high + 1)
)


class Tally(NamedTuple):
    """What one visit has of a region: graded results by place in BANDS, and all that was asked."""

    counts: tuple[int, ...]
    total: int

    @property
    def tested(self) -> int:
        return sum(self.counts)


class Spoken:
    """Numbers in words, translated once for all bars."""

    def __init__(self) -> None:
        self.at_grade = escape(_("%(count)d at %(grade)s"))
        self.of_total = escape(_("%(tested)d of %(total)d tested"))

    def tested(self, tally: Tally) -> str:
        return self.of_total % {"tested": tally.tested, "total": tally.total}

    def bar(self, tally: Tally) -> str:
        at = [
            self.at_grade % {"count": count, "grade": band.code}
            for band, count in zip(BANDS, tally.counts, strict=True)
            if count
        ]
        return ", ".join([*at, self.tested(tally)])


class Frame(NamedTuple):
    """What the bars of all regions share; `centres` and `width` are those of each visit's bar."""

    columns: Sequence[Column]
    centres: Sequence[float]
    width: float
    axis: TimeAxis
    words: Words
    spoken: Spoken


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
    frame = _frame(history, found, words)
    parts = [
        _legend(found),
        f'<div class="strips" {places_words([each.iso for each in found], frame.centres)}>',
    ]
    for region, wanted in by_region.items():
        parts += _figure(region, frame, [_tally(column.visit, wanted) for column in found])
    parts.append("</div>")
    # Every part was escaped where it entered.
    return SafeString("".join(parts))


def _tally(visit: Visit, cells: Sequence[Cell]) -> Tally:
    counts, total = [0] * len(BANDS), 0
    for cell in cells:
        result = visit.results.get(cell)
        if result is None:
            continue
        total += 1
        if result.level is not None:
            counts[PLACES[result.level]] += 1
    return Tally(tuple(counts), total)


def _frame(history: History, found: Sequence[Column], words: Words) -> Frame:
    """Return bars as wide as their number allows, at their true dates or as near as they can be."""
    axis = TimeAxis.of(history.days, LEFT + WIDEST / 2, RIGHT - WIDEST / 2)
    room = (RIGHT - LEFT) / len(found)
    gap = min(GAP, room / 3)
    width = min(WIDEST, room - gap)
    places = [axis.place(column.visit.day) for column in found]
    centres = spread(places, width + gap, axis.left, axis.right)
    return Frame(found, centres, width, axis, words, Spoken())


def _figure(region: instrument.Region, frame: Frame, tallies: Sequence[Tally]) -> list[str]:
    title = frame.words.region(region)
    most = max(tally.total for tally in tallies) or 1
    parts = [
        f'<figure class="chart strip distribution" data-chart="distribution" '
        f'data-region="{region.value}"><figcaption><span class="strip-name">{title}</span> '
        f'<span class="strip-latest">{frame.spoken.tested(tallies[-1])}</span></figcaption>'
        f'<svg data-plot="" data-cursor="{TOP} {BOTTOM}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{title}: {escape(_("results by band of grades; the table follows"))}">',
        *_ground(most, frame),
    ]
    for column, tally, centre in zip(frame.columns, tallies, frame.centres, strict=True):
        if tally.total:
            said = frame.spoken.bar(tally)
            parts.append(
                f'<g data-date="{column.iso}" data-tester="{column.tester}" '
                f'data-said="{column.day}: {said}, {column.tester}">'
            )
            parts += _bar(tally, centre, frame.width, (BOTTOM - TOP) / most)
            parts.append("</g>")
    parts.append('</svg><p class="chart-reading" role="status"></p>')
    return [*parts, *_table(title, frame, tallies), "</figure>"]


def _ground(most: int, frame: Frame) -> list[str]:
    parts = [
        f'<text class="code" x="{LEFT - 7}" y="{TOP + 4}">{most}</text>'
        f'<text class="code" x="{LEFT - 7}" y="{BOTTOM + 3}">0</text>'
        f'<path class="grid" d="M{LEFT} {TOP}H{RIGHT}"/>'
        f'<path class="axis" d="M{LEFT} {BOTTOM}H{RIGHT}"/>'
    ]
    parts.append(small_ticks(frame.axis, BOTTOM, TICK_BASELINE, frame.words))
    return [
        *parts,
        *who_tested([each.initials for each in frame.columns], frame.centres, TESTER_BASELINE),
    ]


def _bar(tally: Tally, centre: float, width: float, unit: float) -> Iterable[str]:
    """Return one visit: the weakest band at the foot, what was not tested on top."""
    x, floor = centre - width / 2, float(BOTTOM)
    for band, count in zip(BANDS, tally.counts, strict=True):
        if not count:
            continue
        height = count * unit
        floor -= height
        yield (
            f'<rect class="g{band.shade} segment" data-grade="{band.code}" data-count="{count}" '
            f'x="{x:.1f}" y="{floor:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        )
        if height >= ROOM_HEIGHT and width >= ROOM_WIDTH:
            tight = " tight" if len(band.code) > 2 and width < ROOM_OF_THREE else ""
            yield (
                f'<text class="g{band.shade} segment-code{tight}" x="{centre:.1f}" '
                f'y="{floor + height / 2 + 3.5:.1f}">{band.code}</text>'
            )
    missing = tally.total - tally.tested
    if missing:
        height = missing * unit
        yield (
            f'<rect class="not-tested" data-count="{missing}" x="{x:.1f}" '
            f'y="{floor - height:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        )


def _table(title: str, frame: Frame, tallies: Sequence[Tally]) -> list[str]:
    words, spoken = frame.words, frame.spoken
    headings = "".join(f'<th scope="col">{band.code}</th>' for band in BANDS)
    rows = [
        f'<tr><th scope="row">{time_of(column)}</th>'
        + "".join(f"<td>{count}</td>" for count in tally.counts)
        + f"<td>{tally.total - tally.tested}</td><td>{spoken.tested(tally)}</td>"
        f"<td>{column.tester}</td></tr>"
        for column, tally in zip(frame.columns, tallies, strict=True)
    ]
    return [
        f'<details class="chart-table"><summary>{escape(_("How many at each visit"))}</summary>'
        '<div class="chart-table-scroll" tabindex="0" role="region" '
        f'aria-label="{title}"><table><caption>{title}</caption><thead><tr>'
        f'<th scope="col">{words.visit}</th>{headings}'
        f'<th scope="col">{escape(_("not tested"))}</th>'
        f'<th scope="col">{escape(_("tested"))}</th><th scope="col">{words.tester}</th>'
        "</tr></thead><tbody>",
        *rows,
        "</tbody></table></div></details>",
    ]


def _legend(found: Sequence[Column]) -> str:
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
    items += tester_items(found)
    return f'<ul class="chart-legend">{"".join(items)}</ul>'
