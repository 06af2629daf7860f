"""How far a change can be believed: a repeat that confirms it, cautions that weaken it."""

from datetime import timedelta

import pytest

from assessments import instrument
from assessments.change import Caution, Rule, compare
from assessments.history import Result
from tests.assessments.plain_history import FIRST_DAY, graded, not_done, not_testable, visit

RULE = Rule()
CELL = ("knee_extension", "left")


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


class TestChangeOfTester:
    def found(self, before="4", after="3", tester="M. Other"):
        [found] = compare(
            visit(0, {CELL: graded(before)}), visit(200, {CELL: graded(after)}, tester=tester), RULE
        )
        return found

    def test_a_flagged_change_says_who_tested_before_and_after(self):
        words = "coincides with a change of tester: P. Example → M. Other"
        assert self.found().tester_change == words
        assert self.found("5", "4").tester_change == words  # watched
        assert self.found("3", "2").tester_change == words  # crossed

    def test_the_same_tester_coincides_with_nothing(self):
        assert self.found(tester="P. Example").tester_change == ""

    @pytest.mark.parametrize(("before", "after"), [("4", "4"), ("0", "0"), ("5", "5-")])
    def test_what_is_not_flagged_coincides_with_nothing(self, before, after):
        assert self.found(before, after).tester_change == ""

    def test_it_alters_no_flag_and_stands_for_its_caution(self):
        ours, theirs = self.found(tester="P. Example"), self.found()
        assert (ours.flag, ours.direction) == (theirs.flag, theirs.direction)
        assert theirs.cautions == (Caution.OTHER_TESTER,)
        assert theirs.other_cautions == ()
        assert self.found("4", "4").other_cautions == (Caution.OTHER_TESTER,)
