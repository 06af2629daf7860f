"""A picture made to leave the page: one SVG file that needs no style sheet and says whose it is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from .plots import LINE, UNPRINTABLE, Item, Panel, content_of
from .words import escape

_VIEW_BOX = re.compile(r'<svg [^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"')
# Whatever of these a machine has; what draws the file chooses.
FAMILIES = "Liberation Sans, DejaVu Sans, Noto Sans, Arial, Helvetica, sans-serif"
EDGE = 24
GAP = 20
SIZE = 13
# A usual letter of a line, as a share of its size: enough to keep words apart.
LETTER = 0.56
NARROWEST, WIDEST = 640, 1100
# What would be higher stands in twice the width: else a long history is a strip nobody can look at.
HIGHEST = 4000
SIGN_GAP = 6
# A table with a plot in each row: its name, the plot, and what is said after it.
NAME_WIDTH, PLOT_WIDTH, COLUMN = 370, 220, 70


class Banner(NamedTuple):
    """What stands over a picture: its name, and lines about the patient and the visits."""

    title: str
    lines: Sequence[str]


def standalone(markup: str, banner: Banner, *, families: str = FAMILIES) -> str:
    """Return the SVG file of a picture's `markup`, as this package draws it.

    Raises NothingDrawn.
    """
    content = content_of(markup)
    rows = _rows(content.panels)
    width = max([NARROWEST, *(_row_width(row) for row in rows)]) + 2 * EDGE
    parts: list[str] = []
    y = _draw_banner(parts, banner.title, [*banner.lines, *content.captions], width)
    y = _draw_legend(parts, content.items, y, width)
    for row in rows:
        y = _draw_row(parts, row, y)
    return _file(parts, content.shared, width, y + EDGE, families)


def size_of(file: str) -> tuple[float, float]:
    """Return width and height of a file made here, in pixels."""
    found = _VIEW_BOX.match(file)
    if not found:
        raise ValueError("This is no file of ours.")
    return float(found[1]), float(found[2])


def plots_alone(markup: str, *, families: str) -> str:
    """Return the plots of a picture side by side and nothing else, for a page of other words.

    Raises NothingDrawn.
    """
    content = content_of(markup)
    parts: list[str] = []
    x = 0.0
    for panel in content.panels:
        parts.append(f'<g transform="translate({x:g} 0)">{panel.drawn}</g>')
        x += panel.width
    return _file(parts, content.shared, x, max(panel.height for panel in content.panels), families)


def _file(
    parts: Iterable[str], shared: Sequence[str], width: float, height: float, families: str
) -> str:
    definitions = f"<defs>{''.join(shared)}</defs>" if shared else ""
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" font-family="{escape(families)}" '
        f'font-size="{SIZE}"><rect width="{width:g}" height="{height:g}" fill="#ffffff"/>'
        f"{definitions}{''.join(parts)}</svg>"
    )
    return UNPRINTABLE.sub("", drawn)


def _rows(panels: Sequence[Panel]) -> list[list[Panel]]:
    """Return panels row by row, in as many rows as can be looked at together."""
    rows = list(_rows_within(panels, WIDEST))
    height = sum(max(panel.height for panel in row) + GAP for row in rows)
    return rows if height <= HIGHEST else list(_rows_within(panels, 2 * WIDEST))


def _rows_within(panels: Sequence[Panel], widest: float) -> Iterator[list[Panel]]:
    """Give as many panels in a row as stand in `widest`, a table's one by one."""
    row: list[Panel] = []
    for panel in panels:
        if row and (panel.columns or _row_width([*row, panel]) > widest):
            yield row
            row = []
        row.append(panel)
    if row:
        yield row


def _row_width(row: Sequence[Panel]) -> float:
    if row[0].columns:
        return NAME_WIDTH + PLOT_WIDTH + COLUMN * (len(row[0].columns) + 0.5)
    return sum(panel.width for panel in row) + GAP * (len(row) - 1)


def _draw_row(parts: list[str], row: Sequence[Panel], y: float) -> float:
    """Draw panels side by side under `y` and return where they end."""
    if row[0].columns:
        return _draw_table_row(parts, row[0], y)
    head = LINE if any(panel.words for panel in row) else 0
    x = float(EDGE)
    for panel in row:
        if panel.words:
            parts.append(_text(x, y + SIZE, panel.words, weight=700))
            parts.append(_text(x + panel.width, y + SIZE, panel.note, anchor="end"))
        parts.append(f'<g transform="translate({x:g} {y + head:g})">{panel.drawn}</g>')
        x += panel.width + GAP
    return y + head + max(panel.height for panel in row) + GAP


def _draw_table_row(parts: list[str], panel: Panel, y: float) -> float:
    base, x = y + panel.height / 2 + SIZE / 3, EDGE + NAME_WIDTH
    parts.append(_text(EDGE, base, panel.words))
    if panel.drawn:
        parts.append(f'<g transform="translate({x} {y:g})">{panel.drawn}</g>')
    for place, words in enumerate(panel.columns):
        parts.append(_text(x + PLOT_WIDTH + place * COLUMN, base, words))
    return y + panel.height + 4


def _draw_banner(parts: list[str], title: str, lines: Iterable[str], width: float) -> float:
    parts.append(_text(EDGE, EDGE + 16, title, size=18, weight=700))
    y = EDGE + 16.0
    for text in lines:
        for line in _wrapped(text, width - 2 * EDGE):
            y += LINE
            parts.append(_text(EDGE, y, line))
    y += 12
    parts.append(f'<path d="M{EDGE} {y:g}H{width - EDGE:g}" stroke="#7d8999" fill="none"/>')
    return y + GAP


def _draw_legend(parts: list[str], items: Sequence[Item], y: float, width: float) -> float:
    """Draw the legend's items one after the other, in as many lines as they need."""
    tallest = max((item.height for item in items), default=0.0)
    height, x = max(tallest, LINE), float(EDGE)
    for item in items:
        room = item.width + SIGN_GAP if item.drawn else 0
        needed = room + _length(item.words)
        if x > EDGE and x + needed > width - EDGE:
            x, y = EDGE, y + height + SIGN_GAP
        if item.drawn:
            top = y + (height - item.height) / 2
            parts.append(f'<g transform="translate({x:g} {top:g})">{item.drawn}</g>')
        if item.words:
            parts.append(_text(x + room, y + height / 2 + SIZE / 3, item.words))
        x += needed + GAP
    return y + height + GAP if items else y


def _wrapped(text: str, room: float) -> Iterator[str]:
    """Give a line in as many as fit into `room`; a word alone may stand out."""
    words = text.split(" ")
    ends = [0]
    for place in range(1, len(words)):
        if _length(" ".join(words[ends[-1] : place + 1])) > room:
            ends.append(place)
    for start, end in pairwise([*ends, len(words)]):
        yield " ".join(words[start:end])


def _length(words: str) -> float:
    return len(words) * SIZE * LETTER


def _text(
    x: float, y: float, words: str, *, size: int = SIZE, weight: int = 400, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" fill="#14202b" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
