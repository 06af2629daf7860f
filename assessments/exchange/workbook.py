"""A workbook (XLSX): dates that are dates, grades that are texts, and nothing that runs.

xlsxwriter makes the frame: styles, headings, the sheet that explains the columns. The rows are
poured into its sheets as XML by the same quick way as lines of CSV, so that a million of them
need no more memory than one. Texts are inline strings, which no program takes for formulas.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape
from zipfile import ZipFile

from django.utils.translation import gettext as _

from .column import Column, Kind, Value
from .dictionary import sheet_rows, treatment_rows
from .selection import Shape
from .source import Source
from .spreadsheet import runs
from .zip_stream import LARGEST_MEMBER, ZipStream

if TYPE_CHECKING:
    from xlsxwriter import Workbook

MOST_ROWS = 1_048_576  # of a sheet, its heading included
MOST_BYTES = LARGEST_MEMBER - 64 * 1024 * 1024
BLOCK = 256 * 1024  # bytes
MADE = datetime(2000, 1, 1)  # noqa: DTZ001  (the same each time, or the bytes would differ)
# Before this day spreadsheets disagree: Excel believes in a 29 February 1900.
FIRST_DAY, DAY_ZERO = date(1900, 3, 1), date(1899, 12, 30)
SECONDS_A_DAY = 86_400
WIDTHS = {Kind.ID: 20, Kind.MOMENT: 20, Kind.DATE: 12, Kind.TEXT: 18, Kind.NUMBER: 10}
USUAL_WIDTH = 14
PLACES_SHEET = "xl/worksheets/sheet{}.xml"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\r]|_x[0-9A-Fa-f]{4}_")
_PATTERN = re.compile(rb'<row r="2".*?</row>')
_STYLE = re.compile(rb'<c r="[A-Z]+2" s="(\d+)"/>')
_DIMENSION = re.compile(rb"<dimension [^>]*/>")
_DATA_END = b"</sheetData>"


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before and after the rows of a data sheet, and the numbers of the styles."""

    head: bytes
    tail: bytes
    day: int
    moment: int
    text: int
    quoted: int


class SheetCells:
    begin, between, end = b"<row>", b"", b"</row>"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def cell(self, column: Column, value: Value) -> bytes:
        frame = self.frame
        match value:
            case None | "":
                return b"<c/>"
            case bool():
                return _text("yes" if value else "no", 0)
            case str():
                style = frame.text if column.kind is Kind.GRADE else 0
                return _text(value, frame.quoted if not style and runs(value) else style)
            case datetime():
                # The wall clock of the clinic: a spreadsheet knows no time zones.
                day = _serial(value.date()) + _seconds(value) / SECONDS_A_DAY
                return f'<c s="{frame.moment}"><v>{day}</v></c>'.encode()
            case date():
                if value < FIRST_DAY:
                    return _text(value.isoformat(), frame.text)
                return f'<c s="{frame.day}"><v>{_serial(value)}</v></c>'.encode()
            case int() | Decimal():
                return f"<c><v>{value}</v></c>".encode()
            case _:
                raise TypeError(value)


def blocks(source: Source, shape: Shape) -> Iterator[tuple[bytes, int]]:
    """Yield the workbook piece by piece, each with the number of rows in it."""
    columns = source.table.columns(shape.layout)
    out, frame = ZipStream(), _frame(columns)
    lines = _blocks_of_rows(source.lines(shape, SheetCells(frame)))
    sheets, more = 0, next(lines, None)
    while more or not sheets:
        sheets += 1
        with out.member(PLACES_SHEET.format(sheets)) as file:
            # Only the first sheet is the one shown on opening.
            file.write(frame.head if sheets == 1 else frame.head.replace(b' tabSelected="1"', b""))
            size, rows = len(frame.head), 1
            while more and rows + more[1] <= MOST_ROWS and size + len(more[0]) <= MOST_BYTES:
                piece, count = more
                file.write(piece)
                size, rows = size + len(piece), rows + count
                yield out.take(), count
                more = next(lines, None)
            file.write(frame.tail)
    about = source.selection.told() | shape.described()
    for name, part in _parts(columns, sheets, about).items():
        if name not in {PLACES_SHEET.format(number + 1) for number in range(sheets)}:
            out.add(name, part)
    yield out.end(), 0


