"""Every kind of file: opened by the programs that people use, the same bytes each time."""

import io
import json
import shutil
import subprocess
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from assessments.exchange import workbook
from assessments.exchange.columns import columns_of
from assessments.exchange.formats import FORMATS, PARTS
from assessments.exchange.redcap import HEADINGS
from assessments.exchange.selection import Layout, Shape
from assessments.history import Result
from assessments.models import Assessment, Score
from assessments.signing import verify_daily
from mmt import triggers
from mmt.accounts.models import Clinic, User
from patients.models import Patient
from tests import parts
from tests.people import grade, make_patient, make_signed

from .files import as_bytes, read

KNEE, HIP = ("knee_extension", "right"), ("hip_flexion", "right")
ALL = tuple(PARTS)
SHAPES = {
    **{key: Shape(kind_layout[1], format=kind_layout[0].key) for key, kind_layout in PARTS.items()},
    "zip": Shape(format="zip", parts=ALL),
}
FORMULA = '=HYPERLINK("http://x",1)'
needs_office = pytest.mark.skipif(
    not parts.part("office").here and "office" not in parts.required(),
    reason=f"No LibreOffice. Try: {parts.part('office').how}",
)


@pytest.fixture
def visits(harbour: Clinic, physio: User) -> Patient:
    """Two visits with all that goes wrong in spreadsheets."""
    patient = make_patient(
        harbour,
        physio,
        family_name="Ångström-Çelik",
        given_names="Żoë",
        record_number="007",
        birth_date=date(1899, 5, 6),
    )
    results = {
        KNEE: grade(8, note=FORMULA),
        HIP: grade(0, note="_x0041_ \x07 bell"),
        ("knee_extension", "left"): Result("not_testable", reason="pain"),
    }
    for day in (1, 2):
        make_signed(
            patient,
            physio,
            results,
            profile="mrc_plus_minus_4",
            tested_at=datetime(2025, 7, day, 3, 4, 5, tzinfo=UTC),
            note="line one\nline two ",
        )
    return patient


def book_of(clinic: Clinic, layout: Layout = Layout.LONG) -> io.BytesIO:
    return io.BytesIO(as_bytes(clinic, Shape(layout, format="xlsx")))


@pytest.mark.parametrize("key", SHAPES)
@pytest.mark.usefixtures("visits")
def test_the_same_records_give_the_same_bytes(key: str, harbour: Clinic) -> None:
    assert as_bytes(harbour, SHAPES[key]) == as_bytes(harbour, SHAPES[key])


@pytest.mark.usefixtures("visits")
def test_pandas_reads_dates_as_dates_and_grades_as_texts(harbour: Clinic) -> None:
    as_written = {"record_number": str}  # pandas makes numbers of texts that look like them
    table = pd.read_excel(
        book_of(harbour), engine="openpyxl", keep_default_na=False, dtype=as_written
    )
    assert list(table.columns) == [column.name for column in columns_of(Layout.LONG)]
    first = table.iloc[0]
    assert table["tested_on"].dtype.kind == "M"
    assert str(first["tested_at"]) == "2025-07-01 13:04:05"
    assert list(table["grade"][:3]) == ["0", "4-", ""]
    assert (first["family_name"], first["record_number"]) == ("Ångström-Çelik", "007")


@pytest.mark.usefixtures("visits")
def test_openpyxl_finds_texts_where_texts_are_and_no_formula(harbour: Clinic) -> None:
    sheet = openpyxl.load_workbook(book_of(harbour)).worksheets[0]
    names = [cell.value for cell in sheet[1]]
    hip, knee = (dict(zip(names, sheet[row], strict=True)) for row in (2, 3))
    assert sheet.freeze_panes == "A2"
    assert (knee["grade"].value, knee["grade"].data_type) == ("4-", "s")
    assert (hip["grade"].value, hip["grade"].data_type) == ("0", "s")
    assert (knee["result_note"].value, knee["result_note"].data_type) == (FORMULA, "s")
    assert knee["result_note"].quotePrefix
    assert knee["tested_on"].is_date
    assert knee["cells"].data_type == "n"
    assert knee["visit_note"].value == "line one\nline two "
    # Before March 1900 spreadsheets disagree about days.
    assert knee["birth_date"].value == "1899-05-06"


@pytest.mark.usefixtures("visits")
def test_what_xml_cannot_hold_is_told_apart_from_what_looks_so(harbour: Clinic) -> None:
    table = pd.read_excel(book_of(harbour), engine="calamine")
    assert table["result_note"][0] == "_x0041_ \x07 bell"


