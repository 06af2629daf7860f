"""Agreement over one movement: what counts, what is left out, and from when on kappa is said."""

from assessments.agreement import agreement_of
from assessments.agreement.movements import Grading
from tests.assessments.plain_history import level, not_done, not_testable


def gradings(*pairs, start=0):
    return [
        Grading(
            number,
            level(one) if isinstance(one, int) else one,
            level(other) if isinstance(other, int) else other,
        )
        for number, (one, other) in enumerate(pairs, start)
    ]


def test_counts_of_the_same_grade_and_within_one():
    found = agreement_of("grip", "mrc", gradings((0, 0), (0, 1), (6, 9), (3, 9), (12, 12)))
    assert (found.tests, found.graded, found.exact, found.within_one) == (5, 5, 2, 4)


def test_what_was_not_graded_by_both_is_left_out_and_counted():
    found = agreement_of(
        "grip",
        "mrc",
        gradings((0, not_testable()), (not_done(), 6), (not_testable(), not_testable()), (6, None))
        + gradings((0, 0), start=9),
    )
    assert (found.tests, found.graded, found.left_out) == (1, 1, 4)


def test_a_grade_corrected_afterwards_is_left_out():
    found = agreement_of("grip", "mrc", gradings((level(6, amended=True), 6), (6, 6)))
    assert (found.graded, found.left_out) == (1, 1)


def test_both_sides_are_pooled_and_the_pairs_are_those_of_tests():
    right_and_left = gradings((0, 0), (6, 6), (9, 9)) * 2
    found = agreement_of("hip_flexion", "mrc", right_and_left)
    assert (found.tests, found.graded) == (3, 6)
    assert found.words == "not enough pairs (3 of 10)"


def test_nine_pairs_are_too_few_and_ten_are_enough():
    pairs = [(0, 0), (6, 6), (12, 9)] * 3
    assert agreement_of("grip", "mrc", gradings(*pairs)).words == "not enough pairs (9 of 10)"
    found = agreement_of("grip", "mrc", gradings(*pairs, (12, 12)))
    # Steps of the scale: observed 3 of 10; margins 3x0 3x3 4x5 and 3x0 3x3 3x4 1x5, crosswise 216.
    assert found.kappa is not None
    assert abs(found.kappa - (1 - 30 / 216)) < 1e-12
    assert found.words == "0.86, almost perfect"


def test_one_grade_everywhere_leaves_kappa_undetermined():
    found = agreement_of("grip", "mrc", gradings(*[(12, 12)] * 10))
    assert found.words == "not determinable: one and the same grade everywhere"
    assert (found.exact, found.graded) == (10, 10)


def test_a_level_that_the_scale_lacks_keeps_its_place():
    pairs = [(0, 0), (8, 9), (12, 12)] * 4
    assert agreement_of("grip", "mrc", gradings(*pairs)).kappa is not None
