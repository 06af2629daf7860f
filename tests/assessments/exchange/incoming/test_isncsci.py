"""The published ISNCSCI motor worksheets come in by the ready-made mapping, totals and all.

From the specifications of praxis-isncsci/algorithm (commit 6110d1f), MIT licence,
(c) 2020 Praxis Spinal Cord Institute.
"""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from assessments import instrument
from assessments.exchange.incoming.mapping import proposed
from assessments.models import Assessment
from assessments.querysets import results_of
from mmt.accounts.models import Clinic, User
from tests.people import make_patient

from .sheets import bring_in, plan_of, read

SAMPLE = Path(__file__).parents[2] / "instrument" / "isncsci_motor_wide_40.csv"
SAID = {
    "scale": "mrc",
    "battery": "isncsci_motor",
    "tested_on": "2024-05-02",
    "tester": "Praxis",
    "nt_reason": "immobilised",
}


@pytest.fixture
def cases(harbour: Clinic, admin: User) -> list[dict[str, str]]:
    with SAMPLE.open(newline="") as file:
        found = list(csv.DictReader(file))
    for case in found:
        make_patient(
            harbour,
            admin,
            record_number=case["case_id"],
            family_name=f"Case {case['case_id']}",
        )
    return found


def test_the_worksheet_is_known_by_its_headings() -> None:
    mapping = proposed(read(SAMPLE.read_bytes()).headings)
    assert (mapping.scale, mapping.direction, mapping.battery) == ("mrc", "up", "isncsci_motor")
    assert sum(each.startswith("cell:") for each in mapping.columns) == 20
    left_open = replace(mapping, tested_on="2024-05-02", tester="Praxis")
    assert set(mapping.problems()) == {"tested_on", "tester"}
    assert left_open.problems() == {}


def test_every_case_comes_in_with_its_expected_totals(
    cases: list[dict[str, str]], harbour: Clinic, admin: User
) -> None:
    bring_in(SAMPLE.read_bytes(), harbour, admin, **SAID)
    records = {
        each.patient.record_number: each for each in Assessment.objects.select_related("patient")
    }
    results = results_of([each.pk for each in records.values()])
    undetermined = 0
    for case in cases:
        record = records[case["case_id"]]
        sums = instrument.named_sums(
            instrument.battery(record.battery), record.profile, results[record.pk]
        )
        totals = {each.key: "ND" if each.total is None else str(each.total) for each in sums}
        assert totals["uems"] == case["expected_upperMotorTotal"]
        assert totals["lems"] == case["expected_lowerMotorTotal"]
        undetermined += "ND" in totals.values()
    assert undetermined > 0


def test_without_a_reason_for_nt_those_cases_wait(
    cases: list[dict[str, str]], harbour: Clinic
) -> None:
    plan = plan_of(SAMPLE.read_bytes(), harbour, **SAID | {"nt_reason": ""})
    with_nt = [n for n, case in enumerate(cases, start=2) if "NT" in case.values()]
    assert sorted(plan.bad) == with_nt


def test_a_total_that_the_grades_do_not_give_is_said(
    cases: list[dict[str, str]], harbour: Clinic
) -> None:
    content = SAMPLE.read_text().replace("13,12,25,0\n", "13,12,26,0\n", 1)
    plan = plan_of(content, harbour, **SAID)
    assert [(each.row, each.column) for each in plan.problems] == [(2, "expected_upperMotorTotal")]
    assert "25 of 50" in plan.problems[0].reason


def test_a_starred_grade_keeps_its_star_on_the_record(
    cases: list[dict[str, str]], harbour: Clinic, admin: User
) -> None:
    bring_in(SAMPLE.read_bytes(), harbour, admin, **SAID)
    record = Assessment.objects.get(patient__record_number="15")
    starred = record.scores.get(movement="wrist_extension", side="left")
    assert (starred.level, "“0**” in the file" in starred.note) == (0, True)
