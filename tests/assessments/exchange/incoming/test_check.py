"""The dry run names every bad row and field, and writes nothing."""

from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.exchange.incoming.mapping import WHY
from assessments.exchange.incoming.report import reasons_of, rejected
from assessments.exchange.incoming.rows import ambiguous_dates
from assessments.models import Assessment, Import
from mmt.accounts.models import Clinic, User
from patients.models import Patient
from tests.people import make_patient

from .sheets import WHO, bring_in, filed, mapping_of, plan_of, read, reasons, row, sheet

SPOILT = {
    8: ("4-May", "made a date"),
    4: ("31/02/2025", "no such day"),
    5: ("", "missing"),
    6: ("tail wag", "names no movement"),
    7: ("both", "is no side"),
}


@pytest.mark.parametrize("seed", range(3))
def test_47_bad_rows_of_500_are_exactly_47(seed: int, harbour: Clinic) -> None:
    chance = Random(seed)  # noqa: S311 (rows to spoil, not secrets)
    rows = [
        row(who=[f"H-{n}", "Winters", "Alma", f"{1930 + n % 70}-04-{1 + n // 70:02}"])
        for n in range(500)
    ]
    spoilt = sorted(chance.sample(range(500), 47))
    wanted = {}
    for place in spoilt:
        column = chance.choice(list(SPOILT))
        rows[place][column], wanted[place + 2] = SPOILT[column]
    plan = plan_of(filed(*rows), harbour, date_order="day")
    assert sorted(plan.bad) == sorted(wanted)
    assert all(wanted[problem.row] in problem.reason for problem in plan.problems)
    assert (len(plan.visits), plan.left, plan.rows) == (453, 47, 500)


def test_a_dry_run_writes_nothing(harbour: Clinic) -> None:
    plan_of(filed(row(), row(grade="?")), harbour)
    assert [model.objects.count() for model in (Patient, Assessment, Import)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("spoil", "column", "word"),
    [
        ({"grade": "4-5"}, "Grade", "range"),
        ({"grade": "6"}, "Grade", "another scale"),
        ({"side": ""}, "Side", "Right or left"),
        ({"side": "B"}, "Side", "no side"),
        ({"movement": "neck flexion"}, "Side", "does not have this side"),
        ({"movement": "flexion"}, "Movement", "does not say which"),
        ({"movement": "quads L"}, "Side", "two sides"),
        ({"movement": ""}, "Movement", "missing"),
        ({"day": ""}, "Date", "missing"),
        ({"day": "2199-01-01"}, "Date", "future"),
        ({"day": "1979-01-01"}, "Date", "before the patient was born"),
        ({"day": "1899-01-01"}, "Date", "before 1900"),
        ({"day": "03/04/2025"}, "Date", "Day first or month first"),
        ({"tester": ""}, "Tester", "missing"),
        ({"tester": "\u202eeve"}, "Tester", "cannot be seen"),
        ({"who": ["", "W", "A", "1980-01-01"]}, "MRN", "missing"),
        ({"who": ["H-1", "", "A", "1980-01-01"]}, "Record number", "Family name"),
        ({"who": ["H-1", "W", "A", ""]}, "Record number", "Birth date"),
        ({"who": ["H-1", "W", "A", "1879-01-01"]}, "DOB", "before 1880"),
        ({"who": ["H" * 41, "W", "A", "1980-01-01"]}, "MRN", "at most 40"),
        ({"who": ["1.23E+12", "W", "A", "1980-01-01"]}, "MRN", "rounded"),
        ({"who": [1.5e15, "W", "A", "1980-01-01"]}, "MRN", "loses some"),
        ({"reason": "pain"}, "Grade", "reason for none"),
    ],
)
def test_a_bad_field_is_named_with_its_reason(
    spoil: dict, column: str, word: str, harbour: Clinic
) -> None:
    found = reasons(plan_of(filed(row(**spoil)), harbour))
    assert any(each[:2] == (2, column) and word in each[2] for each in found), found


