"""Rows as lines of a file, whatever kind of file it is.

Lines are put together from few pieces: what comes before and after a visit's results is written
once a visit, and a result that was seen before is looked up as the bytes it was. The note, seldom
the same twice, stands last so that it never spoils the look-up.
"""

from collections.abc import Callable, Iterable, Iterator
from operator import getitem, itemgetter
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from ..packed import BETWEEN_FIELDS, ResultRow, text_in, unpack
from .column import Column, Value, VisitColumn
from .columns import Table, cell_columns
from .rows import BLANK, MeasuredVisit, VisitRow, cells_of

Key = TypeVar("Key")
Made = TypeVar("Made")
NOTE = "result_note"
KEPT_RESULTS = 20_000  # a few hundred bytes each
KEPT_VALUES = 1_000  # of each column; notes are up to 4,000 characters


class CellWriter(Protocol):
    """How a kind of file writes a cell, and what stands around cells and rows."""

    begin: bytes
    between: bytes
    end: bytes

    def cell(self, column: Column, value: Value) -> bytes: ...


class Lines:
    """The lines of one file: the columns of `table`, in the way of `writer`."""

    def __init__(self, table: Table, writer: CellWriter) -> None:
        self.table, self.writer = table, writer
        self.places = {cell.cell: place for place, cell in enumerate(cell_columns())}

    def long(self, visits: Iterable[VisitRow], *, blanks: bool) -> Iterator[tuple[bytes, int]]:
        """Yield the lines of each visit, and how many there are.

        Within a visit results stand in the order of the instrument, right before left.
        """
        scales = OncePer[str, _LongResults](lambda profile: _LongResults(self, profile))
        zones, forms = OncePer(self._around), _Forms(self, blanks=blanks)
        begin, end = self.writer.begin, self.writer.end
        for visit in visits:
            values = visit.values
            row = forms[values["form"]].copy()
            for place, cells in map(scales[values["profile"]].__getitem__, visit.packed):
                row[place] = cells
            results = [cells for cells in row if cells]
            if results:
                before, after = zones[values["time_zone"]].of(visit)
                joint = after + end + begin + before
                yield begin + before + joint.join(results) + after + end, len(results)

    def wide(self, visits: Iterable[VisitRow]) -> Iterator[tuple[bytes, int]]:
        """Yield the line of each visit."""
        scales = OncePer[str, _WideResults](lambda profile: _WideResults(self, profile))
        zones = OncePer(self._around)
        writer = self.writer
        empty = [writer.cell(column, None) for column in self.table.cells]
        for visit in visits:
            values = visit.values
            row = empty.copy()
            for place, cell in map(scales[values["profile"]].__getitem__, visit.packed):
                row[place] = cell
            before, after = zones[values["time_zone"]].of(visit)
            cells = writer.between.join(row)
            yield writer.begin + before + cells + after + writer.end, 1

    def measured(self, visits: Iterable[MeasuredVisit]) -> Iterator[tuple[bytes, int]]:
        """Yield the lines of each visit's measurements, in the order of the instrument, and how
        many there are.
        """
        zones, writer = OncePer(self._around), self.writer
        for visit in visits:
            before, after = zones[visit.values["time_zone"]].of(visit)
            rows = [
                writer.between.join(
                    writer.cell(column, column.read(each)) for column in self.table.measured
                )
                for each in sorted(
                    visit.measurements,
                    key=lambda each: (self.places[each.movement, each.side], each.kind),
                )
            ]
            yield (
                b"".join(writer.begin + before + row + after + writer.end for row in rows),
                len(rows),
            )

    def result(self, result: ResultRow, profile: str) -> bytes:
        """Return the cells of one result of the long layout."""
        return self.writer.between.join(
            self.writer.cell(column, column.read(result, profile)) for column in self.table.results
        )

    def _around(self, time_zone: str) -> "_Around":
        return _Around(self, time_zone)


class OncePer(dict[Key, Made]):
    """One of something for each scale, time zone or person, made when first asked for."""

    def __init__(self, make: Callable[[Key], Made]) -> None:
        self.make = make

    def __missing__(self, key: Key) -> Made:
        self[key] = made = self.make(key)
        return made


class Known(dict[str, Any]):
    """What was rendered before, kept while there is room."""

    room = KEPT_RESULTS

    def __missing__(self, found: Any) -> Any:
        if len(self) >= self.room:
            self.clear()
        self[found] = rendered = self.render(found)
        return rendered

    def render(self, found: Any) -> Any:
        raise NotImplementedError


class _Values(Known):
    """The values of one visit column as cells, in one time zone."""

    room = KEPT_VALUES

    def __init__(self, column: VisitColumn, zone: ZoneInfo, writer: CellWriter) -> None:
        self.column, self.zone, self.writer = column, zone, writer

    def render(self, found: Any) -> bytes:
        return self.writer.cell(self.column, self.column.value(found, self.zone))


class _Around:
    """What stands before and after the results of a visit, with what parts cells at the joint."""

    def __init__(self, lines: Lines, time_zone: str) -> None:
        zone, self.between = ZoneInfo(time_zone), lines.writer.between
        self.before, self.after = (
            (
                itemgetter(*[column.path for column in columns]),
                [_Values(column, zone, lines.writer) for column in columns],
            )
            for columns in (lines.table.who, lines.table.around)
        )

    def of(self, visit: VisitRow | MeasuredVisit) -> tuple[bytes, bytes]:
        between = self.between
        before, after = (
            between.join(map(getitem, known, found_in(visit.values)))
            for found_in, known in (self.before, self.after)
        )
        return before + between, between + after


class _LongResults(Known):
    """Packed results as one scale writes them, each with its place in the instrument."""

    def __init__(self, lines: Lines, profile: str) -> None:
        self.lines, self.profile = lines, profile
        last = lines.table.results[-1]
        self.note = last if last.name == NOTE else None
        self.no_note = lines.writer.cell(last, None)

    def __missing__(self, packed: str) -> tuple[int, bytes]:
        known, _separator, note = packed.rpartition(BETWEEN_FIELDS)
        if not note or self.note is None:
            return super().__missing__(packed)
        place, cells = self[known + BETWEEN_FIELDS]
        return place, cells.removesuffix(self.no_note) + self.lines.writer.cell(
            self.note, text_in(note)
        )

    def render(self, packed: str) -> tuple[int, bytes]:
        result = unpack(packed)
        place = self.lines.places[result.movement, result.side]
        return place, self.lines.result(result, self.profile)


class _WideResults(Known):
    def __init__(self, lines: Lines, profile: str) -> None:
        self.writer, self.profile = lines.writer, profile
        self.columns = {column.cell: (n, column) for n, column in enumerate(lines.table.cells)}

    def render(self, packed: str) -> tuple[int, bytes]:
        result = unpack(packed)
        place, column = self.columns[result.movement, result.side]
        return place, self.writer.cell(column, column.read(result, self.profile))


class _Forms(Known):
    """Rows to begin with, by the form of a visit: nothing, or a blank result for each cell."""

    room = KEPT_VALUES

    def __init__(self, lines: Lines, *, blanks: bool) -> None:
        self.lines, self.blanks = lines, blanks
        self.wanted = {column.cell for column in lines.table.cells}

    def render(self, found: str) -> list[bytes]:
        listed = self.wanted.intersection(cells_of(found)) if self.blanks else set()
        return [
            self.lines.result(ResultRow(*cell, BLANK), "") if cell in listed else b""
            for cell in self.lines.places
        ]
