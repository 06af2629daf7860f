"""Every row of the flag table of the clinical reference, planted; and what must hold for all."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import change, instrument
from assessments.change import Caution, Direction, Flag, Rule, compare, direction_of, flag_of
from assessments.history import Result
from tests.assessments.plain_history import (
    FIRST_DAY,
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


class TestConfirmedByRepeat:
    def confirmed(self, *grades, relapses=(), before="4", after_index=0):
        """Say whether the change at one of `(day, code)` is confirmed by the others."""
        visits = [
            visit(day, {CELL: code if isinstance(code, Result) else graded(code)})
            for day, code in grades
        ]
        onsets = [FIRST_DAY + timedelta(days=day) for day in relapses]
        [found] = compare(
            visit(0, {CELL: graded(before)}),
            visits[after_index],
            RULE,
            later=visits,
            relapses=onsets,
        )
        return found.confirmed

    def test_still_there_after_84_days(self):
        assert self.confirmed((100, "3"), (184, "3"))

    def test_83_days_are_too_few(self):
        assert not self.confirmed((100, "3"), (183, "3"))

    def test_one_sight_alone_is_possible_only(self):
        assert not self.confirmed((100, "3"))

    def test_gone_again_at_the_repeat(self):
        assert not self.confirmed((100, "3"), (200, "4"))

    def test_gone_in_between_breaks_the_run(self):
        assert not self.confirmed((100, "3"), (140, "4"), (200, "3"))

    def test_graver_at_the_repeat_still_confirms(self):
        assert self.confirmed((100, "3"), (200, "1"))

    def test_crossed_needs_crossed_at_the_repeat(self):
        assert not self.confirmed((100, "2"), (200, "3"), before="5")

    def test_the_latest_visit_repeats_an_earlier_sight(self):
        assert self.confirmed((100, "3"), (300, "3"), after_index=1)

    def test_recovered_between_two_sights_is_not_a_repeat(self):
        assert not self.confirmed((100, "3"), (200, "4"), (300, "3"), after_index=2)

    def test_a_visit_without_a_grade_neither_repeats_nor_breaks(self):
        assert self.confirmed((100, "3"), (150, not_testable()), (200, "3"))
        assert not self.confirmed((100, "3"), (200, not_done()))

    def test_zero_can_be_confirmed(self):
        assert self.confirmed((100, "0"), (200, "0"), before="1")

    def test_better_is_confirmed_alike(self):
        assert self.confirmed((100, "4"), (200, "4"), before="2")

    def test_the_other_way_does_not_confirm(self):
        assert not self.confirmed((100, "4"), (200, "0"), before="2")

    @pytest.mark.parametrize("onset", [70, 100, 130])
    def test_first_sight_within_30_days_of_a_relapse_does_not_count(self, onset):
        assert not self.confirmed((100, "3"), (300, "3"), relapses=[onset])

    @pytest.mark.parametrize("onset", [270, 300, 330])
    def test_repeat_within_30_days_of_a_relapse_does_not_count(self, onset):
        assert not self.confirmed((100, "3"), (300, "3"), relapses=[onset])

    @pytest.mark.parametrize("onset", [69, 131, 269, 331])
    def test_31_days_from_a_relapse_counts(self, onset):
        assert self.confirmed((100, "3"), (300, "3"), relapses=[onset])

    def test_a_later_quiet_visit_confirms_after_a_relapse(self):
        assert self.confirmed((100, "3"), (200, "2"), (300, "3"), relapses=[195])

    @pytest.mark.parametrize(("before", "after"), [("5", "4"), ("4", "4"), ("4-", "4")])
    def test_other_flags_are_never_confirmed(self, before, after):
        assert not self.confirmed((100, after), (300, after), before=before)

    def test_the_order_in_which_visits_are_given_does_not_matter(self):
        seen, between, repeat = (visit(d, {CELL: graded("3")}) for d in (100, 150, 200))
        [found] = compare(visit(0, {CELL: graded("4")}), seen, RULE, later=[repeat, seen, between])
        assert found.confirmed


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


class TestCautions:
    def cautions(self, before=None, after=None, **kwargs):
        old = visit(0, {CELL: kwargs.pop("old", graded("4"))}, **(before or {}))
        new = visit(365, {CELL: kwargs.pop("new", graded("4"))}, **(after or {}))
        [found] = compare(old, new, RULE, **kwargs)
        return found.cautions

    def test_none_without_cause(self):
        assert self.cautions() == ()

    def test_other_tester(self):
        assert self.cautions(after={"tester": "M. Other"}) == (Caution.OTHER_TESTER,)

    def test_other_profile(self):
        assert self.cautions(after={"profile": "mrc"}) == (Caution.OTHER_PROFILE,)

    def test_other_position(self):
        found = self.cautions(new=graded("4", position="supine"))
        assert found == (Caution.OTHER_POSITION,)

    def test_no_position_recorded_is_the_movements_own(self):
        own = instrument.movement(CELL[0]).position
        assert self.cautions(new=graded("4", position=own)) == ()

    def test_position_of_what_was_not_tested_is_no_caution(self):
        assert self.cautions(new=Result("not_testable", None, "pain", position="prone")) == ()

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            (0, 3, (Caution.FATIGUE,)),
            (3, 0, (Caution.FATIGUE,)),
            (0, 2, ()),
            (None, 9, ()),
            (0, None, ()),
        ],
    )
    def test_fatigue_of_0_is_a_value_and_unknown_is_none(self, old, new, expected):
        assert self.cautions({"fatigue": old}, {"fatigue": new}) == expected

    @pytest.mark.parametrize(
        "context",
        [
            {"heat": "fever"},
            {"heat": "warm"},
            {"relapse_status": "suspected"},
            {"relapse_status": "active"},
            {"relapse_status": "recovering"},
        ],
    )
    def test_relapse_fever_or_heat_at_either_visit(self, context):
        assert self.cautions(before=context) == (Caution.ILLNESS,)
        assert self.cautions(after=context) == (Caution.ILLNESS,)

    def test_none_noted_is_no_illness(self):
        assert self.cautions(after={"heat": "none", "relapse_status": "none"}) == ()

    def test_an_onset_near_either_visit_is_illness(self):
        onset = FIRST_DAY + timedelta(days=340)
        assert self.cautions(relapses=[onset]) == (Caution.ILLNESS,)

    def test_all_together_in_one_order(self):
        found = self.cautions(
            {"fatigue": 1, "heat": "fever"},
            {"fatigue": 8, "tester": "M. Other", "profile": "mrc"},
            new=graded("4", position="supine"),
        )
        assert found == tuple(Caution)


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
