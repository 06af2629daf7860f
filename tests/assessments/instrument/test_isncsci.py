"""40 published ISNCSCI motor examinations, read as typed and summed to their expected totals.

From the specifications of praxis-isncsci/algorithm (commit 6110d1f), MIT licence,
(c) 2020 Praxis Spinal Cord Institute. A starred grade counts at face value in these totals.
"""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from assessments.history import Result
from assessments.instrument import (
    BATTERIES,
    MOVEMENTS,
    NamedSum,
    Side,
    named_sums,
    parse_grade,
    total,
)

with (Path(__file__).parent / "isncsci_motor_wide_40.csv").open(newline="") as file:
    EXAMINATIONS = list(csv.DictReader(file))

BATTERY = BATTERIES["isncsci_motor"]
WHOLE, UPPER, LOWER = BATTERY.sums


def results_of(examination: dict[str, str]) -> dict:
    """The columns are named by key level and side: c5RightMotor."""
    found = {}
    for key in BATTERY.movements:
        for side in (Side.RIGHT, Side.LEFT):
            level = MOVEMENTS[key].key_myotome.lower()
            read = parse_grade(examination[f"{level}{side.name.title()}Motor"], "mrc")
            found[key, side] = Result(read.status, read.level, read.reason)
    return found


def shown(number: int | None) -> str:
    return "ND" if number is None else str(number)


def of_side(named: NamedSum, side: Side) -> NamedSum:
    return replace(named, sides=(side,))


@pytest.mark.parametrize("examination", EXAMINATIONS, ids=lambda each: each["case_id"])
def test_the_totals_are_those_expected(examination):
    results = results_of(examination)
    _, upper, lower = named_sums(BATTERY, "mrc", results)
    assert shown(upper.total) == examination["expected_upperMotorTotal"]
    assert shown(lower.total) == examination["expected_lowerMotorTotal"]
    for side in (Side.RIGHT, Side.LEFT):
        for named, word in ((UPPER, "UpperMotor"), (LOWER, "LowerMotor"), (WHOLE, "Motor")):
            found = total(of_side(named, side), results)
            assert shown(found.total) == examination[f"expected_{side}{word}Total"]


def test_the_sample_is_whole_and_holds_stars_and_cells_not_testable():
    cells = [value for each in EXAMINATIONS for key, value in each.items() if key.endswith("Motor")]
    assert (len(EXAMINATIONS), len(cells)) == (40, 800)
    assert "NT" in cells
    starred = [parse_grade(cell, "mrc") for cell in cells if "*" in cell]
    assert [(each.level, each.stars) for each in starred] == [(0, 2)]