def test_a_known_patient_must_be_the_same_person(harbour: Clinic, admin: User) -> None:
    make_patient(harbour, admin, record_number="h-1", family_name="Winters", given_names="Álma")
    assert plan_of(filed(row()), harbour).problems == []
    other = sheet(
        row(who=["H-1", "Sommer", "Alma", "1980-04-12"]),
        row(who=["H-1", "Winters", "Alma", "1980-12-04"]),
    )
    assert [each[1] for each in reasons(plan_of(other, harbour))] == ["Family name", "Birth date"]


def test_a_number_alone_is_enough_for_a_known_patient(harbour: Clinic, admin: User) -> None:
    make_patient(harbour, admin, record_number="H-1")
    assert plan_of(filed(row(who=["H-1", "", "", ""])), harbour).problems == []


def test_a_known_patient_was_not_tested_before_birth(harbour: Clinic, admin: User) -> None:
    make_patient(harbour, admin, record_number="H-1")
    plan = plan_of(filed(row(who=["H-1", "", "", ""], day="1979-12-31")), harbour)
    assert "before the patient was born" in plan.problems[0].reason
    assert plan.visits == []


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["9999-12-31 23:59", "9999-12-31T23:59:00-23:59", "0001-01-01", "1e309", "NT (", "5***"]
    ),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.booleans(),
    st.sampled_from([{"d": "2025-04-03"}, {"d": "9999-12-31T23:59:59"}, {"f": "=1"}, ""]),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(CELLS, min_size=10, max_size=12), place=st.integers(0, 9))
def test_whatever_a_cell_holds_it_is_read_or_refused(
    cells: list[object], place: int, harbour: Clinic
) -> None:
    good = row()
    good[place] = cells[place]
    for spoilt in (good, cells):
        plan = plan_of(filed(spoilt), harbour, date_order="day")
        assert plan.problems or plan.visits or plan.blank


def test_rows_of_one_number_must_agree_on_the_person(harbour: Clinic) -> None:
    plan = plan_of(filed(row(), row(who=["h-1", "Winters", "Bo", "1980-04-12"])), harbour)
    assert [(each.row, each.column) for each in plan.problems] == [(3, "Given names")]
    assert "Row 2 says" in plan.problems[0].reason


def test_a_lost_zero_does_not_make_a_second_patient(harbour: Clinic, admin: User) -> None:
    make_patient(harbour, admin, record_number="007", family_name="Winters", given_names="Alma")
    plan = plan_of(filed(row(who=["7", "Winters", "Alma", "1980-04-12"])), harbour)
    assert "has the number 007" in plan.problems[0].reason


def test_an_archived_patient_is_not_recorded_for(harbour: Clinic, admin: User) -> None:
    patient = make_patient(harbour, admin, record_number="H-1", given_names="Alma")
    Patient.objects.filter(pk=patient.pk).update(archived_at=harbour.now())
    plan = plan_of(filed(row(who=["H-1", "", "", ""])), harbour)
    assert "archived" in plan.problems[0].reason


def test_a_number_of_another_clinic_is_nobody_here(
    harbour: Clinic, foreign_patient: Patient
) -> None:
    plan = plan_of(filed(row(who=[foreign_patient.record_number, "", "", ""])), harbour)
    assert "No patient here" in plan.problems[0].reason


def test_one_cell_twice_in_a_visit_is_said(harbour: Clinic) -> None:
    plan = plan_of(filed(row(), row(grade="3")), harbour)
    assert "has a result for Right knee extension" in plan.problems[0].reason


def test_a_blank_grade_is_no_row_to_import_and_no_problem(harbour: Clinic) -> None:
    plan = plan_of(filed(row(grade=""), row(grade="0", side="L")), harbour)
    assert (plan.blank, plan.problems, len(plan.visits[0].results)) == (1, [], 1)


def test_a_row_with_a_comma_too_many_is_not_read_askew(harbour: Clinic) -> None:
    plan = plan_of(sheet(row()) + "H-1,Winters,Alma,1980-04-12,2025,x,y,z,R,4,pain\r\n", harbour)
    assert "more cells than" in plan.problems[0].reason


WIDE = "MRN,Surname,First name,DOB,Date,Physio,R quads,quads L,DF right,Left ankle DF"