@pytest.mark.usefixtures("visits")
def test_calamine_reads_the_same_rows(harbour: Clinic) -> None:
    rows = CalamineWorkbook.from_filelike(book_of(harbour)).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + 6
    assert rows[2][rows[0].index("grade")] == "4-"
    assert rows[2][rows[0].index("tested_on")] == date(2025, 7, 1)


@pytest.mark.usefixtures("visits")
def test_the_workbook_explains_its_columns_and_what_was_chosen(harbour: Clinic) -> None:
    book = openpyxl.load_workbook(book_of(harbour, Layout.WIDE))
    assert book.sheetnames == ["Records", "Columns", "About"]
    explained = [row[0].value for row in book["Columns"].iter_rows(min_row=2)]
    assert explained == [column.name for column in columns_of(Layout.WIDE)]
    assert ("clinic", "harbour") in [
        (name.value, value.value) for name, value in book["About"].iter_rows()
    ]


@pytest.mark.usefixtures("visits")
def test_more_rows_than_a_sheet_holds_go_on_in_the_next(
    harbour: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)  # a heading, and one visit of three results
    monkeypatch.setattr(workbook, "BLOCK", 1)
    book = openpyxl.load_workbook(book_of(harbour))
    assert book.sheetnames == ["Records", "Records 2", "Columns", "About"]
    assert [book[name].max_row for name in book.sheetnames[:2]] == [4, 4]
    assert book["Records 2"]["A1"].value == "clinic"
    assert [sheet.sheet_view.tabSelected for sheet in book.worksheets[:2]] == [True, None]


def test_a_workbook_without_records_has_its_headings(harbour: Clinic) -> None:
    sheet = openpyxl.load_workbook(book_of(harbour)).worksheets[0]
    assert (sheet.max_row, sheet["A1"].value) == (1, "clinic")


