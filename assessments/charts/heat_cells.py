"""The cells of the heat map, visit by visit: drawn, and said for the table, in one pass.

Everything that repeats is made once, so that a usual cell costs no new string at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .. import instrument
from ..history import Result
from .columns import Column
from .rows import Box
from .shapes import CELL_HEIGHT, CORNER, hatch, outline
from .words import Words

BASELINE = 17


@dataclass(frozen=True, slots=True)
class DrawnCells:
    """`marks` of each visit around its own centre, and the table cells of each box."""

    marks: list[str]
    table: list[list[str]]


@dataclass(frozen=True, slots=True)
class Signs:
    """Ready strings of one profile: table cells by level, marks by box and level once used."""

    table: list[str]
    marks: list[list[str | None]]


def draw_cells(
    columns: Sequence[Column], boxes: Sequence[Box], words: Words, name: str
) -> DrawnCells:
    """Return every cell of every visit, drawn and in words.

    The outline compares with the last time that the cell was graded: a visit between without a
    grade hides no change. `name` is the prefix of the ids of `definitions`.
    """
    table: list[list[str]] = [[] for _box in boxes]
    rows = [(box.cell, row) for box, row in zip(boxes, table, strict=True)]
    changes = [(_change(box, "better", name), _change(box, "worse", name)) for box in boxes]
    last: list[int | None] = [None] * len(boxes)
    last_codes: list[Sequence[str]] = [()] * len(boxes)
    signs: dict[tuple[str, ...], Signs] = {}
    marks, blank = [], words.blank
    for column in columns:
        codes, results = column.codes, column.visit.results
        if codes not in signs:
            signs[codes] = _signs(codes, len(boxes))
        ready, said, shown = signs[codes].marks, signs[codes].table, []
        for place, (cell, row) in enumerate(rows):
            result = results.get(cell)
            if result is None:
                row.append(blank)
                continue
            level, before = result.level, last[place]
            if level is None:
                shown.append(_absent(boxes[place], result, words, name))
                row.append(f"<td>{words.absence(result)}</td>")
                continue
            mark, text = ready[place][level], said[level]
            if mark is None:
                mark = ready[place][level] = _mark(boxes[place], level, codes[level])
            if level != before:
                if before is not None:
                    mark += changes[place][level < before]
                    text = words.change(last_codes[place][before], codes[level], level < before)
                last[place] = level
            last_codes[place] = codes
            if result.limiters:
                text = f"{text[:-5]}{words.limiters(result)}</td>"
            shown.append(mark)
            row.append(text)
        # Each mark lacks only its opening, which is the same for all of a visit.
        opening = f'<rect data-date="{column.iso}"'
        marks.append(opening + opening.join(shown) if shown else "")
    return DrawnCells(marks, table)


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
    """Return the attributes of a cell's box, whatever it holds and whenever."""
    movement, side = box.cell
    return (
        f' data-movement="{movement}" data-side="{side}" x="{box.x:g}" y="{box.y:g}" '
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
