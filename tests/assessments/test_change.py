"""Every row of the flag table of the clinical reference, planted; and what must hold for all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import change, instrument
from assessments.change import Direction, Flag, Rule, compare, direction_of, flag_of
from assessments.history import Result
from tests.assessments.plain_history import (
    graded,
    level,
    not_done,
    not_testable,
    visit,
)

RULE = Rule()
CELL = ("knee_extension", "left")
LEVELS = st.sampled_from(list(instrument.LEVELS))
RESULTS = st.one_of(st.none(), LEVELS.map(level), st.just(not_testable()), st.just(not_done()))


def only(before: Result | None, after: Result | None, **context):
    """Return the one change between two visits a year apart."""
    [found] = compare(
        visit(0, {CELL: before} if before else {}),
        visit(365, {CELL: after} if after else {}),
        RULE,
        **context,
    )
    return found


@pytest.mark.parametrize(
    ("before", "after", "flag", "direction"),
    [
        ("4", "4", "same", "none"),
        ("0", "0", "same", "none"),
        ("5", "5", "same", "none"),
        ("5", "5-", "within_noise", "worse"),
        ("4-", "4", "within_noise", "better"),
        ("2", "2+", "within_noise", "better"),
        ("3+", "4-", "within_noise", "better"),
        ("4+", "4-", "watch", "worse"),
        ("2-", "2+", "watch", "better"),
        ("1", "2-", "watch", "better"),
        ("3", "4-", "watch", "better"),
        ("5", "4", "watch", "worse"),
        ("4", "5", "watch", "better"),
        ("5", "4-", "watch", "worse"),
        ("4", "3", "changed", "worse"),
        ("3", "4", "changed", "better"),
        ("5", "3", "changed", "worse"),
        ("4+", "3+", "changed", "worse"),
        ("1", "0", "changed", "worse"),
        ("0", "1", "changed", "better"),
        ("2", "1", "changed", "worse"),
        ("2", "0", "changed", "worse"),
        ("3", "3-", "crossed", "worse"),
        ("3-", "3", "crossed", "better"),
        ("3", "2", "crossed", "worse"),
        ("4", "2", "crossed", "worse"),
        ("5", "0", "crossed", "worse"),
        ("0", "5", "crossed", "better"),
    ],
)
def test_each_row_of_the_flag_table_in_mrc_codes(before, after, flag, direction):
    found = only(graded(before), graded(after))
    assert (found.flag, found.direction) == (flag, direction)


@pytest.mark.parametrize(
    ("before", "after", "flag"),
    [
        ("10", "10", "same"),
        ("0", "0", "same"),
        ("9", "8", "within_noise"),
        ("10", "9", "watch"),
        ("10", "7", "watch"),
        ("8", "5", "changed"),
        ("T", "0", "changed"),
        ("1", "T", "watch"),
        ("5", "4", "crossed"),
        ("4", "5", "crossed"),
    ],
)
def test_each_row_of_the_flag_table_in_kendall_codes(before, after, flag):
    found = flag_of(graded(before, "kendall"), graded(after, "kendall"), RULE)
    assert found == flag


@pytest.mark.parametrize("missing", [None, not_testable(), not_done()])
@pytest.mark.parametrize("other", [graded("0"), graded("5"), not_done("fatigue")])
def test_a_missing_value_is_not_comparable_either_way(missing, other):
    for before, after in ((missing, other), (other, missing)):
        found = only(before, after)
        assert (found.flag, found.direction) == (Flag.NOT_COMPARABLE, Direction.NONE)
        assert not found.confirmed


def test_a_cell_in_neither_visit_is_not_listed():
    assert compare(visit(0), visit(90), RULE) == []


def test_thresholds_come_from_the_rule():
    strict = Rule(watch_from=1, changed_from=1)
    assert flag_of(graded("4-"), graded("3+"), strict) == Flag.CHANGED
    assert flag_of(graded("4-"), graded("4"), strict) == Flag.WATCH


def test_a_rule_whose_bands_overlap_is_refused():
    with pytest.raises(ValueError, match="watched"):
        Rule(watch_from=4, changed_from=3)


class TestEvidence:
    def test_words_are_possible_and_confirmed_by_repeat(self):
        before, seen, repeat = (
            visit(day, {CELL: graded(code)}) for day, code in ((0, "4"), (90, "3"), (200, "3"))
        )
        [possible] = compare(before, seen, RULE)
        [confirmed] = compare(before, seen, RULE, later=[repeat])
        assert possible.evidence == "possible, not yet repeated"
        assert confirmed.evidence == "confirmed by repeat"

    def test_lesser_flags_have_none(self):
        assert only(graded("5"), graded("4")).evidence == ""


def test_worst_first():
    planted = {
        ("elbow_flexion", "left"): ("5", "5"),
        ("elbow_flexion", "right"): ("4-", "4"),
        ("hip_flexion", "left"): ("4", "5"),
        ("hip_flexion", "right"): ("5", "4"),
        ("wrist_extension", "left"): ("3", "4"),
        ("wrist_extension", "right"): ("4", "3"),
        ("knee_flexion", "right"): ("2", "3"),
        ("knee_flexion", "left"): ("3", "2"),
        ("knee_extension", "left"): ("5", "2"),
        ("grip", "left"): ("5", None),
    }
    before = visit(0, {cell: graded(old) for cell, (old, _new) in planted.items()})
    after = visit(90, {cell: graded(new) for cell, (_old, new) in planted.items() if new})
    assert [(each.movement, each.side) for each in compare(before, after, RULE)] == [
        ("knee_extension", "left"),
        ("knee_flexion", "left"),
        ("knee_flexion", "right"),
        ("wrist_extension", "right"),
        ("wrist_extension", "left"),
        ("hip_flexion", "right"),
        ("hip_flexion", "left"),
        ("elbow_flexion", "right"),
        ("elbow_flexion", "left"),
        ("grip", "left"),
    ]


def test_ties_stand_in_catalogue_order_right_before_left():
    cells = instrument.cells(instrument.MOVEMENTS)
    before = visit(0, {cell: graded("4") for cell in reversed(cells)})
    after = visit(90, {cell: graded("3") for cell in reversed(cells)})
    listed = [(each.movement, each.side) for each in compare(before, after, RULE)]
    assert listed == list(cells)


class TestExplain:
    @pytest.mark.parametrize("flag", list(Flag))
    def test_every_flag_has_its_text(self, flag):
        text = change.explain(flag, RULE)
        assert text.lower().startswith(str(flag.label))
        assert "%" not in text
        assert "significant" not in text.lower()

    def test_thresholds_are_filled_in(self):
        other = Rule(watch_from=3, changed_from=6, confirm_after_days=168, relapse_days=60)
        assert "1 whole grade" in change.explain(Flag.WITHIN_NOISE, other)
        assert "2 whole grades" in change.explain(Flag.CHANGED, other)
        assert "168" in change.explain(Flag.CROSSED, other)
        assert "60" in change.explain(Flag.CROSSED, other)

    def test_the_text_speaks_the_scale_of_the_grades_beside_it(self):
        crossed, changed, watch = (
            [
                change.explain(flag, RULE, profiles)
                for profiles in (["mrc"], ["kendall"], ["mrc", "kendall"])
            ]
            for flag in (Flag.CROSSED, Flag.CHANGED, Flag.WATCH)
        )
        for text, code in zip(crossed, ("3", "5", "MRC 3"), strict=True):
            assert f"from {code} or better to below {code}, or back" in text
        for text, code in zip(changed, ("3+", "6", "MRC 3+"), strict=True):
            assert f"with one grade at {code} or below" in text
        for text, codes in zip(watch, ("4- to 5", "7 to 10", "MRC 4- to MRC 5"), strict=True):
            assert f"with both grades from {codes}, where" in text
        assert "at least 1 whole grade apart" in changed[0]
        assert "at least 1 whole grade of MRC apart" in changed[1]

    def test_what_is_no_flag_is_an_error(self):
        with pytest.raises(ValueError, match="nonsense"):
            change.explain("nonsense", RULE)


@given(RESULTS, RESULTS)
def test_the_flag_is_the_same_in_both_directions(before, after):
    assert flag_of(before, after, RULE) == flag_of(after, before, RULE)
    opposite = {"worse": "better", "better": "worse", "none": "none"}
    assert direction_of(after, before) == opposite[direction_of(before, after)]


@given(RESULTS, RESULTS)
def test_missing_is_the_only_way_to_be_not_comparable(before, after):
    missing = any(result is None or result.level is None for result in (before, after))
    assert (flag_of(before, after, RULE) == Flag.NOT_COMPARABLE) == missing


@given(LEVELS, LEVELS)
def test_a_distance_of_a_whole_grade_below_4_minus_is_never_noise(old, new):
    apart = abs(instrument.THIRDS[old] - instrument.THIRDS[new])
    flag = flag_of(level(old), level(new), RULE)
    if apart >= 3 and min(old, new) <= 7:
        assert flag in (Flag.CHANGED, Flag.CROSSED)
    if flag == Flag.WITHIN_NOISE:
        assert apart == 1


@given(LEVELS, LEVELS)
def test_gravity_crossed_comes_before_any_distance(old, new):
    crossed = (old >= 6) != (new >= 6)
    assert (flag_of(level(old), level(new), RULE) == Flag.CROSSED) == crossed


@given(LEVELS)
def test_zero_is_a_value_against_every_other(other):
    flag = flag_of(level(0), level(other), RULE)
    assert (flag == Flag.SAME) == (other == 0)
    assert flag != Flag.NOT_COMPARABLE
    assert direction_of(level(other), level(0)) == ("none" if other == 0 else "worse")
