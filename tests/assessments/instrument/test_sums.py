"""Named sums: whole or not at all."""

from collections.abc import Iterable

import pytest

from assessments.history import Result
from assessments.instrument import BATTERIES, NamedSum, named_sum, named_sums, total

MRC = BATTERIES["mrc_sum_60"]
MMT8 = BATTERIES["mmt8"]
ISNCSCI = BATTERIES["isncsci_motor"]
ALL_SUMS = [named for battery in BATTERIES.values() for named in battery.sums]


def overall(battery) -> NamedSum:
    assert battery.sum is not None
    return battery.sum


def graded(cells: Iterable, level: int = 12) -> dict:
    return {cell: Result("graded", level) for cell in cells}


def test_each_sum_has_its_published_range():
    assert {named.key: (named.maximum, len(named.members)) for named in ALL_SUMS} == {
        "mrc_sum": (60, 12),
        "isncsci_motor": (100, 20),
        "uems": (50, 10),
        "lems": (50, 10),
        "mmt8": (150, 15),
        "mmt8_right": (80, 8),
    }


@pytest.mark.parametrize("named", ALL_SUMS, ids=lambda named: named.key)
def test_all_normal_is_the_maximum_and_all_zero_is_zero(named):
    assert total(named, graded(named.members)).total == named.maximum
    nothing = total(named, graded(named.members, level=0))
    assert (nothing.total, nothing.tested) == (0, len(named.members))


@pytest.mark.parametrize("named", ALL_SUMS, ids=lambda named: named.key)
@pytest.mark.parametrize(
    "missing",
    [None, Result("not_testable", reason="pain"), Result("not_done", reason="time")],
    ids=["blank", "not testable", "not done"],
)
def test_one_member_that_is_not_graded_makes_it_not_determinable(named, missing):
    for cell in named.members:
        results = graded(named.members)
        del results[cell]
        if missing is not None:
            results[cell] = missing
        found = total(named, results)
        assert found.total is None
        assert (found.tested, found.members) == (len(named.members) - 1, len(named.members))


def test_a_zero_counts_as_zero_and_as_tested():
    results = {**graded(overall(MRC).members), ("hip_flexion", "left"): Result("graded", 0)}
    found = named_sum(MRC, "mrc", results)
    assert found is not None
    assert (found.total, found.tested) == (55, 12)


def test_the_sum_says_in_words_why_there_is_none():
    results = graded(overall(MRC).members)
    assert str(total(overall(MRC), results).text) == "60 of 60"
    results[("hip_flexion", "left")] = Result("not_testable", reason="pain")
    assert str(total(overall(MRC), results).text) == "Not determinable, 11 of 12 tested"


def test_a_step_between_whole_grades_is_never_rounded_into_a_sum():
    results = {**graded(overall(MRC).members), ("hip_flexion", "left"): Result("graded", 10)}
    found = total(overall(MRC), results)
    assert found.total is None
    assert found.tested == 12
    assert "not on the scale" in str(found.text)


@pytest.mark.parametrize(("level", "left"), [(1, 0), (2, 1), (6, 5), (10, 9)])
def test_kendall_grades_count_what_their_code_says_and_a_trace_nothing(level, left):
    results = {
        **graded(overall(MMT8).members),
        ("neck_flexion", "midline"): Result("graded", level),
    }
    assert total(overall(MMT8), results).total == 140 + left


def test_mmt8_of_the_right_side_needs_no_left_side():
    right = graded(cell for cell in overall(MMT8).members if cell[1] != "left")
    both, one_side = named_sums(MMT8, "kendall", right)
    assert (both.total, both.tested, both.members) == (None, 8, 15)
    assert (one_side.total, one_side.maximum) == (80, 80)


def test_upper_and_lower_isncsci_scores_stand_each_on_its_own():
    results = graded(overall(ISNCSCI).members)
    del results[("ankle_plantarflexion", "right")]
    whole, upper, lower = named_sums(ISNCSCI, "mrc", results)
    assert (whole.total, upper.total, lower.total) == (None, 50, None)


def test_a_sum_is_offered_only_on_the_scale_it_was_published_for():
    results = graded(overall(MRC).members)
    assert named_sum(MRC, "mrc_plus_minus", results) is None
    assert named_sum(MMT8, "mrc", graded(overall(MMT8).members)) is None


def test_a_battery_without_a_published_sum_has_none():
    assert named_sum(BATTERIES["full"], "mrc", graded(overall(MRC).members)) is None


def test_results_outside_the_sum_do_not_change_it():
    results = {**graded(overall(MRC).members), ("grip", "left"): Result("not_done", reason="time")}
    assert total(overall(MRC), results).total == 60
