"""Forces and functional tests: numbers from 0, their bands, what is no number, and the table."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest

from assessments.charts import measured
from assessments.charts.measured_ground import BOTTOM, TOP, most_of
from assessments.history import History, Reading, Series
from tests.assessments.charts.markup import parse, text
from tests.assessments.plain_history import FIRST_DAY, history, person_id, visit


def reading(day: int, value: str | None, *, tester: str = "P. Example", **told: Any) -> Reading:
    number = None if value is None else Decimal(value)
    words = told.pop("words", f"{value} N" if value else "no value: pain")
    known = {"low": number, "high": number, "around": ""} | told
    when = FIRST_DAY + timedelta(days=day)
    return Reading(when, number, words=words, tester_id=person_id(tester), tester=tester, **known)


def of(*readings: Reading, side: str = "left", **told: Any) -> History:
    known = {
        "chart": "force",
        "key": "knee_extension",
        "name": "Knee extension",
        "unit": "N",
        "units": frozenset({"N"}),
        "lower_is_better": False,
        "error": Decimal("0.3"),
    }
    series = Series(**known | told, sides={side: readings})
    return History((visit(0), visit(400)), measured=(series,))


def drawn(found: History, chart: str = "force") -> ET.Element:
    return parse(measured(found, chart))


def marks(tree: ET.Element) -> list[ET.Element]:
    return [each for each in tree.iter("path") if "data-said" in each.attrib]


def height(mark: ET.Element) -> float:
    return float(mark.attrib["d"][1:].split("m")[0].split()[1])


def bands(tree: ET.Element) -> list[ET.Element]:
    [picture] = [each for each in tree.iter("svg") if "data-plot" in each.attrib]
    return [each for each in picture.iter("rect") if "error" in each.attrib["class"]]


def test_a_force_of_zero_is_a_number_and_a_reason_is_none() -> None:
    zero, none = marks(drawn(of(reading(0, "0"), reading(400, None))))
    assert zero.attrib["data-value"] == "0"
    assert height(zero) == BOTTOM
    assert "data-value" not in none.attrib
    assert none.attrib["class"] == "nt left"


@pytest.mark.parametrize(
    ("most", "top"), [("0", "1"), ("7", "8"), ("81.2", "1E+2"), ("200", "2E+2"), ("212", "3E+2")]
)
def test_the_axis_runs_from_zero_to_a_round_number(most: str, top: str) -> None:
    assert most_of([Decimal(most)]) == Decimal(top)


def test_the_band_lies_around_the_first_value_of_its_side() -> None:
    [band] = bands(drawn(of(reading(0, "100"), reading(400, "90"))))
    hundred = (BOTTOM - TOP) / 2  # the axis runs to 200
    assert float(band.attrib["y"]) == pytest.approx(BOTTOM - 1.3 * hundred, abs=0.1)
    assert float(band.attrib["height"]) == pytest.approx(0.6 * hundred, abs=0.1)


def test_without_a_known_error_there_is_no_band_and_that_is_said() -> None:
    tree = drawn(of(reading(0, "100"), error=None))
    assert bands(tree) == []
    assert "no usual threshold known" in text(tree)


def test_a_line_never_bridges_what_has_no_value() -> None:
    tree = drawn(of(reading(0, "9"), reading(100, None), reading(200, "8"), reading(300, "7")))
    [line] = [each for each in tree.iter("path") if each.attrib.get("class") == "line left"][1:]
    assert [line.attrib["d"].count(letter) for letter in "ML"] == [2, 1]


def test_which_way_is_better_and_converted_units_are_said() -> None:
    slow = of(reading(0, "9"), chart="function", lower_is_better=True)
    assert "lower is better" in text(drawn(slow, "function"))
    mixed = of(reading(0, "9"), units=frozenset({"N", "kgf", "lbf"}))
    assert "higher is better · kgf and lbf converted to N" in text(drawn(mixed))


def test_the_trials_are_a_line_through_the_mark() -> None:
    spread = reading(0, "100", low=Decimal(50), high=Decimal(100))
    tree = drawn(of(spread, reading(400, "100"), error=None))
    lines = [each.attrib["d"] for each in tree.iter("path") if each.get("class") == "trials left"]
    assert [line.split(" ", 1)[1] for line in lines] == [f"{(TOP + BOTTOM) / 2:.1f}V{TOP:.1f}"]


def test_mark_and_table_say_result_surroundings_and_tester() -> None:
    told = reading(0, "212", words="212 N, best of 3", around="handheld", tester="<b>")
    markup = measured(of(told), "force")
    [mark] = marks(parse(markup))
    said = "Knee extension, left, 212 N, best of 3, handheld, 7 Mar 2022, tested by <b>"
    assert mark.attrib["data-said"] == said
    [row] = [each for body in parse(markup).iter("tbody") for each in body.iter("tr")]
    assert [text(cell) for cell in row] == [
        "7 Mar 2022",
        "left",
        "212 N, best of 3",
        "handheld",
        "<b>",
    ]
    assert "<b>" not in markup


def test_a_test_between_visits_stretches_the_time_of_all_strips() -> None:
    found = of(reading(-100, "9"), reading(0, "9"))
    assert min(found.days) == FIRST_DAY - timedelta(days=100)


def test_nothing_measured_draws_nothing() -> None:
    assert measured(history(visit(0)), "force") == ""
    assert measured(of(reading(0, "9")), "function") == ""


def test_forces_of_one_day_are_of_their_visits_and_a_test_of_the_day_alone() -> None:
    morning = visit(0)
    noon = replace(morning, id=uuid4(), tested_at=morning.tested_at + timedelta(hours=2))
    told = [reading(0, "9", visit=morning.id), reading(0, "8", visit=noon.id), reading(0, "7")]
    found = replace(of(*told), visits=(morning, noon))
    tree = drawn(found)
    keys = ["2022-03-07T10:00/0000", "2022-03-07T12:00/0001", "2022-03-07"]
    assert [mark.attrib["data-date"] for mark in marks(tree)] == keys
    days = ["7 Mar 2022 10:00", "7 Mar 2022 12:00", "7 Mar 2022"]
    assert [text(each) for each in tree.iter("time")] == days
    [places] = [each.attrib["data-visits"] for each in tree.iter() if "data-visits" in each.attrib]
    assert {pair.split()[0] for pair in places.split(",")} == set(keys)
