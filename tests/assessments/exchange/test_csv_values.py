"""Texts and times on their way into a file: as they were, and nothing that runs."""

from datetime import UTC, date, datetime

import pytest

from assessments.exchange.selection import Layout, Shape
from mmt.accounts.models import Clinic, User
from patients.models import Patient
from tests.people import grade, make_patient, make_signed

from .files import exported

WIDE = Shape(Layout.WIDE)
KNEE = ("knee_extension", "right")


@pytest.mark.parametrize("note", ["=HYPERLINK(1)", " @x", "\tx", "－1", "+a"])
def test_no_note_runs_as_a_formula(
    note: str, harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(9, note=note)}, note=note)
    [row] = exported(harbour)
    assert row["result_note"] == row["visit_note"] == "'" + note


def test_a_note_of_minus_one_and_a_four_minus_survive(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(8, note="-1")}, profile="mrc_plus_minus_4")
    [row] = exported(harbour)
    assert (row["grade"], row["result_note"]) == ("4-", "-1")


@pytest.mark.parametrize("field", ["family_name", "given_names", "record_number"])
def test_names_and_numbers_of_patients_do_not_run_either(
    field: str, harbour: Clinic, physio: User
) -> None:
    odd = make_patient(harbour, physio, **{field: "=cmd|' /C calc'!A1"})
    make_signed(odd, physio, {KNEE: grade(9)})
    for shape in (Shape(), WIDE):
        [row] = exported(harbour, shape)
        assert row[field] == "'=cmd|' /C calc'!A1"


@pytest.mark.parametrize(
    "text", ["\x1e\x1f", "a\r\nb", "a\rb", "a\nb", "\x1f0\x1f", '"', "a,b;c\td", "né 漢字 🦵"]
)
def test_odd_signs_come_out_as_they_went_in(
    text: str, harbour: Clinic, patient: Patient, physio: User
) -> None:
    results = {KNEE: grade(9, note=text, position=text[:20]), ("hip_flexion", "left"): grade(0)}
    make_signed(patient, physio, results, note=text)
    hip, knee = exported(harbour)
    assert (knee["result_note"], knee["position"], knee["visit_note"]) == (text, text, text)
    assert (hip["grade"], hip["result_note"]) == ("0", "")


@pytest.mark.parametrize(
    ("zone", "day", "time"),
    [
        ("Pacific/Pago_Pago", "2026-03-01", "2026-03-01T23:30:00-11:00"),
        ("Pacific/Tongatapu", "2026-03-02", "2026-03-02T23:30:00+13:00"),
        ("Australia/Sydney", "2026-03-02", "2026-03-02T21:30:00+11:00"),
        ("Asia/Kathmandu", "2026-03-02", "2026-03-02T16:15:00+05:45"),
    ],
)
def test_days_and_birth_dates_are_not_shifted_by_a_time_zone(
    zone: str, day: str, time: str, harbour: Clinic, physio: User
) -> None:
    Clinic.objects.filter(pk=harbour.pk).update(time_zone=zone)
    harbour.refresh_from_db()
    born = make_patient(harbour, physio, birth_date=date(1980, 1, 1))
    tested_at = datetime.fromisoformat(time)
    make_signed(born, physio, {KNEE: grade(9)}, tested_at=tested_at)
    for shape in (Shape(), WIDE):
        [row] = exported(harbour, shape)
        assert row["birth_date"] == "1980-01-01"
        assert (row["tested_on"], row["tested_at"]) == (day, time)
        assert datetime.fromisoformat(row["signed_at"]).utcoffset() == tested_at.utcoffset()


def test_times_keep_the_offset_of_their_season(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    for month in (1, 7):
        make_signed(
            patient, physio, {KNEE: grade(9)}, tested_at=datetime(2025, month, 1, 3, tzinfo=UTC)
        )
    assert [row["tested_at"] for row in exported(harbour)] == [
        "2025-01-01T14:00:00+11:00",
        "2025-07-01T13:00:00+10:00",
    ]


@pytest.mark.parametrize("note", ["", "guarded"])
def test_what_was_confirmed_is_not_taken_for_the_note(
    note: str, harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(9, note=note, confirmed=("jump",))})
    [row] = exported(harbour)
    assert (row["confirmed"], row["result_note"]) == ("jump", note)
