"""Right against left over visits: whole grades, never a percentage, never a guess between."""

from xml.etree import ElementTree as ET

import pytest

from assessments.charts import asymmetry_over_time
from assessments.charts.asymmetry_over_time import MIDDLE, WHOLE
from assessments.history import Cell, History, Result
from tests.assessments.charts.markup import parse, text
from tests.assessments.plain_history import graded, history, not_testable, visit

RIGHT: Cell = ("knee_extension", "right")
LEFT: Cell = ("knee_extension", "left")
CELLS = [RIGHT, LEFT]


def of(*pairs: tuple[str, str], tester: str = "P. Example") -> History:
    """Return visits of the right and the left knee, by their codes."""
    return history(
        *(
            visit(90 * n, {RIGHT: graded(right), LEFT: graded(left)}, tester=tester)
            for n, (right, left) in enumerate(pairs)
        )
    )


def marks(found: History) -> list[dict[str, str]]:
    tree = parse(asymmetry_over_time(found, CELLS))
    return [dict(each.attrib) for each in tree.iter("path") if "data-said" in each.attrib]


def height(mark: dict[str, str]) -> float:
    return float(mark["d"].split("m")[0].split()[1])


def rows(tree: ET.Element) -> list[list[str]]:
    return [[text(cell) for cell in row] for body in tree.iter("tbody") for row in body.iter("tr")]


@pytest.mark.parametrize(
    ("right", "left", "grades", "said"),
    [
        ("5", "3", 2, "Left weaker by 2 whole grades"),
        ("0", "1", -1, "Right weaker by 1 whole grade"),
        ("0", "5", -5, "Right weaker by 5 whole grades"),
        ("0", "0", 0, "sides equal"),
    ],
)
def test_the_height_is_a_count_of_whole_grades(
    right: str, left: str, grades: int, said: str
) -> None:
    _apart, mark = marks(of(("5", "0"), (right, left)))
    assert height(mark) == MIDDLE + grades * WHOLE
    assert mark["data-said"] == f"{said}, 5 Jun 2022, P. Example"


def test_less_than_a_whole_grade_is_neither_equal_nor_one() -> None:
    _apart, mark = marks(of(("5", "0"), ("4", "4-")))
    assert MIDDLE < height(mark) < MIDDLE + WHOLE
    assert mark["data-said"].startswith("Left weaker by less than a whole grade")


@pytest.mark.parametrize("other", [not_testable(), None])
def test_without_a_grade_on_one_side_there_is_no_difference(other: Result | None) -> None:
    results = {RIGHT: graded("0")} | ({LEFT: other} if other else {})
    _apart, mark = marks(history(*of(("5", "0")).visits, visit(90, results)))
    assert mark["data-said"].startswith("no comparison")
    assert "data-side" not in mark


def test_a_visit_that_left_the_movement_out_has_no_mark() -> None:
    assert len(marks(history(*of(("5", "0")).visits, visit(90, {})))) == 1


def test_nothing_joins_two_visits() -> None:
    tree = parse(asymmetry_over_time(of(("5", "0"), ("5", "3")), CELLS))
    stems = [each.attrib["d"] for each in tree.iter("path") if each.get("class") == "stem left"]
    assert len(stems) == 2
    assert not any("H" in stem or "L" in stem for stem in stems)


def test_who_was_never_a_whole_grade_apart_is_named_and_not_drawn() -> None:
    markup = asymmetry_over_time(of(("5", "4+"), ("4", "4")), CELLS)
    assert "Never a whole grade apart: Knee extension." in markup
    assert "chart-legend" not in markup
    assert "data-chart" not in markup


def test_its_table_has_both_sides_the_difference_and_the_tester() -> None:
    tree = parse(asymmetry_over_time(of(("0", "3"), tester="<b>"), CELLS))
    assert rows(tree) == [["7 Mar 2022", "0", "3", "Right weaker by 3 whole grades", "<b>"]]


def test_a_side_alone_is_compared_with_nothing() -> None:
    for alone in CELLS:
        assert asymmetry_over_time(of(("5", "0")), [alone]) == ""
    assert asymmetry_over_time(history(), CELLS) == ""


def test_whole_grades_are_said_to_be_those_of_mrc_on_another_scale() -> None:
    results = {RIGHT: graded("5"), LEFT: graded("3")}
    for profile, of_mrc in (("mrc", False), ("kendall", True)):
        found = history(visit(0, results, profile=profile))
        legend = text(next(parse(asymmetry_over_time(found, CELLS)).iter("ul")))
        assert ("whole grades are those of MRC" in legend) is of_mrc
