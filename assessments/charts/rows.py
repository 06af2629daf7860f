"""Rows of the heat map: movements by region, proximal to distal, and each cell's box."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .. import instrument
from ..history import Cell
from .shapes import CELL_HEIGHT, CELL_WIDTH
from .words import Words

ROW = 30
REGION_ROW = 30
# The least room of a column, and the height of its date, tester and sides above the rows.
GAP = 2 * CELL_WIDTH + 5
HEADER = 62
# What of the rows stands on one sheet of paper and can still be read.
MOST_TOGETHER = 31 * ROW


@dataclass(frozen=True, slots=True)
class Row:
    """A movement, or a region's heading when `movement` is empty. `top` in pixels."""

    movement: str
    label: str
    top: int


@dataclass(frozen=True, slots=True)
class Box:
    """Where a cell stands, in pixels from its column's centre and the top of the rows."""

    cell: Cell
    x: float
    y: float
    width: float


@dataclass(slots=True)
class Part:
    """Whole regions that stand together on paper; `top` is that of the first of its rows."""

    top: int
    height: int = 0
    rows: list[Row] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rows:
    parts: list[Part]

    @property
    def rows(self) -> list[Row]:
        return [row for part in self.parts for row in part.rows]

    @property
    def boxes(self) -> list[Box]:
        return [box for part in self.parts for box in part.boxes]

    @property
    def height(self) -> int:
        return sum(part.height for part in self.parts)


def rows_of(cells: Iterable[Cell], words: Words) -> Rows:
    """Return the rows that these cells need, in catalogue order, right before left.

    Raises UnknownMovement.
    """
    wanted = {(movement, str(side)) for movement, side in cells}
    keys = {movement for movement, _side in wanted}
    for key in keys:
        instrument.movement(key)
    parts: list[Part] = []
    top = 0
    for region, movements in instrument.by_region(k for k in instrument.MOVEMENTS if k in keys):
        height = REGION_ROW + len(movements) * ROW
        if not parts or parts[-1].height + height > MOST_TOGETHER:
            parts.append(Part(top))
        part = parts[-1]
        part.height += height
        part.rows.append(Row("", words.region(region), top))
        top += REGION_ROW
        for movement in movements:
            part.rows.append(Row(movement.key, words.movement(movement.key), top))
            part.boxes += [
                _box((movement.key, side.value), top)
                for side in movement.sides
                if (movement.key, side.value) in wanted
            ]
            top += ROW
    return Rows(parts)


def _box(cell: Cell, top: int) -> Box:
    """Right of the patient stands left of the centre; a midline cell takes the room of both."""
    y = top + (ROW - CELL_HEIGHT) / 2
    match cell[1]:
        case instrument.Side.RIGHT:
            return Box(cell, -CELL_WIDTH - 0.5, y, CELL_WIDTH)
        case instrument.Side.LEFT:
            return Box(cell, 0.5, y, CELL_WIDTH)
        case instrument.Side.MIDLINE:
            return Box(cell, -CELL_WIDTH - 0.5, y, 2 * CELL_WIDTH + 1)
    raise ValueError(f"No place for side {cell[1]!r}")
