"""What is asked before signing: what is missing, wrong, filled at once, or far from last time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.consistency import Prompt
from assessments.entry.review import Review, Step
from assessments.models import Assessment, Draft
from mmt.accounts.models import User
from patients.models import Patient
from tests.assessments.saving import HIP, KNEE, every_cell, put, value
from tests.people import grade, make_draft, make_signed

Reviewed = Callable[..., Review]
HIP_CELL, KNEE_CELL = ("hip_flexion", "right"), ("knee_extension", "left")


@pytest.fixture
def reviewed(patient: Patient, physio: User) -> Reviewed:
    """Return a function that reviews a draft with the cells given, on top of a full screen of 4."""

    def review(cells: dict[str, object], *, rest: str = "", profile: str = "mrc") -> Review:
        assessment = make_draft(patient, physio, profile=profile)
        known = every_cell(assessment, rest) if rest else {}
        return review_of(put(assessment, known | cells, by=physio))  # type: ignore[arg-type]

    return review


def review_of(assessment: Assessment) -> Review:
    return Review(assessment, Draft.objects.get(pk=assessment.pk))


@pytest.fixture
def last_time(patient: Patient, physio: User) -> None:
    """Signed a month ago: hip 3, knee 0, foot 4."""
    before = {
        HIP_CELL: grade(6),
        KNEE_CELL: grade(0),
        ("ankle_dorsiflexion", "right"): grade(9),
    }
    make_signed(patient, physio, before, tested_at=timezone.now() - timedelta(days=30))


def test_an_empty_draft_cannot_be_signed(reviewed: Reviewed) -> None:
    review = reviewed({})
    assert len(review.content.blank) == 24
    assert not review.can_sign


def test_one_zero_is_enough_to_sign(reviewed: Reviewed) -> None:
    review = reviewed({HIP: "0"})
    assert review.can_sign
    assert len(review.content.blank) == 23


def test_one_cell_not_done_is_enough_to_sign(reviewed: Reviewed) -> None:
    assert reviewed({HIP: value("ND", reason="declined")}).can_sign


def test_a_cell_that_is_no_grade_blocks_signing(reviewed: Reviewed) -> None:
    review = reviewed({HIP: "4 or 5"}, rest="4")
    assert list(review.content.errors) == [HIP_CELL]
    assert not review.can_sign


@pytest.mark.parametrize(("field", "text"), [("pain", "11"), ("edss", "3.3"), ("tested_at", "?")])
def test_a_context_field_that_is_wrong_blocks_signing_and_is_named(
    reviewed: Reviewed, field: str, text: str
) -> None:
    review = reviewed({f"context.{field}": text}, rest="4")
    assert not review.can_sign
    assert list(review.context.errors) == [field]


def test_a_full_grid_asks_nothing(reviewed: Reviewed) -> None:
    assert reviewed({}, rest="4").asks_nothing


@pytest.mark.parametrize(
    "cell", ["", "six", value("NT"), value("5", entered="filled")], ids=lambda cell: str(cell)[:12]
)
def test_a_blank_wrong_or_filled_cell_asks(reviewed: Reviewed, cell: object) -> None:
    assert not reviewed({HIP: cell}, rest="4").asks_nothing


def test_a_first_visit_has_nothing_to_compare_with(reviewed: Reviewed) -> None:
    assert reviewed({}, rest="4").steps == []


@pytest.mark.usefixtures("last_time")
def test_only_what_differs_is_told_the_largest_fall_first(reviewed: Reviewed) -> None:
    review = reviewed({HIP: "2", KNEE: "1", "ankle_dorsiflexion.right": "2"})
    assert [(step.cell, step.before, step.after) for step in review.steps] == [
        (("ankle_dorsiflexion", "right"), "4", "2"),
        (HIP_CELL, "3", "2"),
        (KNEE_CELL, "0", "1"),
    ]
    assert [step.is_worse for step in review.steps] == [True, True, False]


@pytest.mark.usefixtures("last_time")
def test_the_same_grade_again_is_no_step(reviewed: Reviewed) -> None:
    assert reviewed({HIP: "3", KNEE: "0"}).steps == []


@pytest.mark.usefixtures("last_time")
def test_a_rise_from_zero_is_a_step(reviewed: Reviewed) -> None:
    [step] = reviewed({KNEE: "3"}).steps
    assert (step.before, step.after, step.is_jump, step.is_worse) == ("0", "3", True, False)


@pytest.mark.usefixtures("last_time")
def test_a_cell_without_a_grade_is_compared_with_nothing(reviewed: Reviewed) -> None:
    assert reviewed({HIP: value("NT", reason="pain"), KNEE: ""}).steps == []


@pytest.mark.usefixtures("last_time")
@pytest.mark.parametrize(("text", "asks"), [("4", False), ("5", True), ("1", True), ("2", False)])
def test_two_grades_are_asked_about_and_one_is_not(
    reviewed: Reviewed, text: str, asks: bool
) -> None:
    review = reviewed({HIP: text, KNEE: "0", "ankle_dorsiflexion.right": "4"}, rest="4")
    assert [question.prompt for question in review.questions] == [Prompt.JUMP] * asks
    assert review.asks_nothing is not asks
    assert review.can_sign


@pytest.mark.usefixtures("last_time")
def test_last_time_is_written_on_the_scale_of_today(reviewed: Reviewed) -> None:
    [step] = reviewed({HIP: "8"}, profile="kendall").steps
    assert (step.before, step.after) == ("5", "8")


@pytest.mark.parametrize(("thirds", "jump"), [(-6, True), (6, True), (5, False), (-5, False)])
def test_a_jump_is_two_whole_grades_in_either_direction(thirds: int, jump: bool) -> None:
    assert Step(HIP_CELL, "", "", thirds).is_jump is jump


def test_what_was_typed_of_the_context_is_what_will_be_signed(reviewed: Reviewed) -> None:
    review = reviewed({"context.pain": "0", "context.note": "in the chair"}, rest="4")
    assert review.can_sign
    assert (review.context.instance.pain, review.context.instance.note) == (0, "in the chair")
