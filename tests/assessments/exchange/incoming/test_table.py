"""Files of every kind become rows of cells, or are refused in words; hostile ones too."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from assessments.exchange.incoming import reader
from assessments.exchange.incoming import table as reading
from assessments.exchange.incoming.table import Table, Unreadable

from .sheets import read

HALF_PAST_TWO = datetime(2025, 5, 4, 14, 30)  # noqa: DTZ001 (as a cell of a workbook)


def cells(table: Table) -> list[list[object]]:
    return [row for _number, row in table.rows()]


def workbook(*rows: list[object], title: str = "Sheet") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(content: bytes, part: str, text: bytes) -> bytes:
    """Return the workbook with one of its parts replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, text if name == part else old.read(name), zipfile.ZIP_DEFLATED)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_told(encoding: str, delimiter: str) -> None:
    lines = ["Name,Grade,Note", "Zoë Müller,4-,a", "Ångström,0,b"]
    table = read("\n".join(lines).replace(",", delimiter).encode(encoding))
    assert table.about["encoding"] == encoding.removesuffix("-sig")
    assert table.about["delimiter"] == delimiter
    assert cells(table)[0] == ["Zoë Müller", "4-", "a"]


def test_the_encoding_can_be_said() -> None:
    content = "Name,Grade\nŁukasz,4\n".encode("cp1250")
    assert cells(read(content))[0][0] != "Łukasz"
    assert cells(read(content, encoding="cp1250"))[0][0] == "Łukasz"


def test_headings_below_a_title_are_found_and_named_once() -> None:
    table = read("Strength audit 2024\n\nMRN,Grade,Grade,\n1,2,3,4\n")
    assert table.about["heading_row"] == 3
    assert table.headings == ["MRN", "Grade", "Grade (2)"]
    assert list(table.rows()) == [(4, ["1", "2", "3", "4"])]


def test_a_workbook_keeps_its_kinds_of_cells() -> None:
    table = read(
        workbook(
            ["MRN", "Grade", "Date", "At", "x"],
            ["007", "4-", date(2025, 5, 4), HALF_PAST_TWO, 4.5],
            [12, 0, None, None, "=3+1"],
        ),
        "sheet.xlsx",
    )
    assert cells(table) == [
        ["007", "4-", {"d": "2025-05-04"}, {"d": "2025-05-04T14:30:00"}, 4.5],
        [12, 0, "", "", {"f": ""}],
    ]


def test_another_sheet_can_be_named() -> None:
    book = openpyxl.Workbook()
    book.active.append(["only", "notes"])
    book.create_sheet("Scores 2024").append(["MRN", "Grade"])
    book["Scores 2024"].append([1, 4])
    file = io.BytesIO()
    book.save(file)
    table = read(file.getvalue(), "a.xlsx", sheet="scores 2024")
    assert (table.headings, table.about["sheets"]) == (["MRN", "Grade"], ["Sheet", "Scores 2024"])
    with pytest.raises(Unreadable, match="Scores 2024"):
        read(file.getvalue(), "a.xlsx", sheet="Scores 2023")


GOOD = workbook(["MRN", "Grade"], [1, 4])
SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData>
</worksheet>"""
FAR = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="KZ1048576"><v>1</v></c></row>
</sheetData></worksheet>"""
HOSTILE = {
    "nothing in it": (b"", "a.csv", "is empty"),
    "headings alone": (b"MRN,Grade\n", "a.csv", "no rows below"),
    "NUL signs": (b"MRN,Grade\n1,\x004\n", "a.csv", "NUL"),
    "no text": (bytes(range(128, 256)) * 40, "a.csv", "encoding"),
    "a picture by the name of CSV": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.csv", "NUL"),
    "a workbook by the name of CSV": (GOOD, "a.csv", "workbook"),
    "CSV by the name of a workbook": (b"MRN,Grade\n1,4\n", "a.xlsx", "no Excel workbook"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xlsx", "old Excel"),
    "a PDF": (b"%PDF-1.7", "a.csv", "PDF"),
    "packed": (b"\x1f\x8b\x08", "a.csv", "packed"),
    "another ending": (b"MRN,Grade\n1,4\n", "a.ods", "cannot be read"),
    "a zip of no workbook": (with_part(GOOD, "xl/workbook.xml", b"")[:200], "a.xlsx", "damaged"),
    "10,000 columns": (b",".join(b"c%d" % n for n in range(10_000)) + b"\n", "a.csv", "10000"),
    "a cell of megabytes": (b"MRN,Grade\n1," + b"x" * 3_000_000 + b"\n", "a.csv", "longer than"),
    "billion laughs": (with_part(GOOD, SHEET, LAUGHS), "a.xlsx", "declares entities"),
    "one cell at the far end": (with_part(GOOD, SHEET, FAR), "a.xlsx", "too much"),
    "damaged": (GOOD[: len(GOOD) // 2], "a.xlsx", "no Excel workbook"),
    "a quote that never ends": (b'MRN,Grade\n1,"' + b"x,\n" * 20_000, "a.csv", "longer than"),
    "a NUL in the name": (GOOD, "a\0.xlsx", "name cannot be read"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_words(case: str) -> None:
    content, name, word = HOSTILE[case]
    with pytest.raises(Unreadable, match=word):
        read(content, name)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = with_part(GOOD, SHEET, b" " * (reader.MOST_UNPACKED + 1))
    assert len(bomb) < 1024 * 1024
    with pytest.raises(Unreadable, match="unpacks to more"):
        read(bomb, "a.xlsx")


def test_a_reader_that_takes_too_long_or_dies_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.01)
    with pytest.raises(Unreadable, match="too much"):
        read("MRN,Grade\n1,4\n")
    monkeypatch.undo()
    monkeypatch.setattr(reading, "READER", reading.READER.with_name("no_such_reader.py"))
    with pytest.raises(Unreadable, match="too much"):
        read("MRN,Grade\n1,4\n")


def test_more_rows_than_can_be_read_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than 250000 rows"):
        read(b"a,b\n" + b"1,\n" * (reader.MOST_ROWS + 1))


def test_what_the_reader_writes_is_bounded_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reader, "MOST_WRITTEN", 1000)
    rows = iter([(1, ["MRN", "Note"]), *((n, ["1", "x" * 90]) for n in range(2, 30))])
    with pytest.raises(SystemExit):
        reader.write({}, rows)
    assert "too_many_cells" in capsys.readouterr().err


def test_a_file_larger_than_the_largest_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_FILE", 10)
    with pytest.raises(Unreadable, match="100 MB"):
        read("MRN,Grade\n1,4\n")


def test_a_scanner_of_the_operator_refuses_a_file_before_it_is_read(
    settings: Any, tmp_path: Path
) -> None:
    settings.UPLOAD_SCANNER = "grep --quiet --invert-match EICAR"
    assert read("MRN,Grade\nH-1,4\n").headings == ["MRN", "Grade"]
    with pytest.raises(Unreadable, match="scanner of this server refuses"):
        read("EICAR")
    settings.UPLOAD_SCANNER = f"{tmp_path}/none-there"
    with pytest.raises(Unreadable, match="could not be scanned"):
        read("MRN,Grade\nH-1,4\n")
