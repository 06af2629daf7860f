"""Rows as lines of CSV (RFC 4180: commas, quotes where needed, CRLF).

Lines are put together from few pieces: what comes before and after a visit's results is written
once a visit, and a result that was seen before is looked up as the text it was. The note, seldom
the same twice, stands last so that it never spoils the look-up.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from operator import getitem, itemgetter
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from .column import Kind, Value, VisitColumn
from .columns import AROUND, RESULT, WHO_AND_WHEN, cell_columns, columns_of
from .measured import MEASURED
from .rows import (
    BETWEEN_FIELDS,
    BLANK,
    MeasuredVisit,
    ResultRow,
    VisitRow,
    cells_of,
    text_in,
    unpack,
)
from .selection import Layout, Shape
from .spreadsheet import harmless

Made = TypeVar("Made")
END = b"\r\n"
KEPT_RESULTS = 20_000  # a few hundred bytes each
KEPT_VALUES = 1_000  # of each column; notes are up to 4,000 characters


class _Line:
    """What csv.writer takes for a file: its write gives the line back."""

    def write(self, line: str) -> str:
        return line


# The writer quotes what holds a sign of its line end, so the end must be the real one.
_writer: Any = csv.writer(_Line(), lineterminator=END.decode())


def csv_cells(texts: Iterable[str]) -> bytes:
    """Return the texts as cells of CSV in UTF-8, quoted where needed, without an end of line."""
    line: str = _writer.writerow(texts).removesuffix(END.decode())
    # A single empty cell would come quoted, so that the line is not an empty one.
    return b"" if line == '""' else line.encode()


def text_of(value: Value, kind: Kind) -> str:
    """Return a value as a cell of CSV shows it; nothing that was typed can run as a formula."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if kind is Kind.GRADE else harmless(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def heading(layout: Layout) -> bytes:
    return csv_cells(column.name for column in columns_of(layout)) + END


def lines(shape: Shape, visits: Iterable[VisitRow]) -> Iterator[tuple[bytes, int]]:
    """Yield the lines of each visit, and how many there are.

    Within a visit results stand in the order of the instrument, right before left.
    """
    match shape.layout:
        case Layout.LONG:
            yield from _long(visits, blanks=shape.blanks)
        case Layout.WIDE:
            yield from _wide(visits)
        case Layout.MEASUREMENTS:
            raise ValueError("Measurements have lines of their own: `measured_lines`.")


def measured_lines(visits: Iterable[MeasuredVisit]) -> Iterator[tuple[bytes, int]]:
    """Yield the lines of each visit's measurements, in the order of the instrument, and how many
    there are.
    """
    zones = _Made(_Around)
    places = {column.cell: place for place, column in enumerate(cell_columns())}
    for visit in visits:
        before, after = zones[visit.values["time_zone"]].of(visit)
        measured = sorted(
            visit.measurements, key=lambda each: (places[each.movement, each.side], each.kind)
        )
        cells = [
            csv_cells(text_of(column.read(each), column.kind) for column in MEASURED)
            for each in measured
        ]
        yield b"".join(before + row + after + END for row in cells), len(cells)


def _long(visits: Iterable[VisitRow], *, blanks: bool) -> Iterator[tuple[bytes, int]]:
    scales, zones, forms = _Made(_LongResults), _Made(_Around), _Forms(blanks=blanks)
    for visit in visits:
        values = visit.values
        row = forms[values["form"]].copy()
        for place, cells in map(scales[values["profile"]].__getitem__, visit.packed):
            row[place] = cells
        results = [cells for cells in row if cells]
        if results:
            before, after = zones[values["time_zone"]].of(visit)
            yield before + (after + END + before).join(results) + after + END, len(results)


def _wide(visits: Iterable[VisitRow]) -> Iterator[tuple[bytes, int]]:
    scales, zones = _Made(_WideResults), _Made(_Around)
    empty = [b""] * len(cell_columns())
    for visit in visits:
        values = visit.values
        row = empty.copy()
        for place, cell in map(scales[values["profile"]].__getitem__, visit.packed):
            row[place] = cell
        before, after = zones[values["time_zone"]].of(visit)
        yield before + b",".join(row) + after + END, 1


class _Made(dict[str, Made]):
    """One of something for each scale, or each time zone, made when first asked for."""

    def __init__(self, make: Callable[[str], Made]) -> None:
        self.make = make

    def __missing__(self, key: str) -> Made:
        self[key] = made = self.make(key)
        return made


class _Known(dict[str, Any]):
    """What was rendered before, kept while there is room."""

    room = KEPT_RESULTS

    def __missing__(self, found: Any) -> Any:
        if len(self) >= self.room:
            self.clear()
        self[found] = rendered = self.render(found)
        return rendered

    def render(self, found: Any) -> Any:
        raise NotImplementedError


class _Values(_Known):
    """The values of one visit column as cells, in one time zone."""

    room = KEPT_VALUES

    def __init__(self, column: VisitColumn, zone: ZoneInfo) -> None:
        self.column, self.zone = column, zone

    def render(self, found: Any) -> bytes:
        value = self.column.value(found, self.zone)
        text = text_of(value, self.column.kind)
        return csv_cells([text]) if isinstance(value, str) else text.encode()


class _Around:
    """What stands before and after the results of a visit, with the comma at the joint."""

    def __init__(self, time_zone: str) -> None:
        zone = ZoneInfo(time_zone)
        self.before, self.after = (
            (
                itemgetter(*[column.path for column in columns]),
                [_Values(column, zone) for column in columns],
            )
            for columns in (WHO_AND_WHEN, AROUND)
        )

    def of(self, visit: VisitRow | MeasuredVisit) -> tuple[bytes, bytes]:
        before, after = (
            b",".join(map(getitem, known, found_in(visit.values)))
            for found_in, known in (self.before, self.after)
        )
        return before + b",", b"," + after


class _Results(_Known):
    """Packed results as one scale writes them, each with its place in the instrument."""

    def __init__(self, profile: str) -> None:
        self.profile = profile
        self.columns = {column.cell: (n, column) for n, column in enumerate(cell_columns())}


class _LongResults(_Results):
    def __missing__(self, packed: str) -> tuple[int, bytes]:
        known, _separator, note = packed.rpartition(BETWEEN_FIELDS)
        if not note:
            return super().__missing__(packed)
        place, cells = self[known + BETWEEN_FIELDS]
        return place, cells + csv_cells([text_of(text_in(note), Kind.TEXT)])

    def render(self, packed: str) -> tuple[int, bytes]:
        result = unpack(packed)
        place, _column = self.columns[result.movement, result.side]
        return place, long_cells(result, self.profile)


class _WideResults(_Results):
    def render(self, packed: str) -> tuple[int, bytes]:
        result = unpack(packed)
        place, column = self.columns[result.movement, result.side]
        return place, csv_cells([text_of(column.read(result, self.profile), column.kind)])


def long_cells(result: ResultRow, profile: str) -> bytes:
    return csv_cells(text_of(column.read(result, profile), column.kind) for column in RESULT)


class _Forms(_Known):
    """Rows to begin with, by the form of a visit: nothing, or a blank result for each cell."""

    room = KEPT_VALUES

    def __init__(self, *, blanks: bool) -> None:
        self.blanks = blanks
        self.cells = [column.cell for column in cell_columns()]

    def render(self, found: str) -> list[bytes]:
        listed = set(cells_of(found)) if self.blanks else set()
        return [
            long_cells(ResultRow(*cell, BLANK), "") if cell in listed else b""
            for cell in self.cells
        ]
