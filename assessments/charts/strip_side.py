"""One side of a strip: its line, its marks, and the same as table cells, in one pass."""

from dataclasses import dataclass

from .. import instrument
from ..history import Result
from .shapes import cross, dash
from .strip_frame import Frame
from .words import Words

LEVEL_COUNT = len(instrument.LEVELS)


@dataclass(frozen=True, slots=True)
class Drawn:
    """`last` is the place of the last visit with any result; `grades` counts the points."""

    movement: str
    side: str
    picture: list[str]
    table: list[str]
    grades: int
    last: int | None


def draw_side(frame: Frame, movement: str, side: str, words: Words) -> Drawn:
    """Return one side of a movement at every visit. The line breaks where no grade is."""
    cell, heights = (movement, side), frame.heights[side]
    endings: dict[int, str] = {}
    line: list[str] = []
    marks: list[str] = []
    table: list[str] = []
    before, last, absences = None, None, 0
    for place, (results, kind, opening) in enumerate(frame.visits):
        result = results.get(cell)
        level = None if result is None else result.level
        if result is not None:
            last = place
        if result is None or level is None:
            table.append(words.blank if result is None else f"<td>{words.absence(result)}</td>")
            if result is not None:
                absences += 1
                marks.append(f"{opening}{_absence(frame, side, result, words)}/>")
            if before is not None:
                line.append(f"H{frame.xs[place - 1]}")
            before = None
            continue
        # One number for both: a tuple as a key would cost more than the joining it saves.
        key = kind * LEVEL_COUNT + level
        ending = endings.get(key)
        if ending is None:
            ending = endings[key] = frame.ending(kind, side, level)
        marks.append(opening + ending)
        text = frame.cells[kind][level]
        table.append(f"{text[:-5]}{words.limiters(result)}</td>" if result.limiters else text)
        if before is None:
            line.append(f"M{frame.xs[place]} {heights[level]}")
        elif level != before:
            line.append(f"H{frame.xs[place]}V{heights[level]}")
        before = level
    if before is not None:
        line.append(f"H{frame.xs[-1]}")
    opening = f'<g data-movement="{movement}" data-side="{side}"><path class="line {side}" d="'
    picture = [opening, *line, '"/>', *marks, "</g>"]
    return Drawn(movement, side, picture, table, len(marks) - absences, last)


def _absence(frame: Frame, side: str, result: Result, words: Words) -> str:
    """Mark under the axis why there is no grade: it is neither a 0 nor a visit left out."""
    not_testable = result.status == instrument.Status.NOT_TESTABLE
    kind, shape = ("nt", cross(2.4)) if not_testable else ("nd", dash(3))
    return (
        f'{frame.absence_heights[side]}{shape}" class="{kind} {side}" '
        f'data-state="{result.status}" data-reason="{words.reason(result)}"'
    )
