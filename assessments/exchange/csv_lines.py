"""Rows as lines of CSV (RFC 4180: commas, quotes where needed, CRLF).

Lines are put together from few pieces: what comes before and after a visit's results is written
once a visit, and a result that was seen before is looked up as the text it was. The note, seldom
the same twice, stands last so that it never spoils the look-up.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .columns import AROUND, RESULT, WHO_AND_WHEN, Kind, Value, cell_columns, columns_of
from .rows import BETWEEN_FIELDS, VisitRow, unpack
from .selection import Layout
from .spreadsheet import harmless

END = "\r\n"
KEPT = 20_000  # results looked up instead of rendered, at most


class _Line:
    """What csv.writer takes for a file: its write gives the line back."""

    def write(self, line: str) -> str:
        return line


_writer: Any = csv.writer(_Line(), lineterminator="")


def csv_cells(texts: Iterable[str]) -> str:
    """Return the texts as cells of CSV, quoted where needed, without an end of line."""
    return str(_writer.writerow(texts))


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


def heading(layout: Layout) -> str:
    return csv_cells(column.name for column in columns_of(layout)) + END


def lines(layout: Layout, visits: Iterable[VisitRow]) -> Iterator[tuple[str, int]]:
    """Yield the lines of each visit, and how many there are."""
    match layout:
        case Layout.LONG:
            yield from _long(visits)
        case Layout.WIDE:
            yield from _wide(visits)


def _long(visits: Iterable[VisitRow]) -> Iterator[tuple[str, int]]:
    scales = _Scales(_LongResult)
    for visit in visits:
        if not visit.packed:
            continue
        results = map(scales[visit.values["profile"]].__getitem__, visit.packed)
        before, after = _around(visit)
        yield before + (after + END + before).join(results) + after + END, len(visit.packed)


def _wide(visits: Iterable[VisitRow]) -> Iterator[tuple[str, int]]:
    scales = _Scales(_WideResult)
    empty = [""] * len(cell_columns())
    for visit in visits:
        results = scales[visit.values["profile"]]
        cells = empty.copy()
        for packed in visit.packed:
            place, text = results[packed]
            cells[place] = text
        before, after = _around(visit)
        yield before + ",".join(cells) + after + END, 1


def _around(visit: VisitRow) -> tuple[str, str]:
    """Return what stands before and after a visit's results, with the comma at the joint."""
    zone = ZoneInfo(visit.values["time_zone"])
    before, after = (
        csv_cells(text_of(column.value(visit, zone), column.kind) for column in columns)
        for columns in (WHO_AND_WHEN, AROUND)
    )
    return before + ",", "," + after


class _Known(dict[str, Any]):
    """Packed results as they are written on one scale, kept while there is room."""

    def __init__(self, profile: str) -> None:
        self.profile = profile

    def __missing__(self, packed: str) -> Any:
        if len(self) >= KEPT:
            self.clear()
        self[packed] = rendered = self.render(packed)
        return rendered

    def render(self, packed: str) -> Any:
        raise NotImplementedError


class _LongResult(_Known):
    def __missing__(self, packed: str) -> str:
        known, note = packed.rsplit(BETWEEN_FIELDS, 1)
        if not note:
            return str(super().__missing__(packed))
        return self[known + BETWEEN_FIELDS] + csv_cells([text_of(unpack(packed).note, Kind.TEXT)])

    def render(self, packed: str) -> str:
        result = unpack(packed)
        return csv_cells(
            text_of(column.read(result, self.profile), column.kind) for column in RESULT
        )


class _WideResult(_Known):
    def __init__(self, profile: str) -> None:
        super().__init__(profile)
        self.columns = {column.cell: (n, column) for n, column in enumerate(cell_columns())}

    def render(self, packed: str) -> tuple[int, str]:
        result = unpack(packed)
        place, column = self.columns[result.movement, result.side]
        return place, csv_cells([text_of(column.read(result, self.profile), column.kind)])


class _Scales(dict[str, _Known]):
    """A table of known results for each scale: one code can be another grade elsewhere."""

    def __init__(self, table: type[_Known]) -> None:
        self.table = table

    def __missing__(self, profile: str) -> _Known:
        self[profile] = found = self.table(profile)
        return found
