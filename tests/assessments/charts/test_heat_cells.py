"""The cells of the heat map: four states that never mix, codes as recorded, changes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import instrument
from tests.assessments.charts.markup import KNEE, NECK, drawn, expected_state, heat_table, marks
from tests.assessments.plain_history import (
    graded,
    history,
    level,
    not_done,
    not_testable,
    visit,
)


def codes_of(profile="mrc_plus_minus"):
    return [instrument.code(number, profile) for number in instrument.LEVELS]


def uses(tree, sign):
    """Return the marks of change or of hatching in the picture on the screen."""
    return [each for each in tree.iter("use") if f"-{sign}-" in each.attrib["href"]]


def test_zero_is_drawn_as_a_grade():
    [mark] = marks(drawn(history(visit(0, {KNEE: graded("0")}))))
    assert (mark["data-grade"], mark["class"]) == ("0", "g0")
    assert heat_table(drawn(history(visit(0, {KNEE: graded("0")}))))[*KNEE, "2022-03-07"] == "0"


def test_not_assessed_is_empty_and_neither_0_nor_5():
    found = history(visit(0, {KNEE: graded("4")}), visit(90), visit(180, {KNEE: graded("4")}))
    tree = drawn(found)
    assert [mark["data-date"] for mark in marks(tree)] == ["2022-03-07", "2022-09-03"]
    assert heat_table(tree)[*KNEE, "2022-06-05"] == "not assessed"


def test_not_testable_not_done_and_blank_differ():
    cells = [("hip_flexion", "right"), ("hip_flexion", "left"), KNEE]
    found = history(visit(0, {cells[0]: not_testable(), cells[1]: not_done()}))
    tree = drawn(found, *cells)
    hatched, dashed = marks(tree)
    assert (hatched["data-state"], hatched["class"]) == ("not_testable", "heat-nt")
    assert (dashed["data-state"], dashed["class"]) == ("not_done", "heat-nd")
    assert "data-grade" not in hatched
    assert "data-grade" not in dashed
    assert len(uses(tree, "hatch")) == 1
    assert [heat_table(tree)[*cell, "2022-03-07"] for cell in cells] == [
        "Not testable: pain",
        "Not done: time",
        "not assessed",
    ]


@pytest.mark.parametrize(
    ("profile", "code"),
    [
        ("mrc", "3"),
        ("mrc_plus_minus_4", "4-"),
        ("mrc_plus_minus", "5-"),
        ("mrc_plus_minus", "2+"),
        ("kendall", "T"),
        ("kendall", "10"),
        ("kendall", "0"),
    ],
)
def test_codes_are_printed_as_recorded(profile, code):
    found = history(visit(0, {KNEE: graded(code, profile)}, profile=profile))
    tree = drawn(found)
    [mark] = marks(tree)
    assert mark["data-grade"] == code
    assert heat_table(tree)[*KNEE, "2022-03-07"] == code
    column = next(each for each in tree.iter("svg") if each.attrib.get("class") == "visit")
    assert code in [label.text for label in column.iter("text") if label.attrib["class"][0] == "g"]


def test_each_visit_keeps_its_own_profile():
    found = history(
        visit(0, {KNEE: graded("8", "kendall")}, profile="kendall"),
        visit(90, {KNEE: graded("4")}),
    )
    tree = drawn(found)
    assert [mark["data-grade"] for mark in marks(tree)] == ["8", "4"]
    assert not uses(tree, "worse") + uses(tree, "better")


class TestChange:
    def test_worse_and_better_are_outlined_and_said(self):
        grades = ["4", "3", "3", "5"]
        found = history(*(visit(90 * n, {KNEE: graded(g)}) for n, g in enumerate(grades)))
        tree = drawn(found)
        assert (len(uses(tree, "worse")), len(uses(tree, "better"))) == (1, 1)
        assert [heat_table(tree)[*KNEE, mark["data-date"]] for mark in marks(tree)] == [
            "4",
            "3, worse, was 4",
            "3",
            "5, better, was 3",
        ]

    def test_falling_to_and_rising_from_zero_are_changes(self):
        found = history(*(visit(90 * n, {KNEE: graded(g)}) for n, g in enumerate("101")))
        assert (len(uses(drawn(found), "worse")), len(uses(drawn(found), "better"))) == (1, 1)

    def test_a_gap_hides_no_change_and_makes_none(self):
        found = history(
            visit(0, {KNEE: graded("4")}),
            visit(90, {KNEE: not_testable()}),
            visit(180),
            visit(270, {KNEE: graded("2")}),
            visit(360, {KNEE: not_done()}),
            visit(450, {KNEE: graded("2")}),
        )
        tree = drawn(found)
        assert (len(uses(tree, "worse")), len(uses(tree, "better"))) == (1, 0)
        assert heat_table(tree)[*KNEE, "2022-12-02"] == "2, worse, was 4"

    def test_the_first_grade_is_no_change(self):
        tree = drawn(history(visit(0), visit(90, {KNEE: graded("2")})))
        assert not uses(tree, "worse") + uses(tree, "better")


def test_a_limiter_is_said_and_changes_no_grade():
    tree = drawn(history(visit(0, {KNEE: graded("4", limiters=("pain", "effort"))})))
    assert marks(tree)[0]["data-grade"] == "4"
    said = heat_table(tree)[*KNEE, "2022-03-07"]
    assert said == "4, limited by pain, inconsistent effort"


CELLS = [("hip_flexion", "right"), ("hip_flexion", "left"), NECK]
RESULTS = st.one_of(
    st.none(),
    st.sampled_from(list(instrument.LEVELS)).map(level),
    st.just(not_testable()),
    st.just(not_done()),
)
VISITS = st.lists(st.tuples(*[RESULTS] * len(CELLS)), min_size=1, max_size=14)


@settings(max_examples=40, deadline=None)
@given(VISITS)
def test_the_table_says_what_the_marks_say(rows):
    visits = [
        visit(40 * n, {cell: r for cell, r in zip(CELLS, row, strict=True) if r is not None})
        for n, row in enumerate(rows)
    ]
    tree, codes = drawn(history(*visits), *CELLS), codes_of()
    shown = {
        (m["data-movement"], m["data-side"], m["data-date"]): m.get(
            "data-grade", m.get("data-state")
        )
        for m in marks(tree)
    }
    said = heat_table(tree)
    for each in visits:
        for cell in CELLS:
            place = (*cell, each.day.isoformat())
            state = expected_state(each, cell, codes)
            assert shown.get(place, "") == state
            words = {
                "": "not assessed",
                "not_testable": "Not testable: pain",
                "not_done": "Not done: time",
            }.get(state, state)
            assert said[place].split(",")[0] == words