def test_a_wide_sheet_is_one_visit_a_row(harbour: Clinic) -> None:
    who = "H-1,Winters,Alma,1980-04-12"
    content = f"{WIDE}\n{who},2025-04-03,Jo,4-,0,,NT pain\n{who},2025-05-03,Jo,3-4,4,4,4\n"
    plan = plan_of(content, harbour)
    [visit] = plan.visits
    assert {cell: (each.level, each.reason) for cell, each in visit.results.items()} == {
        ("knee_extension", "right"): (8, ""),
        ("knee_extension", "left"): (0, ""),
        ("ankle_dorsiflexion", "left"): (None, "pain"),
    }
    assert [(each.row, each.column) for each in plan.problems] == [(3, "R quads")]


def test_the_same_wide_row_twice_is_said(harbour: Clinic) -> None:
    line = "H-1,Winters,Alma,1980-04-12,2025-04-03,Jo,4-,0,,4\n"
    plan = plan_of(f"{WIDE}\n{line}{line}", harbour)
    assert [(each.row, "same visit" in each.reason) for each in plan.problems] == [(3, True)]


def test_a_battery_is_asked_for_on_its_own_scale(harbour: Clinic) -> None:
    plan = plan_of(filed(row()), harbour, battery="mmt8")
    assert "Kendall" in plan.problems[0].reason
    plan = plan_of(filed(row()), harbour, battery="ms_clinic_screen")
    assert len(plan.visits[0].form[1]) == 12


def test_without_a_battery_none_is_claimed(harbour: Clinic) -> None:
    visit = plan_of(filed(row()), harbour, scale="mrc_plus_minus").visits[0]
    assert visit.form == ("", ["knee_extension"])


def test_what_stood_around_the_test_comes_in_and_is_judged(harbour: Clinic) -> None:
    headings = "MRN,Surname,First name,DOB,Date,Tester,R quads,edss,pain,device,device_worn"
    good = [*WHO, "2025-04-03", "Jo", "4", "6.5", "0", "walker", "no"]
    [visit] = plan_of(filed(good, headings=headings), harbour).visits
    assert visit.context == {
        "edss": Decimal("6.5"),
        "pain": 0,
        "device": "walker",
        "device_worn": False,
    }
    bad = [*good[:7], "11", "-1", "stilts", "perhaps"]
    plan = plan_of(filed(bad, headings=headings), harbour)
    assert [each.column for each in plan.problems] == ["pain", "edss", "device", "device_worn"]


def test_dates_that_could_be_turned_are_shown(harbour: Clinic) -> None:
    table = read(sheet(row(day="03/04/2025"), row(day="2025-04-03"), row(day="25/04/2025")))
    assert ambiguous_dates(table, mapping_of(table)) == ["03/04/2025", "25/04/2025"]


def test_rejects_come_back_corrected(harbour: Clinic, admin: User) -> None:
    table = read(sheet(row(), row("hams", grade="4-May"), row(day="2025-05-05")))
    plan = plan_of(table, harbour)
    left = list(rejected(table, reasons_of(plan)))
    assert [line[-1] for line in left] == [
        WHY,
        "Another row of this visit has a problem.",
        "Grade: A spreadsheet made a date of this (4-5 becomes 4-May). Write the grade.",
    ]
    bring_in(table, harbour, admin, only_good=True)
    left[2][8] = "4-"
    corrected = sheet(*left[1:], headings=",".join(left[0]))
    assert bring_in(corrected, harbour, admin).counts["scores"] == 2
    assert plan_of(table, harbour).already == 1


def test_a_number_that_names_two_patients_here_names_nobody(harbour: Clinic, physio: User) -> None:
    """SQLite holds letters beyond ASCII for other ones in capitals."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps the second patient out.")
    for number in ("é1", "É1"):
        make_patient(harbour, physio, record_number=number)
    plan = plan_of(filed(row(who=["É1", "", "", ""])), harbour)
    [problem] = plan.problems
    assert "Two patients here have this number" in problem.reason
    assert not plan.visits
