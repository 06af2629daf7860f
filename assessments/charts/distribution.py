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
from .legend import counted_in_mrc, tester_items
from .ruler import small_ticks
from .time_axis import TimeAxis, spread
from .who_tested import who_tested
from .words import Words, escape, words_now

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
# The place in BANDS of each level; one more for what has none.
PLACES: dict[int | None, int] = {
    level: place for place, band in enumerate(BANDS) for level in range(band.low, band.high + 1)
} | {None: len(BANDS)}


class Tally(NamedTuple):
    """What one visit has of a region: graded results by place in BANDS, how many those are, and all
    that was asked.
    """

    counts: tuple[int, ...]
    tested: int
    total: int


class Spoken:
    """Numbers in words, put together once for all bars. `bands` are the names of BANDS."""

    def __init__(self, found: Sequence[Column]) -> None:
        scale = "MRC " if counted_in_mrc(found) else ""
        self.bands = [f"{scale}{band.code}" for band in BANDS]
        self._at_grade = escape(_("%(count)d at %(grade)s"))
        self._of_total = escape(_("%(tested)d of %(total)d tested"))
        self._at: dict[tuple[int, int], str] = {}
        self._tested: dict[tuple[int, int], str] = {}

    def tested(self, tally: Tally) -> str:
        key = (tally.tested, tally.total)
        if key not in self._tested:
            self._tested[key] = self._of_total % {"tested": tally.tested, "total": tally.total}
        return self._tested[key]

    def bar(self, tally: Tally) -> str:
        at = [self._at_band(*each) for each in enumerate(tally.counts) if each[1]]
        return ", ".join([*at, self.tested(tally)])

    def _at_band(self, place: int, count: int) -> str:
        key = (place, count)
        if key not in self._at:
            self._at[key] = self._at_grade % {"count": count, "grade": self.bands[place]}
        return self._at[key]


class Frame(NamedTuple):
    """What the bars of all regions share. `centres` and `width` are those of each visit's bar,
    `xs` and `middles` their attributes; `row_heads` and `row_tails` stand around each table row.
    """

    columns: Sequence[Column]
    centres: Sequence[float]
    width: float
    axis: TimeAxis
    words: Words
    spoken: Spoken
    xs: Sequence[str]
    middles: Sequence[str]
    row_heads: Sequence[str]
    row_tails: Sequence[str]


class Heights:
    """The attributes of what stands on a pile of results, by their number.

    For a code there is room from `least` results of a band.
    """

    def __init__(self, most: int) -> None:
        unit = (BOTTOM - TOP) / most
        self.of = [f' height="{count * unit:.1f}"/>' for count in range(most + 1)]
        self.tops = [f' y="{BOTTOM - count * unit:.1f}"' for count in range(most + 1)]
        # Between two results a code may stand half-way.
        self.codes = [f' y="{BOTTOM - n / 2 * unit + 3.5:.1f}">' for n in range(2 * most + 1)]
        self.least = ROOM_HEIGHT / unit


def distribution(history: History, cells: Iterable[Cell]) -> SafeString:
    """Return a figure for each region of `cells`, in catalogue order; raises UnknownMovement."""
    words = words_now()
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
        f'<div class="strips" {places_words([each.key for each in found], frame.centres)}>',
    ]
    for region, wanted in by_region.items():
        parts += _figure(region, frame, [_tally(column.visit, wanted) for column in found])
    parts.append("</div>")
    # Every part was escaped where it entered.
    return SafeString("".join(parts))


def _tally(visit: Visit, cells: Sequence[Cell]) -> Tally:
    found = [result for result in map(visit.results.get, cells) if result is not None]
    counts = [0] * len(BANDS) + [0]
    for result in found:
        counts[PLACES[result.level]] += 1
    missing = counts.pop()
    return Tally(tuple(counts), len(found) - missing, len(found))


def _frame(history: History, found: Sequence[Column], words: Words) -> Frame:
    """Return bars as wide as their number allows, at their true dates or as near as they can be."""
    axis = TimeAxis.of(history.days, LEFT + WIDEST / 2, RIGHT - WIDEST / 2)
    room = (RIGHT - LEFT) / len(found)
    gap = min(GAP, room / 3)
    width = min(WIDEST, room - gap)
    places = [axis.place(column.visit.day) for column in found]
    centres = spread(places, width + gap, axis.left, axis.right)
    return Frame(
        columns=found,
        centres=centres,
        width=width,
        axis=axis,
        words=words,
        spoken=Spoken(found),
        xs=[f' x="{centre - width / 2:.1f}" width="{width:.1f}"' for centre in centres],
        middles=[f' x="{centre:.1f}"' for centre in centres],
        row_heads=[f'<tr><th scope="row">{time_of(column)}</th><td>' for column in found],
        row_tails=[f"</td><td>{column.tester}</td></tr>" for column in found],
    )


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
    heights = Heights(most)
    for place, (column, tally) in enumerate(zip(frame.columns, tallies, strict=True)):
        if tally.total:
            said = frame.spoken.bar(tally)
            parts.append(
                f'<g data-date="{column.key}" data-tester="{column.tester}" '
                f'data-said="{column.day}: {said}, {column.tester}">'
            )
            parts += _bar(tally, frame, place, heights)
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


def _bar(tally: Tally, frame: Frame, place: int, heights: Heights) -> list[str]:
    """Return one visit: the weakest band at the foot, what was not tested on top."""
    parts, piled, x = [], 0, frame.xs[place]
    for band, count in zip(BANDS, tally.counts, strict=True):
        if not count:
            continue
        below, piled = piled, piled + count
        parts.append(
            f'<rect class="g{band.shade} segment" data-grade="{band.code}" data-count="{count}"'
            f"{x}{heights.tops[piled]}{heights.of[count]}"
        )
        if count >= heights.least and frame.width >= ROOM_WIDTH:
            tight = " tight" if len(band.code) > 2 and frame.width < ROOM_OF_THREE else ""
            parts.append(
                f'<text class="g{band.shade} segment-code{tight}"{frame.middles[place]}'
                f"{heights.codes[below + piled]}{band.code}</text>"
            )
    if missing := tally.total - tally.tested:
        parts.append(
            f'<rect class="not-tested" data-count="{missing}"'
            f"{x}{heights.tops[tally.total]}{heights.of[missing]}"
        )
    return parts


def _table(title: str, frame: Frame, tallies: Sequence[Tally]) -> list[str]:
    words, spoken = frame.words, frame.spoken
    headings = "".join(f'<th scope="col">{band}</th>' for band in spoken.bands)
    rows: list[str] = []
    for head, tally, tail in zip(frame.row_heads, tallies, frame.row_tails, strict=True):
        cells = (*map(str, tally.counts), str(tally.total - tally.tested), spoken.tested(tally))
        rows += (head, "</td><td>".join(cells), tail)
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
    if counted_in_mrc(found):
        items.append(f"<li>{escape(_('bands in MRC grades, whatever the scale'))}</li>")
    items.append(f"<li>{escape(_('the height of a bar is how many results there are'))}</li>")
    items += tester_items(found)
    return f'<ul class="chart-legend">{"".join(items)}</ul>'
