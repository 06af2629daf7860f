"""The heat map: movements in rows, visits in columns, each cell split right and left.

Columns keep a readable width and scroll inside the figure; a leader joins each to its true place
on the ruler above. On paper the same columns are shown again in blocks that fit a page.
"""

from collections.abc import Iterable, Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..history import Cell, History
from . import heat_paper, heat_table
from .columns import SHAPES, Column, columns, places_words
from .heat_cells import definitions, draw_cells
from .legend import heat_legend
from .rows import GAP, HEADER, ROW, Rows, rows_of
from .ruler import Ruler, draw_ruler, ruler
from .shapes import marker, unequal
from .words import Words, escape, spoken_words, words_now

# What each of a few visits gets, so that their true spacing shows.
AIRY_GAP = 70
AIRY_VISITS = 16
SIDES_BASELINE = 56
# After so many movements, the next region's heading repeats the dates.
ROWS_A_DATE = 6
MARKERS = [marker(shape, 4) for shape in range(len(SHAPES))]
OTHER_TESTER = f'<path class="other-tester" d="M-20 37{unequal(4.5)}"/>'


def heat_map(history: History, cells: Iterable[Cell], *, name: str = "heat-map") -> SafeString:
    """Return the figure with its legend and its table.

    `cells` choose rows and sides; `name` is the prefix of its ids, unique in the page. Raises
    UnknownMovement.
    """
    words = words_now()
    found, rows = columns(history.visits, words), rows_of(cells, words)
    if not found or not rows.boxes:
        return _nothing(found)
    width = max(len(found) * GAP, min(len(found), AIRY_VISITS) * AIRY_GAP)
    scale = ruler(history, found, width=width, gap=GAP, unit="%")
    drawn = draw_cells(found, rows, words, name)
    caption = heat_table.caption(found, rows)
    parts = [
        f'<figure class="chart heat-map" data-chart="heat-map" {spoken_words()}>',
        f"<figcaption><p>{caption}</p>{heat_legend(history, found)}</figcaption>",
        '<div class="heat-screen">',
        _labels(rows, scale.height + HEADER),
        f'<div class="heat-scroll" data-plot="" tabindex="0" role="region" aria-label="{caption}">'
        f'<div class="heat-room" {places_words([each.key for each in found], scale.centres, "%")}>'
        f'<svg class="heat-width" width="{width}" height="1"></svg>',
        *_picture(found, rows, scale, drawn.marks, words, name),
        "</div></div></div>",
        *heat_paper.blocks(history, found, rows, words, name),
        '<p class="chart-reading" role="status"></p>',
        *heat_table.table(history, found, rows, drawn.table, words),
        "</figure>",
    ]
    # Every part above was escaped where it entered.
    return SafeString("".join(parts))


def _nothing(found: Sequence[Column]) -> SafeString:
    text = _("No movement is chosen.") if found else _("No signed assessment yet.")
    return SafeString(
        '<figure class="chart heat-map" data-chart="heat-map">'
        f"<figcaption><p>{escape(text)}</p></figcaption></figure>"
    )


def _labels(rows: Rows, top: int) -> str:
    """Return the column of row labels, which stays when the picture scrolls."""
    items = [
        f"<li><span>{_label(row.label)}</span></li>"
        if row.movement
        else f'<li class="region">{row.label}</li>'
        for row in rows.rows
    ]
    return (
        f'<div class="heat-labels" aria-hidden="true"><svg width="1" height="{top}"></svg>'
        f"<ul>{''.join(items)}</ul></div>"
    )


def _label(label: str) -> str:
    """Mark what a name adds in brackets at its end: where there is little room, it goes first."""
    name, bracket, more = label.partition(" (")
    return f"{name}<small> ({more}</small>" if bracket and more.endswith(")") else label


def _picture(
    found: Sequence[Column],
    rows: Rows,
    scale: Ruler,
    marks: Sequence[Sequence[str]],
    words: Words,
    name: str,
) -> list[str]:
    top = scale.height
    height = top + HEADER + rows.height + 6
    parts = [
        f'<svg class="heat" data-cursor="{scale.line} {height}" width="100%" height="{height}" '
        f'role="img" '
        f'aria-label="{escape(_("Heat map; its table follows"))}">',
        definitions(rows.boxes, name),
        *draw_ruler(scale, words),
        *guides(rows, top + HEADER, "100%"),
    ]
    with_testers = any(column.other_tester for column in found)
    sides, again = _sides(rows, words), _again(rows)
    for place, (column, centre) in enumerate(zip(found, scale.centres, strict=True)):
        parts += (
            f'<svg class="visit" x="{centre:.2f}%" y="{top}" overflow="visible" '
            f'data-date="{column.key}" data-tester="{column.tester}"><g id="{name}-{place}">'
            f"{_header(column, with_testers)}{sides}</g>",
            *(f'<text class="heat-again" y="{y}">{column.month_of_year}</text>' for y in again),
            *(
                f'<g id="{name}-{place}-{part}" transform="translate(0 {HEADER})">{drawn}</g>'
                for part, drawn in enumerate(marks[place])
            ),
            "</svg>",
        )
    return [*parts, "</svg>"]


def _again(rows: Rows) -> list[int]:
    """Return where a column says again when it was: at a region's heading, far enough down."""
    found, since = [], 0
    for row in rows.rows:
        if row.movement:
            since += 1
        elif since >= ROWS_A_DATE:
            found.append(HEADER + row.top + ROW - 9)
            since = 0
    return found


def guides(rows: Rows, top: int, width: str) -> list[str]:
    """Return the faint line under each movement."""
    return [
        f'<line class="guide" x1="0" x2="{width}" y1="{top + row.top + ROW}" '
        f'y2="{top + row.top + ROW}"/>'
        for row in rows.rows
        if row.movement
    ]


def _header(column: Column, with_testers: bool) -> str:
    """Return date and tester over a column, around its centre."""
    amended = "*" if column.visit.amended else ""
    at = 8 if with_testers else 0
    parts = [
        f'<text class="heat-day" y="12">{column.month}{amended}</text>'
        f'<text class="heat-year" y="26">{column.year}</text>'
        f'<text class="heat-tester" x="{at}" y="41">{column.initials}</text>'
    ]
    if with_testers:
        parts.append(f'<path class="tester-mark" d="M-7 37{MARKERS[column.shape]}"/>')
    if column.other_tester:
        parts.append(OTHER_TESTER)
    return "".join(parts)


def _sides(rows: Rows, words: Words) -> str:
    places = {box.x + box.width / 2: words.initials[box.cell[1]] for box in rows.boxes}
    return "".join(
        f'<text class="heat-side" x="{x:g}" y="{SIDES_BASELINE}">{initial}</text>'
        for x, initial in sorted(places.items())
        if initial
    )
