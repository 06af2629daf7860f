"""Rows as lines of CSV (RFC 4180: commas, quotes where needed, CRLF).

Lines are put together from few pieces: what comes before and after a visit's results is written
once a visit, and a result that was seen before is looked up as the text it was. The note, seldom
the same twice, stands last so that it never spoils the look-up.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .columns import (
    AROUND,
    RESULT,
    WHO_AND_WHEN,
    Kind,
    Value,
    VisitColumn,
    cell_columns,
    columns_of,
)
from .rows import BETWEEN_FIELDS, BLANK, ResultRow, VisitRow, cells_of, text_in, unpack
from .selection import Layout, Shape
from .spreadsheet import harmless

END = b"\r\n"
KEPT = 20_000  # results looked up instead of rendered, at most


class _Line:
    """What csv.writer takes for a file: its write gives the line back."""

    def write(self, line: str) -> str:
        return line


_writer: Any = csv.writer(_Line(), lineterminator="")


def csv_cells(texts: Iterable[str]) -> bytes:
    """Return the texts as cells of CSV in UTF-8, quoted where needed, without an end of line."""
    line: str = _writer.writerow(texts)
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


def _long(visits: Iterable[VisitRow], *, blanks: bool) -> Iterator[tuple[bytes, int]]:
    scales, around = _Scales(_LongResults), _Around()
    form_of = _Forms(blanks=blanks)
    for visit in visits:
        row = form_of[visit.values["form"]].copy()
        for place, cells in map(scales[visit.values["profile"]].__getitem__, visit.packed):
            row[place] = cells
        results = [cells for cells in row if cells]
        if results:
            before, after = around.of(visit)
            yield before + (after + END + before).join(results) + after + END, len(results)


def _wide(visits: Iterable[VisitRow]) -> Iterator[tuple[bytes, int]]:
    scales, around = _Scales(_WideResults), _Around()
    empty = [b""] * len(cell_columns())
    for visit in visits:
        row = empty.copy()
        for place, cell in map(scales[visit.values["profile"]].__getitem__, visit.packed):
            row[place] = cell
        before, after = around.of(visit)
        yield before + b",".join(row) + after + END, 1


class _Known(dict[str, Any]):
    """What was rendered before, kept while there is room."""

    def __missing__(self, found: Any) -> Any:
        if len(self) >= KEPT:
            self.clear()
        self[found] = rendered = self.render(found)
        return rendered

    def render(self, found: Any) -> Any:
        raise NotImplementedError


class _Values(_Known):
    """The values of one visit column as cells."""

    def __init__(self, column: VisitColumn) -> None:
        self.column = column

    def render(self, found: Any) -> bytes:
        return csv_cells([text_of(self.column.value(found), self.column.kind)])


class _Moments:
    """The same for a column of moments, which are never the same twice."""

    def __init__(self, column: VisitColumn) -> None:
        self.column = column

    def at(self, found: datetime | None, zone: ZoneInfo) -> bytes:
        return text_of(self.column.value(found, zone), self.column.kind).encode()


class _Around:
    """What stands before and after the results of a visit, with the comma at the joint."""

    def __init__(self) -> None:
        self.before, self.after = self._tables(WHO_AND_WHEN), self._tables(AROUND)

    def of(self, visit: VisitRow) -> tuple[bytes, bytes]:
        values, zone = visit.values, ZoneInfo(visit.values["time_zone"])
        before, after = (
            b",".join(
                [
                    seen[values[path]] if isinstance(seen, _Values) else seen.at(values[path], zone)
                    for path, seen in tables
                ]
            )
            for tables in (self.before, self.after)
        )
        return before + b",", b"," + after

    @staticmethod
    def _tables(columns: Iterable[VisitColumn]) -> list[tuple[str, _Values | _Moments]]:
        return [
            (column.path, _Moments(column) if column.is_of_a_moment else _Values(column))
            for column in columns
        ]


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


class _Forms(dict[str, list[bytes]]):
    """Rows to begin with, by the form of a visit: nothing, or a blank result for each cell."""

    def __init__(self, *, blanks: bool) -> None:
        self.blanks = blanks
        self.cells = [column.cell for column in cell_columns()]

    def __missing__(self, form: str) -> list[bytes]:
        listed = set(cells_of(form)) if self.blanks else set()
        self[form] = row = [
            long_cells(ResultRow(*cell, BLANK), "") if cell in listed else b""
            for cell in self.cells
        ]
        return row


class _Scales(dict[str, _Results]):
    """Results as each scale writes them: one code can be another grade elsewhere."""

    def __init__(self, results: Callable[[str], _Results]) -> None:
        self.results = results

    def __missing__(self, profile: str) -> _Results:
        self[profile] = found = self.results(profile)
        return found
