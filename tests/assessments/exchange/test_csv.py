"""What stands in the files: every state its own, nothing moved, nothing lost."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assessments import instrument
from assessments.actions import amend_assessment, void_assessment
from assessments.exchange import lines
from assessments.exchange.columns import RESULT, cell_columns, columns_of
from assessments.exchange.csv_lines import csv_cells
from assessments.exchange.selection import Layout, Shape, Standing
from assessments.history import Cell, Result
from mmt.accounts.models import Clinic, User
from patients.models import Patient
from tests.people import grade, make_draft, make_signed

from .files import as_bytes, exported

WIDE = Shape(Layout.WIDE)
BLANKS = Shape(blanks=True)
KNEE: Cell = ("knee_extension", "right")
PAINFUL = Result("not_testable", reason="pain")
DECLINED = Result("not_done", reason="declined")
FOUR_STATES = {
    ("hip_flexion", "right"): grade(0),
    ("hip_flexion", "left"): PAINFUL,
    ("knee_extension", "right"): DECLINED,
}


def test_a_graded_zero_not_testable_and_not_done_are_three_things(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, FOUR_STATES)
    assert [(row["status"], row["grade"], row["reason"]) for row in exported(harbour)] == [
        ("graded", "0", ""),
        ("not_testable", "", "pain"),
        ("not_done", "", "declined"),
    ]


def test_blank_is_the_fourth_thing_and_has_a_row_if_asked_for(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    record = make_signed(patient, physio, FOUR_STATES)
    rows = exported(harbour, BLANKS)
    blank = [row for row in rows if row["status"] == "blank"]
    assert len(rows) == len(record.cells) == int(rows[0]["cells"])
    assert len(blank) == len(record.cells) - 3
    assert {row[name] for row in blank for name in ("grade", "reason", "amended")} == {""}


def test_blanks_stand_in_the_order_of_the_instrument(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    record = make_signed(patient, physio, FOUR_STATES)
    shown = [(row["movement"], row["side"]) for row in exported(harbour, BLANKS)]
    listed = set(record.cells)
    assert shown == [cell for cell in instrument.cells(instrument.MOVEMENTS) if cell in listed]


def test_the_wide_layout_tells_the_four_apart_too(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, FOUR_STATES)
    [row] = exported(harbour, WIDE)
    names = ("hip_flexion_right", "hip_flexion_left", "knee_extension_right", "knee_flexion_left")
    assert [row[name] for name in names] == ["0", "NT pain", "ND declined", ""]


@pytest.mark.parametrize("profile", list(instrument.PROFILES))
def test_grades_keep_the_code_of_their_scale(
    profile: str, harbour: Clinic, patient: Patient, physio: User
) -> None:
    levels = instrument.profile(profile).levels
    full = instrument.cells(instrument.battery("full").movements)
    results = {cell: grade(level) for cell, level in zip(full, levels, strict=False)}
    make_signed(patient, physio, results, battery="full", profile=profile)
    codes = list(instrument.profile(profile).codes)
    assert [row["grade"] for row in exported(harbour)] == codes
    [wide] = exported(harbour, WIDE)
    assert [wide[f"{movement}_{side}"] for movement, side in results] == codes


def test_the_same_level_on_two_scales_has_two_codes(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(1)}, profile="mrc")
    make_signed(patient, physio, {KNEE: grade(1)}, profile="kendall")
    assert sorted(row["grade"] for row in exported(harbour)) == ["1", "T"]


def test_a_movement_added_to_the_instrument_is_exported_without_another_edit(
    monkeypatch: pytest.MonkeyPatch, harbour: Clinic, patient: Patient, physio: User
) -> None:
    added = replace(instrument.movement("knee_flexion"), key="hip_hitching", name="Hip hitching")
    monkeypatch.setitem(instrument.MOVEMENTS, "hip_hitching", added)
    make_signed(patient, physio, {("hip_hitching", "left"): grade(9)})
    [long], [wide] = exported(harbour), exported(harbour, WIDE)
    assert (long["movement"], long["movement_name"]) == ("hip_hitching", "Hip hitching")
    assert (wide["hip_hitching_right"], wide["hip_hitching_left"]) == ("", "4")


def test_a_file_has_every_cell_of_the_instrument() -> None:
    assert len(cell_columns()) == len(instrument.cells(instrument.MOVEMENTS)) == 80


def test_limiters_position_and_note_go_with_their_result(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    result = grade(9, limiters=("pain", "fatigue"), position="supine", note='she said "stop", then')
    make_signed(patient, physio, {KNEE: result, ("knee_extension", "left"): grade(12)})
    first, second = exported(harbour)
    assert first["limiters"] == "pain fatigue"
    assert first["position"] == "supine"
    assert first["result_note"] == 'she said "stop", then'
    assert (second["limiters"], second["position"], second["result_note"]) == ("", "", "")


@pytest.mark.parametrize("shape", [Shape(bom=True), Shape(Layout.WIDE, bom=True)])
def test_accents_come_with_the_mark_that_excel_needs(
    shape: Shape, harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(9)})
    file = as_bytes(harbour, shape)
    assert file.startswith(b"\xef\xbb\xbfclinic,")
    assert file.count(b"\xef\xbb\xbf") == 1
    assert "Álma".encode() in file


def test_without_records_there_is_a_heading(harbour: Clinic) -> None:
    assert as_bytes(harbour, Shape(bom=True)).startswith(b"\xef\xbb\xbfclinic,record_number,")
    assert as_bytes(harbour).count(b"\r\n") == 1


def test_every_line_ends_as_the_standard_says(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, FOUR_STATES)
    assert as_bytes(harbour).count(b"\r\n") == as_bytes(harbour).count(b"\n") == 4


def test_an_amended_result_is_marked_and_shows_its_current_value(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    record = make_signed(patient, physio, FOUR_STATES)
    amend_assessment(
        record,
        {("hip_flexion", "right"): grade(3)},
        reason="typing slip",
        by=physio,
        revision=record.revision,
    )
    rows = exported(harbour)
    assert [(row["grade"], row["amended"]) for row in rows] == [
        ("2", "yes"),
        ("", "no"),
        ("", "no"),
    ]
    assert {row["record_status"] for row in rows} == {"amended"}


def test_a_voided_record_leaves_only_if_asked_for_and_says_why(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    record = make_signed(patient, physio, FOUR_STATES)
    void_assessment(record, reason="wrong day", by=physio, revision=record.revision)
    assert exported(harbour) == []
    [row] = exported(harbour, WIDE, standing=Standing.RECORDED)
    assert (row["record_status"], row["void_reason"]) == ("voided", "wrong day")
    assert row["voided_at"].endswith(("+10:00", "+11:00"))


def test_a_draft_never_leaves(harbour: Clinic, patient: Patient, physio: User) -> None:
    make_draft(patient, physio)
    assert exported(harbour, BLANKS, standing=Standing.RECORDED) == []


def test_visits_stand_by_time_and_results_in_the_order_of_the_instrument(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    results = {
        ("wrist_extension", "left"): grade(9),
        ("hip_flexion", "left"): grade(9),
        KNEE: grade(9),
    }
    for day in (9, 2):
        tested_at = datetime(2025, 1, day, tzinfo=UTC)
        make_signed(patient, physio, results, tested_at=tested_at, battery="full")
    rows = exported(harbour)
    assert [row["tested_on"][-2:] for row in rows] == ["02"] * 3 + ["09"] * 3
    assert [row["movement"] for row in rows[:3]] == [
        "hip_flexion",
        "knee_extension",
        "wrist_extension",
    ]


def test_notes_stand_last_among_the_columns_of_a_result() -> None:
    assert RESULT[-1].name == "result_note"  # lines adds them to what it looked up


def test_no_two_columns_share_a_name() -> None:
    for shape in (Shape(), WIDE):
        names = [column.name for column in columns_of(shape.layout)]
        assert len(names) == len(set(names))


def test_an_empty_cell_is_written_as_nothing() -> None:
    assert csv_cells([""]) == b""
    assert csv_cells(["", ""]) == b","


def test_more_results_than_are_kept_come_out_all_the_same(
    monkeypatch: pytest.MonkeyPatch, harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, FOUR_STATES)
    whole = {shape: as_bytes(harbour, shape) for shape in (Shape(), BLANKS, WIDE)}
    monkeypatch.setattr(lines.Known, "room", 1)
    monkeypatch.setattr(lines._Values, "room", 1)
    assert {shape: as_bytes(harbour, shape) for shape in whole} == whole
