"""Lines of CSV (RFC 4180: commas, quotes where needed, CRLF)."""

import codecs
import csv
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from .column import Column, Kind, Value
from .spreadsheet import harmless

END = b"\r\n"


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


def beginning(columns: Iterable[Column], *, bom: bool) -> bytes:
    """Return the line of the columns' names, with the mark by which Excel knows UTF-8 if asked."""
    return (codecs.BOM_UTF8 if bom else b"") + csv_cells(column.name for column in columns) + END


class CsvCells:
    begin, between, end = b"", b",", END

    def cell(self, column: Column, value: Value) -> bytes:
        text = text_of(value, column.kind)
        return csv_cells([text]) if isinstance(value, str) else text.encode()