def _blocks_of_rows(lines: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, int]]:
    """Put visits together: the pieces must be small beside a sheet and large beside a call."""
    waiting: list[bytes] = []
    size = rows = 0
    for line, count in lines:
        waiting.append(line)
        size, rows = size + len(line), rows + count
        if size >= BLOCK:
            yield b"".join(waiting), rows
            waiting, size, rows = [], 0, 0
    if waiting:
        yield b"".join(waiting), rows


def _frame(columns: tuple[Column, ...]) -> Frame:
    sheet = _DIMENSION.sub(b"", _parts(columns, 1, {})[PLACES_SHEET.format(1)])
    pattern = _PATTERN.search(sheet)
    if pattern is None:
        raise RuntimeError("xlsxwriter writes its sheets in another way than it did.")
    day, moment, text, quoted = (int(number) for number in _STYLE.findall(pattern.group()))
    return Frame(
        head=sheet[: pattern.start()],
        tail=sheet[sheet.index(_DATA_END) :],
        day=day,
        moment=moment,
        text=text,
        quoted=quoted,
    )


def _parts(columns: tuple[Column, ...], sheets: int, about: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the parts of a workbook with so many data sheets, whose rows are still to come."""
    from xlsxwriter import Workbook  # five megabytes, which a process without an export saves

    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": _("Strength records"), "created": MADE})
    heading = book.add_format({"bold": True, "bg_color": "#E4EEF0", "bottom": 1})
    patterns = [
        book.add_format({"num_format": "yyyy-mm-dd"}),
        book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        book.add_format({"num_format": "@"}),
        book.add_format({"quote_prefix": True}),
    ]
    for number in range(sheets):
        sheet = book.add_worksheet(_("Records") if not number else f"{_('Records')} {number + 1}")
        for place, column in enumerate(columns):
            sheet.set_column(place, place, WIDTHS.get(column.kind, USUAL_WIDTH))
            sheet.write_string(0, place, column.name, heading)
        for place, pattern in enumerate(patterns):
            sheet.write_blank(1, place, None, pattern)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})
    _explain(book, columns, about, heading)
    book.close()
    with ZipFile(file) as made:
        return {name: made.read(name) for name in made.namelist()}


def _explain(
    book: "Workbook", columns: tuple[Column, ...], about: Mapping[str, Any], heading: Any
) -> None:
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def add(name: str, rows: Iterable[Iterable[str]], widths: Iterable[int]) -> None:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        for row, cells in enumerate(rows):
            for place, text in enumerate(cells):
                sheet.write_string(row, place, text, wrapped if row else heading)

    add(_("Columns"), sheet_rows(columns), (26, 26, 60, 80))
    if about.get("people") == "deidentified":
        add(_("What was taken out"), treatment_rows(), (26, 20, 60))
    told = [(name, "" if value is None else str(value)) for name, value in about.items()]
    add(_("About"), [(_("filter"), _("value")), *told], (26, 60))


def _text(text: str, style: int) -> bytes:
    styled = f' s="{style}"' if style else ""
    kept = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    inner = escape(_FORBIDDEN.sub(_coded, text))
    return f'<c{styled} t="inlineStr"><is><t{kept}>{inner}</t></is></c>'.encode()


def _coded(found: re.Match[str]) -> str:
    """Return what XML cannot hold as the standard writes it; what only looks so is told apart."""
    text = found.group()
    return f"_x005F{text}" if len(text) > 1 else f"_x{ord(text):04X}_"


def _serial(day: date) -> int:
    return (day - DAY_ZERO).days


def _seconds(moment: datetime) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
