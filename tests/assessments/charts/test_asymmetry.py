"""Right against left at one visit: what differs by a whole grade is named, nothing else."""

import pytest

from assessments.change.asymmetry import sides_of
from assessments.charts import asymmetry
from assessments.history import Cell, Result
from tests.assessments.charts.markup import parse, text
from tests.assessments.plain_history import graded, level, not_testable, visit

RIGHT: Cell = ("knee_extension", "right")
LEFT: Cell = ("knee_extension", "left")


@pytest.mark.parametrize(
    ("right", "left", "weaker"),
    [
        ("0", "1", "right"),
        ("0", "0", None),
        ("4", "3", "left"),
        ("4", "4+", None),
        ("4-", "4+", None),
        ("5", "4", "left"),
        ("2", "3-", None),
    ],
)
def test_a_whole_grade_and_no_less_is_named(right: str, left: str, weaker: str | None) -> None:
    [sides] = sides_of({RIGHT: graded(right), LEFT: graded(left)})
    assert sides.weaker == weaker
    [other] = sides_of({RIGHT: graded(left), LEFT: graded(right)})
    assert (other.weaker is None) is (weaker is None)


@pytest.mark.parametrize("other", [None, not_testable()])
def test_a_side_without_a_grade_is_compared_with_nothing(other: Result | None) -> None:
    results = {RIGHT: level(0)} | ({LEFT: other} if other else {})
    assert sides_of(results) == []
    assert asymmetry(visit(0, results)) == ""


def test_picture_and_words_mean_the_same_side() -> None:
    tree = parse(asymmetry(visit(0, {RIGHT: graded("0"), LEFT: graded("4-")})))
    [row] = [each for each in tree.iter("tr") if each.find("td") is not None]
    assert [text(cell) for cell in row.findall("td")] == ["", "0", "4-", "Right"]
    [right], [left] = marks_of_sides(tree)
    assert (right["data-grade"], left["data-grade"]) == ("0", "4-")
    assert float(right["d"][1:].split()[0]) < float(left["d"][1:].split()[0])


def marks_of_sides(tree):
    found = [dict(each.attrib) for each in tree.iter("path") if "data-side" in each.attrib]
    return [[each for each in found if each["data-side"] == side] for side in ("right", "left")]


def test_the_caption_counts_and_says_who_tested_and_names_are_escaped() -> None:
    markup = asymmetry(visit(0, {RIGHT: level(9), LEFT: level(3)}, tester="<b>P</b>"))
    assert "&lt;b&gt;P&lt;/b&gt;" in markup
    assert "1 of 1 movements graded on both sides differ by a whole grade or more." in markup


def test_it_speaks_the_scale_of_the_visit() -> None:
    results = {RIGHT: level(9), LEFT: level(3)}
    for profile, ends, of_mrc in (("mrc", "0 to 5", False), ("kendall", "0 to 10", True)):
        tree = parse(asymmetry(visit(0, results, profile=profile)))
        assert ends in [text(each) for each in tree.iter("th")]
        caption = text(next(tree.iter("figcaption")))
        assert ("Whole grades are those of MRC." in caption) is of_mrc
