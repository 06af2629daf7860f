"""The cells of the heat map, visit by visit: drawn, and said for the table, in one pass.

Everything that repeats is made once, so that a usual cell costs no new string at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .. import instrument
from ..history import Cell, Result
from .columns import Column
from .rows import Box, Rows
from .shapes import CELL_HEIGHT, CORNER, hatch, outline
from .words import Words

BASELINE = 17


@dataclass(frozen=True, slots=True)
class DrawnCells:
    """`marks` of each visit around its own centre, part by part, and each box's table cells."""

    marks: list[list[str]]
    table: list[list[str]]


@dataclass(frozen=True, slots=True)
class Signs:
    """Ready strings of one profile: table cells by level, marks by box and level once used."""

    table: list[str]
    marks: list[list[str | None]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The cells of one part of the rows, while its visits are drawn one after the other.

    Of each box: its outlines of change, its words for the table beside its cell, and its level and
    codes when it was last graded.
    """

    boxes: Sequence[Box]
    changes: list[tuple[str, str]]
    said: list[tuple[Cell, list[str]]]
    levels: list[int | None]
    codes: list[Sequence[str]]


def draw_cells(columns: Sequence[Column], rows: Rows, words: Words, name: str) -> DrawnCells:
    """Return every cell of every visit, drawn and in words.

    The outline compares with the last time that the cell was graded: a visit between without a
    grade hides no change. `name` is the prefix of the ids of `definitions`.
    """
    parts = [_drawing(part.boxes, name) for part in rows.parts]
    signs: dict[tuple[str, ...], list[Signs]] = {}
    marks = []
    for column in columns:
        codes = column.codes
        if codes not in signs:
            signs[codes] = [_signs(codes, len(part.boxes)) for part in parts]
        drawn = zip(parts, signs[codes], strict=True)
        marks.append([_draw_visit(column, part, ready, words, name) for part, ready in drawn])
    return DrawnCells(marks, [said for part in parts for _cell, said in part.said])


def _drawing(boxes: Sequence[Box], name: str) -> Drawing:
    changes = [(_change(box, "better", name), _change(box, "worse", name)) for box in boxes]
    said: list[tuple[Cell, list[str]]] = [(box.cell, []) for box in boxes]
    return Drawing(boxes, changes, said, [None] * len(boxes), [()] * len(boxes))


def _draw_visit(column: Column, part: Drawing, ready: Signs, words: Words, name: str) -> str:
    """Draw one visit's cells of a part, and add to what is said of each."""
    codes, results, levels, last_codes = column.codes, column.visit.results, part.levels, part.codes
    marks, table, shown, blank = ready.marks, ready.table, [], words.blank
    for place, (cell, said) in enumerate(part.said):
        result = results.get(cell)
        if result is None:
            said.append(blank)
            continue
        level, before = result.level, levels[place]
        if level is None:
            shown.append(_absent(part.boxes[place], result, words, name))
            said.append(f"<td>{words.absence(result)}</td>")
            continue
        mark, text = marks[place][level], table[level]
        if mark is None:
            mark = marks[place][level] = _mark(part.boxes[place], level, codes[level])
        if level != before:
            if before is not None:
                mark += part.changes[place][level < before]
                text = words.change(last_codes[place][before], codes[level], level < before)
            levels[place] = level
        last_codes[place] = codes
        if result.limiters:
            text = f"{text[:-5]}{words.limiters(result)}</td>"
        shown.append(mark)
        said.append(text)
    return "".join(shown)


def definitions(boxes: Sequence[Box], name: str) -> str:
    """Return the signs that cells refer to: outlines and hatches, by the width of a cell."""
    parts = ["<defs>"]
    for width in sorted({box.width for box in boxes}):
        for kind, path in (
            ("worse", outline(width, worse=True)),
            ("better", outline(width, worse=False)),
            ("hatch", hatch(width)),
        ):
            parts.append(f'<path class="heat-{kind}" id="{name}-{kind}-{width:g}" d="{path}"/>')
    return "".join((*parts, "</defs>"))


def _signs(codes: Sequence[str], boxes: int) -> Signs:
    return Signs(
        table=[f"<td>{code}</td>" for code in codes],
        marks=[[None] * len(codes) for _box in range(boxes)],
    )


def _mark(box: Box, level: int, code: str) -> str:
    return (
        f'{_frame(box)} class="g{level}" data-grade="{code}"/><text class="g{level}" '
        f'x="{box.x + box.width / 2:g}" y="{box.y + BASELINE:g}">{code}</text>'
    )


def _frame(box: Box) -> str:
    """Return the opening of a cell's box, whatever it holds and whenever."""
    movement, side = box.cell
    return (
        f'<rect data-movement="{movement}" data-side="{side}" x="{box.x:g}" y="{box.y:g}" '
        f'width="{box.width:g}" height="{CELL_HEIGHT}" rx="{CORNER}"'
    )


def _change(box: Box, kind: str, name: str) -> str:
    return f'<use href="#{name}-{kind}-{box.width:g}" x="{box.x:g}" y="{box.y:g}"/>'


def _absent(box: Box, result: Result, words: Words, name: str) -> str:
    """Draw why there is no grade: a hatched box for not testable, a dash for not done."""
    head = f'{_frame(box)} data-state="{result.status}" data-reason="{words.reason(result)}"'
    if result.status == instrument.Status.NOT_TESTABLE:
        sign = f'<use href="#{name}-hatch-{box.width:g}" x="{box.x:g}" y="{box.y:g}"/>'
        return f'{head} class="heat-nt"/>{sign}'
    middle, level = box.x + box.width / 2, box.y + CELL_HEIGHT / 2
    return f'{head} class="heat-nd"/><path class="heat-dash" d="M{middle - 5:g} {level:g}h10"/>'