@needs_office
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.usefixtures("visits")
def test_libreoffice_shows_what_was_recorded(kind: str, harbour: Clinic, tmp_path: Path) -> None:
    # Told nothing, LibreOffice reads the 4- of a CSV as -4; of a workbook it never does.
    grade_column = 1 + [column.name for column in columns_of(Layout.LONG)].index("grade")
    (tmp_path / f"scores.{kind}").write_bytes(as_bytes(harbour, Shape(format=kind, bom=True)))
    subprocess.run(
        [
            shutil.which("soffice") or "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            *([f"--infilter=CSV:44,34,76,1,{grade_column}/2"] if kind == "csv" else []),
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false",
            "--outdir",
            str(tmp_path / "out"),
            str(tmp_path / f"scores.{kind}"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    hip, knee, left, *_second = read((tmp_path / "out" / "scores.csv").read_bytes())
    assert (hip["grade"], knee["grade"], left["grade"]) == ("0", "4-", "")
    assert (left["status"], left["reason"]) == ("not_testable", "pain")
    assert knee["family_name"] == "Ångström-Çelik"
    assert knee["tested_on"] == "2025-07-01"
    # Shown as it was typed: nothing was run, and in a CSV the apostrophe says so.
    assert knee["result_note"] == (FORMULA if kind == "xlsx" else "'" + FORMULA)


@pytest.mark.usefixtures("visits")
def test_json_lines_are_an_object_a_row_with_every_column(harbour: Clinic) -> None:
    lines = as_bytes(harbour, Shape(format="jsonl")).decode().splitlines()
    hip, knee, left, *_second = map(json.loads, lines)
    assert list(hip) == [column.name for column in columns_of(Layout.LONG)]
    assert (hip["grade"], knee["grade"], left["grade"]) == ("0", "4-", None)
    assert (hip["cells"], hip["amended"], hip["pain"]) == (24, False, None)
    assert knee["result_note"] == FORMULA
    assert hip["tested_at"] == "2025-07-01T13:04:05+10:00"


@pytest.mark.usefixtures("visits")
def test_redcap_gets_a_dictionary_that_has_every_field_of_the_data(harbour: Clinic) -> None:
    file = zipfile.ZipFile(io.BytesIO(as_bytes(harbour, Shape(format="redcap"))))
    fields, data = (read(file.read(f"redcap-{name}.csv")) for name in ("dictionary", "data"))
    names = [field["Variable / Field Name"] for field in fields]
    assert tuple(fields[0]) == HEADINGS
    assert names == list(data[0])
    assert names[0] == "assessment"  # what names a record stands first
    assert len({row["assessment"] for row in data}) == len(data) == 2
    assert data[0]["knee_extension_right"] == "4-"


def test_redcap_takes_every_name_and_every_choice(harbour: Clinic) -> None:
    file = zipfile.ZipFile(io.BytesIO(as_bytes(harbour, Shape(format="redcap"))))
    for field in read(file.read("redcap-dictionary.csv")):
        name = field["Variable / Field Name"]
        assert name.isascii()
        assert name == name.lower()
        assert name[0].isalpha()
        assert name.replace("_", "").isalnum()
        assert "__" not in name
        assert not name.endswith("_")
        assert len(name) <= 100
        choices = field["Choices, Calculations, OR Slider Labels"]
        assert bool(choices) == (field["Field Type"] == "dropdown")
        for choice in filter(None, choices.split(" | ")):
            code, comma, label = choice.partition(", ")
            assert code.replace("_", "").isalnum()
            assert comma
            assert label


@pytest.mark.usefixtures("visits")
def test_the_manifest_tells_what_the_zip_holds_and_how_to_check_it(harbour: Clinic) -> None:
    file = zipfile.ZipFile(io.BytesIO(as_bytes(harbour, SHAPES["zip"])))
    manifest = json.loads(file.read("manifest.json"))
    assert file.testzip() is None
    assert {entry["name"] for entry in manifest["files"]} | {"manifest.json"} == set(
        file.namelist()
    )
    assert manifest["filter"]["clinic"] == "harbour"
    assert manifest["visits"] == 2
    assert manifest["versions"]["scales"]["mrc_plus_minus_4"][0] == "0"
    rows = {entry["name"]: entry.get("rows") for entry in manifest["files"]}
    assert (rows["csv-long.csv"], rows["xlsx-wide.xlsx"]) == (6, 2)
    assert manifest["signatures"] == {"not_matching": 0}


@pytest.mark.usefixtures("visits")
def test_the_manifest_tells_of_records_that_do_not_match_their_signature(harbour: Clinic) -> None:
    broken = Assessment.objects.filter(status="signed").earliest("tested_at")
    with triggers.lifted():
        Score.objects.filter(assessment=broken).update(note="Rather weak.")
    list(verify_daily())
    file = zipfile.ZipFile(io.BytesIO(as_bytes(harbour, SHAPES["zip"])))
    told = json.loads(file.read("manifest.json"))["signatures"]
    assert told == {"not_matching": 1, "records": [str(broken.pk)]}


@pytest.mark.usefixtures("visits")
def test_the_checksums_of_the_manifest_are_those_of_the_files(
    harbour: Clinic, tmp_path: Path
) -> None:
    file = zipfile.ZipFile(io.BytesIO(as_bytes(harbour, SHAPES["zip"])))
    file.extractall(tmp_path)
    entries = json.loads(file.read("manifest.json"))["files"]
    lines = "".join(f"{entry['sha256']}  {entry['name']}\n" for entry in entries)
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict"], input=lines, cwd=tmp_path, text=True, check=False
    )
    assert checked.returncode == 0
    assert all((tmp_path / entry["name"]).stat().st_size == entry["bytes"] for entry in entries)


def test_movements_leave_the_others_out_of_every_layout(
    harbour: Clinic, visits: Patient, physio: User
) -> None:
    make_signed(visits, physio, {HIP: grade(9)}, battery="full")
    for shape, count in ((Shape(), 4), (Shape(Layout.WIDE), 3), (Shape(blanks=True), 6)):
        rows = read(as_bytes(harbour, shape, movements=("knee_extension",)))
        assert len(rows) == count
        assert "hip_flexion_right" not in rows[0]
        assert {row.get("movement", "knee_extension") for row in rows} == {"knee_extension"}
    both = ("knee_extension", "hip_flexion")
    assert [row["movement"] for row in read(as_bytes(harbour, Shape(), movements=both))] == [
        row["movement"] for row in read(as_bytes(harbour, Shape())) if row["movement"] in both
    ]
    wide = read(as_bytes(harbour, Shape(Layout.WIDE), movements=both))
    assert {"hip_flexion_right", "knee_extension_left"} < set(wide[0])
    assert "hip_extension_right" not in wide[0]
    file = zipfile.ZipFile(io.BytesIO(as_bytes(harbour, SHAPES["zip"], movements=both)))
    assert json.loads(file.read("manifest.json"))["filter"]["movement"] == [*both]


def test_every_format_has_a_name_and_says_how_fast_it_is() -> None:
    for key, kind in FORMATS.items():
        assert (kind.key, bool(str(kind.title))) == (key, True)
        assert all(pace > 0 for pace in kind.a_second.values())
