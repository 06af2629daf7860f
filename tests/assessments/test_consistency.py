"""The soft questions: asked where something is odd, silent where it is not, 0 a grade like any."""

import pytest

from assessments import consistency, instrument
from assessments.consistency import Last, Prompt, prompts
from assessments.history import Result
from tests.people import grade

HIP = "hip_flexion"
NOT_TESTABLE = Result("not_testable", reason="pain")


def level(code: str) -> int:
    return instrument.MRC_CODES.index(code)


@pytest.mark.parametrize(
    ("before", "now", "asks"),
    [
        ("3", "5", True),
        ("5", "3", True),
        ("0", "2", True),
        ("2", "0", True),
        ("3", "4", False),
        ("0", "1", False),
        ("3", "5-", False),
        ("4+", "2+", True),
        ("4", "4", False),
    ],
)
def test_two_whole_grades_from_last_time_are_asked_about(before: str, now: str, asks: bool) -> None:
    found = prompts(HIP, grade(level(now)), Last(level(before)))
    assert found == ((Prompt.JUMP,) if asks else ())


@pytest.mark.parametrize("code", instrument.MRC_CODES)
def test_a_first_grade_is_asked_nothing(code: str) -> None:
    assert prompts(HIP, grade(level(code))) == ()


def test_zero_after_not_testable_is_asked_about() -> None:
    assert prompts(HIP, grade(0), Last(not_testable=True)) == (Prompt.UNTESTABLE,)


@pytest.mark.parametrize("code", ["1", "3", "5"])
def test_another_grade_after_not_testable_is_not(code: str) -> None:
    assert prompts(HIP, grade(level(code)), Last(not_testable=True)) == ()


def test_not_testable_after_zero_is_asked_about() -> None:
    assert prompts(HIP, NOT_TESTABLE, Last(0)) == (Prompt.UNTESTABLE,)


@pytest.mark.parametrize("last", [Last(), Last(3), Last(0, not_testable=True)])
def test_not_testable_after_anything_else_is_not(last: Last) -> None:
    assert prompts(HIP, NOT_TESTABLE, last) == ()


def test_not_done_is_never_asked_about() -> None:
    declined = Result("not_done", reason="declined")
    assert prompts(HIP, declined, Last(0), quick=True) == ()


@pytest.mark.parametrize(
    ("code", "position", "asks"),
    [
        ("4", "side_lying", True),
        ("3+", "side_lying", True),
        ("3", "side_lying", False),
        ("0", "side_lying", False),
        ("5", "sitting", False),
        ("5", "", False),
    ],
)
def test_above_3_without_gravity_is_asked_about(code: str, position: str, asks: bool) -> None:
    found = prompts(HIP, grade(level(code), position=position))
    assert found == ((Prompt.GRAVITY,) if asks else ())


@pytest.mark.parametrize("movement", instrument.MOVEMENTS.values(), ids=lambda each: each.key)
def test_no_movement_is_without_gravity_in_its_usual_position(
    movement: instrument.Movement,
) -> None:
    usual = grade(instrument.NORMAL_LEVEL, position=str(movement.position))
    assert prompts(movement.key, usual) == ()


@pytest.mark.parametrize("movement", instrument.MOVEMENTS.values(), ids=lambda each: each.key)
def test_positions_without_gravity_are_those_that_the_catalogue_names(
    movement: instrument.Movement,
) -> None:
    without = str(movement.gravity_eliminated).lower()
    for position in movement.eliminated:
        assert str(position.label).lower() in without


@pytest.mark.parametrize(
    ("code", "limiters", "asks"),
    [("5", ("pain",), True), ("5", ("tone", "pain"), True), ("5", ("tone",), False),
     ("5-", ("pain",), False), ("0", ("pain",), False)],
)  # fmt: skip
def test_normal_though_limited_by_pain_is_asked_about(
    code: str, limiters: tuple[str, ...], asks: bool
) -> None:
    found = prompts(HIP, grade(level(code), limiters=limiters))
    assert found == ((Prompt.PAIN,) if asks else ())


def test_a_grade_typed_among_many_alike_is_asked_about_zero_included() -> None:
    assert prompts(HIP, grade(0), quick=True) == (Prompt.PACE,)


CELLS = [(movement, "right") for movement in list(instrument.MOVEMENTS)[:24]]


@pytest.mark.parametrize(
    ("levels", "slow", "asks"),
    [
        ([0] * 12, 0, True),
        ([12] * 24, 0, True),
        ([12] * 11, 0, False),
        ([12] * 12 + [9] * 12, 0, False),
        ([12] * 23 + [9], 0, False),
        ([12] * 24, 1, False),
        ([], 0, False),
    ],
)
def test_the_pace_is_asked_about_only_where_every_grade_is_the_same_and_quick(
    levels: list[int], slow: int, asks: bool
) -> None:
    by_hand = dict(zip(CELLS, levels, strict=False))
    quick = set(CELLS[: len(levels) - slow])
    assert consistency.all_quick(by_hand, quick) is asks


def test_several_questions_about_one_result_are_all_told() -> None:
    odd = grade(12, limiters=("pain",), position="side_lying")
    assert prompts(HIP, odd, Last(0), quick=True) == (
        Prompt.JUMP,
        Prompt.GRAVITY,
        Prompt.PAIN,
        Prompt.PACE,
    )


def test_every_prompt_has_a_question_and_all_their_keys_fit_their_column() -> None:
    from assessments.models import Score

    assert set(consistency.QUESTIONS) == set(Prompt)
    room = Score._meta.get_field("confirmed").max_length or 0
    assert len(" ".join(Prompt)) <= room
