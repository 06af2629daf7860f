"""From what was typed to what can be signed: a grade, 0, not testable, not done, blank."""

from typing import Any

import pytest

from assessments.entry.content import Content, draft_keys, read_cell, read_content
from assessments.history import Result
from assessments.instrument import NotAGrade
from assessments.models import Assessment, Draft
from mmt.accounts.models import User
from patients.models import Patient
from tests.assessments.saving import HIP, KNEE, value
from tests.people import make_draft

HIP_CELL, KNEE_CELL = ("hip_flexion", "right"), ("knee_extension", "left")


def content_of(cells: dict[str, dict[str, Any]], profile: str = "mrc") -> Content:
    movements = ["hip_flexion", "knee_extension"]
    return read_content(Assessment(movements=movements, profile=profile), Draft(cells=cells))


def test_four_states_stay_four() -> None:
    content = content_of(
        {
            HIP: value("0"),
            KNEE: value("NT", reason="pain"),
            "hip_flexion.left": value("ND", reason="fatigue"),
        }
    )
    assert content.results == {
        HIP_CELL: Result("graded", 0),
        ("hip_flexion", "left"): Result("not_done", reason="fatigue"),
        KNEE_CELL: Result("not_testable", reason="pain"),
    }
    assert content.blank == [("knee_extension", "right")]


def test_zero_is_a_grade_and_counts_as_graded() -> None:
    content = content_of({HIP: value("0"), KNEE: value("NT", reason="pain")})
    assert content.results[HIP_CELL].level == 0
    assert (content.graded, content.errors) == (1, {})


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_only_spaces_are_blank_not_wrong(text: str) -> None:
    content = content_of({HIP: value(text, note="kept")})
    assert HIP_CELL in content.blank
    assert not content.results
    assert not content.errors


@pytest.mark.parametrize(("text", "known"), [("NT", "Give a reason"), ("ND", "Give a reason")])
def test_no_grade_without_a_reason_is_an_error_of_its_cell(text: str, known: str) -> None:
    content = content_of({HIP: value(text)})
    assert content.errors[HIP_CELL].startswith(known)
    assert HIP_CELL not in content.results
    assert HIP_CELL not in content.blank


@pytest.mark.parametrize(("text", "reason"), [("NT", "declined"), ("ND", "pain"), ("NT", "bored")])
def test_a_reason_of_the_other_status_is_none(text: str, reason: str) -> None:
    assert HIP_CELL in content_of({HIP: value(text, reason=reason)}).errors


def test_a_reason_typed_in_words_goes_before_the_one_chosen() -> None:
    cell = value("NT spasticity", reason="pain")
    assert read_cell(cell, "mrc") == Result("not_testable", reason="spasticity")


@pytest.mark.parametrize("text", ["NT", "ND"])
def test_limiters_and_position_belong_to_a_test_that_was_done(text: str) -> None:
    reason = "pain" if text == "NT" else "fatigue"
    cell = value(text, reason=reason, limiters=["tone"], position="supine", note="why")
    result = read_cell(cell, "mrc")
    assert (result.limiters, result.position, result.note) == ((), "", "why")


def test_what_stands_beside_a_grade_goes_with_it() -> None:
    cell = value("4", limiters=["tone", "range"], position="supine", note="a note", reason="pain")
    wanted = Result("graded", 9, "", ("tone", "range"), "supine", "a note")
    assert read_cell(cell, "mrc") == wanted


@pytest.mark.parametrize(
    ("text", "profile"),
    [("4-", "mrc"), ("T", "mrc"), ("2+", "mrc_plus_minus_4"), ("11", "kendall")],
)
def test_a_code_outside_the_profile_is_an_error_naming_the_scale(text: str, profile: str) -> None:
    content = content_of({HIP: value(text)}, profile)
    assert text in content.errors[HIP_CELL]
    assert "Grades of" in content.errors[HIP_CELL]
    assert not content.results


@pytest.mark.parametrize(
    ("text", "profile", "level"),
    [("1", "mrc", 1), ("1", "kendall", 2), ("4-", "mrc_plus_minus_4", 8), ("10", "kendall", 12)],
)
def test_a_code_means_what_its_scale_says(text: str, profile: str, level: int) -> None:
    assert read_cell(value(text), profile).level == level


@pytest.mark.parametrize("text", ["4-5", "3.5", "4\n5", "five", "x" * 41, "\u202e4"])
def test_nothing_is_guessed(text: str) -> None:
    with pytest.raises(NotAGrade):
        read_cell(value(text), "mrc")


def test_filled_cells_are_told_apart_from_typed_ones() -> None:
    content = content_of({HIP: value("5", entered="filled"), KNEE: value("5")})
    assert content.filled == [HIP_CELL]
    assert content.entered[KNEE_CELL] == "typed"


def test_a_cell_that_is_not_of_the_assessment_is_left_out() -> None:
    content = content_of({"neck_flexion.midline": value("4"), "context.pain": value("3")})
    assert not content.results
    assert len(content.blank) == 4


def test_results_come_in_the_order_of_the_assessment(patient: Patient, physio: User) -> None:
    draft = make_draft(patient, physio)
    draft.draft.cells = {key: value("4") for key in reversed(draft_keys(draft))}
    assert list(read_content(draft, draft.draft).results) == list(draft.cells)


def test_the_keys_of_a_draft_are_its_cells_and_its_context() -> None:
    keys = draft_keys(Assessment(movements=["hip_flexion", "neck_flexion"]))
    assert keys[:3] == ("hip_flexion.right", "hip_flexion.left", "neck_flexion.midline")
    assert {"context.pain", "context.note", "context.tested_at"} < set(keys)
    assert "context.patient" not in keys
