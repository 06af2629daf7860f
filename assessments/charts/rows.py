"""Rows of the heat map: movements by region, proximal to distal, and each cell's box."""

from collections.abc import Iterable
from dataclasses import dataclass

from .. import instrument
from ..history import Cell
from .shapes import CELL_HEIGHT, CELL_WIDTH
from .words import Words

ROW = 30
REGION_ROW = 30
# The least room of a column, and the height of its date, tester and sides above the rows.
GAP = 2 * CELL_WIDTH + 5
HEADER = 62


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


@dataclass(frozen=True, slots=True)
class Rows:
    rows: list[Row]
    boxes: list[Box]
    height: int


def rows_of(cells: Iterable[Cell], words: Words) -> Rows:
    """Return the rows that these cells need, in catalogue order, right before left.

    Raises UnknownMovement.
    """
    wanted = {(movement, str(side)) for movement, side in cells}
    keys = {movement for movement, _side in wanted}
    for key in keys:
        instrument.movement(key)
    rows: list[Row] = []
    boxes: list[Box] = []
    top = 0
    for region, movements in instrument.by_region(k for k in instrument.MOVEMENTS if k in keys):
        rows.append(Row("", words.region(region), top))
        top += REGION_ROW
        for movement in movements:
            rows.append(Row(movement.key, words.movement(movement.key), top))
            boxes += [
                _box((movement.key, side.value), top)
                for side in movement.sides
                if (movement.key, side.value) in wanted
            ]
            top += ROW
    return Rows(rows, boxes, top)


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
