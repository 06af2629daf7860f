"""`manage.py import_scores`: a dry run unless told to write; exit codes tell what happened."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assessments.exchange.incoming import check
from assessments.models import Assessment, Import
from mmt import bar
from mmt.accounts.models import Clinic, User
from tests.people import make_patient

from .sheets import row, sheet

SAID = {"scale": "mrc_plus_minus", "direction": "up"}
ISNCSCI = Path(__file__).parents[2] / "instrument" / "isncsci_motor_wide_40.csv"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.csv"
    path.write_text(sheet(row(), row(side="L", grade="0")))
    return path


def run(file: Path, clinic: str = "harbour", **options: Any) -> tuple[int, str]:
    """Return the exit code and what was said."""
    said = StringIO()
    try:
        call_command("import_scores", str(file), clinic=clinic, stderr=said, **(SAID | options))
    except CommandError as problem:
        return problem.returncode, f"{said.getvalue()}{problem}"
    return 0, said.getvalue()


def test_without_write_it_says_and_writes_nothing(file: Path, harbour: Clinic) -> None:
    code, said = run(file)
    assert code == 0
    assert "2 rows: 1 visits with 2 results, 0 forces and heel raises, 1 new patients" in said
    assert "Nothing was written" in said
    assert not Import.objects.exists()


def test_how_far_the_check_is_stands_on_standard_error(
    file: Path, harbour: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "TELL_ROWS", 1)
    monkeypatch.setattr(bar, "SECONDS_IN_A_LOG", 0.0)
    assert "1 of 2 rows" in run(file)[1]
    assert "of 2 rows" not in run(file, verbosity=0)[1]


def test_with_write_an_administrator_brings_it_in(file: Path, harbour: Clinic, admin: User) -> None:
    code, said = run(file, write=True, by=admin.email)
    assert (code, "imported in" in said) == (0, True)
    assert Assessment.objects.get().signed_by == admin
    assert run(file, write=True, by=admin.email)[0] == 1
    assert Assessment.objects.count() == 1


@pytest.mark.parametrize("person", ["physio", "stranger"])
def test_others_may_not(
    person: str, file: Path, harbour: Clinic, request: pytest.FixtureRequest
) -> None:
    other = request.getfixturevalue(person)
    code, said = run(file, write=True, by=other.email)
    assert (code, "--as" in said) == (2, True)
    assert run(file, write=True)[0] == 2


def test_bad_rows_are_told_kept_aside_and_end_in_1(
    file: Path, tmp_path: Path, harbour: Clinic, admin: User
) -> None:
    file.write_text(sheet(row(), row(grade="4-5", day="2025-05-05")))
    left = tmp_path / "left.csv"
    code, said = run(file, rejected=left)
    assert code == 1
    assert "row 3 Grade “4-5”" in said
    assert (left.stat().st_mode & 0o777, "4-5" in left.read_text()) == (0o600, True)
    assert run(file, write=True, by=admin.email)[0] == 1
    assert not Import.objects.exists()
    assert run(file, write=True, by=admin.email, only_good=True)[0] == 0
    assert Assessment.objects.count() == 1


def test_a_place_for_rows_to_correct_that_cannot_be_is_named(
    file: Path, harbour: Clinic, admin: User
) -> None:
    file.write_text(sheet(row(), row(grade="4-5", day="2025-05-05")))
    code, said = run(file, rejected=Path("/nope/left"), write=True, by=admin.email, only_good=True)
    assert (code, "--rejected: " in said, "/nope/left" in said) == (2, True, True)
    assert not Import.objects.exists()


def test_a_folder_is_told_from_a_file_that_is_too_large(tmp_path: Path, harbour: Clinic) -> None:
    code, said = run(tmp_path)
    assert (code, said.endswith(f"{tmp_path} is a folder, not a file.")) == (2, True)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--delimiter=ab", "--delimiter: 'ab' is not one sign"),
        ('--delimiter="', "is not one sign"),
        ("--encoding=nope", "--encoding: 'nope' is no encoding"),
        ("--encoding=base64", "--encoding: 'base64' is no encoding"),
    ],
)
def test_how_it_cannot_be_read_is_said_of_the_option(file: Path, option: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("import_scores", str(file), option, clinic="harbour")


def test_columns_can_be_said_in_a_file_and_are_remembered(
    file: Path, tmp_path: Path, harbour: Clinic, admin: User
) -> None:
    file.write_text("Who,When,a,b\nH-1,03/04/2025,4-,\n")
    make_patient(harbour, admin, record_number="H-1")
    columns = {"Who": "Record number", "When": "tested_at", "a": "quads R", "b": "DF left"}
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"columns": columns, "date_order": "day", "tester": "Jo"}))
    assert run(file, mapping="remembered")[0] == 2
    assert run(file, mapping=str(mapping), write=True, by=admin.email)[0] == 0
    assert Assessment.objects.get().local_tested_at.date().isoformat() == "2025-04-03"
    assert "1 here already" in run(file, mapping="remembered", scale=None, direction=None)[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"columns": []}',
        '{"columns": {"Q": "grade"}}',
        '{"columns": {"MRN": 4}}',
        '{"columns": {"MRN": "tail wag"}}',
        '{"columns": {"MRN": "grade"}, "scale": "none"}',
    ],
)
def test_a_mapping_that_makes_no_sense_ends_in_2(
    text: str, file: Path, tmp_path: Path, harbour: Clinic
) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text(text)
    code, said = run(file, mapping=str(mapping))
    assert (code, "--mapping" in said) == (2, True)


def test_what_is_missing_is_named_by_its_option(file: Path, harbour: Clinic) -> None:
    code, said = run(file, scale=None, direction=None)
    assert (code, "--scale" in said, "--direction" in said) == (2, True, True)
    assert run(file, clinic="nowhere")[0] == 2
    assert run(file.with_name("none.csv"))[0] == 2


def test_an_isncsci_worksheet_needs_no_mapping(harbour: Clinic, admin: User) -> None:
    for number in range(1, 41):
        make_patient(harbour, admin, record_number=str(number), family_name=f"Case {number}")
    options = {"tested_on": "2024-05-02", "tester": "Praxis", "scale": None, "direction": None}
    code, said = run(ISNCSCI, only_good=True, write=True, by=admin.email, **options)
    assert code == 0
    assert "Give a reason: why was it not tested?" in said
