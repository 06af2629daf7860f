"""For REDCap: a file of data and the data dictionary that makes the project for it.

Each visit is a record of a project with one form, so that nothing has to be switched on by hand
(repeating instruments cannot be told of by a dictionary). Grades are text fields: REDCap's coded
choices cannot hold "4-", and its numbers would make a grade something to average.
"""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from .column import CellColumn, Column, Kind, Value
from .csv_lines import END, csv_cells, text_of
from .selection import Layout, Shape
from .source import Source
from .zip_stream import ZipStream

FORM = "strength_assessment"
RECORD = "assessment"  # the column that names a record; REDCap wants it first
HEADINGS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
WHO = {
    "record_number", "family_name", "given_names", "birth_date", "assessment", "clinic",
    "tester", "signed_by", "visit_note", "pain_where", "stopped_early", "void_reason",
}  # fmt: skip
LONG_TEXTS = {"visit_note"}


class RedcapCells:
    """CSV with yes and no as REDCap codes them."""

    begin, between, end = b"", b",", END

    def cell(self, column: Column, value: Value) -> bytes:
        if isinstance(value, bool):
            return b"1" if value else b"0"
        return csv_cells([text_of(value, column.kind)])


def blocks(source: Source, shape: Shape) -> Iterator[tuple[bytes, int]]:
    """Yield a zip of both files piece by piece, each with the number of rows in it."""
    out, wide = ZipStream(), Shape(Layout.WIDE)
    record_first = _record_first(source)
    columns = record_first.table.columns(Layout.WIDE)
    out.add("redcap-dictionary.csv", dictionary(columns))
    heading = csv_cells(column.name for column in columns) + END
    data = record_first.lines(wide, RedcapCells())
    yield from out.pour("redcap-data.csv", _after(heading, data), large=True)
    yield out.end(), 0


def dictionary(columns: tuple[Column, ...]) -> bytes:
    """Return the data dictionary that REDCap takes in under Project Setup."""
    file = io.StringIO(newline="")
    rows = csv.writer(file)
    rows.writerow(HEADINGS)
    for column in columns:
        kind, choices, validation = _field(column)
        row = dict.fromkeys(HEADINGS, "")
        row |= {
            "Variable / Field Name": column.name,
            "Form Name": FORM,
            "Field Type": kind,
            "Field Label": str(column.meaning),
            "Choices, Calculations, OR Slider Labels": choices,
            "Field Note": _note(column),
            "Text Validation Type OR Show Slider Number": validation,
            "Identifier?": "y" if column.name in WHO else "",
        }
        rows.writerow(row.values())
    return file.getvalue().encode()


def _field(column: Column) -> tuple[str, str, str]:
    """Return REDCap's type of field, its choices and its validation."""
    match column.kind:
        case Kind.WORD:
            if words := column.words():
                choices = " | ".join(
                    f"{word}, {str(meaning).replace('|', '/')}" for word, meaning in words.items()
                )
                return "dropdown", choices, ""
            return "text", "", ""
        case Kind.YES_NO:
            return "yesno", "", ""
        case Kind.DATE:
            return "text", "", "date_ymd"
        case Kind.NUMBER:
            return "text", "", "number"
        case Kind.TEXT if column.name in LONG_TEXTS:
            return "notes", "", ""
        case Kind.TEXT | Kind.WORDS | Kind.ID | Kind.GRADE | Kind.MOMENT:
            return "text", "", ""
        case _:
            raise ValueError(column.kind)


def _note(column: Column) -> str:
    if isinstance(column, CellColumn):
        return _("A grade's code, NT or ND with the reason, or empty: left blank.")
    if column.kind is Kind.MOMENT:
        return _("ISO 8601, with the offset from UTC.")
    return ""


def _record_first(source: Source) -> Source:
    who = sorted(source.table.who, key=lambda column: column.name != RECORD)
    return source.with_who(tuple(who))


def _after(heading: bytes, lines: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, int]]:
    yield heading, 0
    yield from lines
