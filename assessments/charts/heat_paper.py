"""The heat map on paper: its columns again, in blocks of visits that fit the width of a page and
of regions that fit its height.

Each block has its own row labels and its own ruler, true to time within the block. Cells are not
drawn a second time: the columns on the screen are referred to.
"""

from collections.abc import Sequence

from ..history import History
from .columns import Column
from .rows import GAP, HEADER, ROW, Row, Rows
from .ruler import Ruler, draw_ruler, ruler
from .words import Words

VISITS_A_BLOCK = 12
LABELS = 200
FEWEST = 6
LONGEST_LINE = 28


def blocks(
    history: History, columns: Sequence[Column], rows: Rows, words: Words, name: str
) -> list[str]:
    """Return all blocks; `name` is the prefix of the ids of the columns on the screen."""
    parts = ['<div class="heat-paper" aria-hidden="true">']
    labels = ["".join(map(_label, part.rows)) for part in rows.parts]
    for first in range(0, len(columns), VISITS_A_BLOCK):
        shown = columns[first : first + VISITS_A_BLOCK]
        # A short last block keeps the scale of the others.
        room = VISITS_A_BLOCK if first else max(len(shown), FEWEST)
        scale = ruler(history, shown, width=(len(shown) if first else room) * GAP, gap=GAP)
        drawn = "".join(draw_ruler(scale, words))
        for place, part in enumerate(rows.parts):
            parts += [
                _opening(LABELS + room * GAP, scale.height + HEADER + part.height + 6),
                f'<g transform="translate(0 {scale.height + HEADER - part.top})">',
                labels[place],
                f'</g><g transform="translate({LABELS} 0)">',
                drawn,
                *_columns(scale, first, name, "", scale.height),
                *_columns(scale, first, name, f"-{place}", scale.height - part.top),
                "</g></svg>",
            ]
    return [*parts, "</div>"]


def _opening(width: int, height: int) -> str:
    return (
        f'<svg class="heat" viewBox="0 0 {width} {height}" width="{width}" '
        f'preserveAspectRatio="xMinYMin">'
    )


def _columns(scale: Ruler, first: int, name: str, part: str, top: int) -> list[str]:
    """Refer to the heads of the columns from the visit `first` on, or to their cells of a part."""
    return [
        f'<use href="#{name}-{place}{part}" x="{centre:.2f}" y="{top}"/>'
        for place, centre in enumerate(scale.centres, start=first)
    ]


def _label(row: Row) -> str:
    base = row.top + ROW / 2 + 4
    if not row.movement:
        return f'<text class="region" x="0" y="{base + 4:g}">{row.label}</text>'
    lines = _two_lines(row.label)
    if len(lines) == 1:
        return f'<text class="label" x="8" y="{base:g}">{lines[0]}</text>'
    return (
        f'<text class="label long" x="8" y="{base - 6:g}">{lines[0]}</text>'
        f'<text class="label long" x="8" y="{base + 6:g}">{lines[1]}</text>'
    )


def _two_lines(label: str) -> list[str]:
    """Break a long label at the space nearest to its middle. The text is escaped already."""
    spaces = [place for place, letter in enumerate(label) if letter == " "]
    if len(label) <= LONGEST_LINE or not spaces:
        return [label]
    middle = min(spaces, key=lambda place: abs(place - len(label) / 2))
    return [label[:middle], label[middle + 1 :]]
