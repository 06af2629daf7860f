"""Soft questions about a score: calm, answered in one key, never in the way."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from assessments.history import Result
from tests.people import grade

from .steps import RECORD, Axe, NewDraft, NewPatient, SignIn, arrive, expect_state, open_grid, until

SIGN = re.compile(r"/sign/$")


def sign_by_key(page: Page) -> None:
    """Sign what is reviewed, not before there was time to look at it."""
    until(page, "performance.now() > 1000")
    page.keyboard.press("Control+Enter")


@pytest.fixture
def person(
    page: Page, sign_in: SignIn, new_patient: NewPatient, new_record: Callable[..., None]
) -> str:
    """The address of a patient whose right hip was 1 and left hip not testable years ago."""
    sign_in(page, "physio@harbour.example")
    person = new_patient()
    weak, pain = grade(1), Result(status="not_testable", reason="pain")
    results = {("hip_flexion", "right"): weak, ("hip_flexion", "left"): pain}
    new_record(person, results, datetime(2020, 3, 2, 10, 30, tzinfo=UTC))
    return person


@pytest.fixture
def grid(page: Page, person: str, new_draft: NewDraft) -> Page:
    open_grid(page, new_draft(person))
    return page


@pytest.fixture
def six(page: Page, person: str, new_draft: NewDraft) -> Page:
    """The grid of the shortest battery."""
    open_grid(page, new_draft(person, battery="mrc_sum_60"))
    return page


def cell(page: Page, movement: str, side: str = "right") -> Locator:
    return page.locator(f"#score-grid [data-movement={movement}][data-side={side}]")


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_jump_is_asked_politely_and_nothing_moves(grid: Page) -> None:
    press(grid, "4")
    ask = grid.locator("#ask")
    expect(ask).to_contain_text("Right hip flexion 4 Two grades or more from last time")
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-asked", "")
    expect(cell(grid, "hip_flexion", "left")).to_be_focused()
    expect(grid.locator("#ask-aloud")).to_contain_text("Two grades or more")
    expect(grid.locator("#ask-aloud")).to_have_attribute("aria-live", "polite")
    expect(grid.locator("#announce")).to_have_text("Right hip flexion 4")


def test_one_key_keeps_and_the_answer_stays_with_the_score(grid: Page) -> None:
    press(grid, "4k")
    expect(grid.locator("#ask")).to_be_hidden()
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-confirmed", "jump")
    expect(cell(grid, "hip_flexion")).not_to_have_attribute("data-asked", "")
    expect(grid.locator("#announce")).to_have_text("Right hip flexion 4 kept")
    expect_state(grid, "saved")
    grid.reload()
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-confirmed", "jump")


def test_typing_on_leaves_it_open_and_the_review_asks_again(grid: Page) -> None:
    press(grid, "4")
    press(grid, "5444344454443544423445444"[:23])
    expect(grid.locator("#sign")).to_be_focused()
    grid.keyboard.press("Enter")
    arrive(grid, SIGN)
    expect(grid.locator("#questions")).to_contain_text("Right hip flexion 4")
    expect(grid.locator("#questions")).to_be_focused()
    grid.keyboard.press("Enter")
    arrive(grid, SIGN)
    sign_by_key(grid)
    arrive(grid, RECORD)
    expect(grid.get_by_text("kept when asked: two grades or more")).to_have_count(1)


def test_one_key_signs_on_a_tablet_whose_forms_cannot_be_asked_to_submit(six: Page) -> None:
    six.add_init_script("delete HTMLFormElement.prototype.requestSubmit")  # Safari before 16
    press(six, "454345434543")
    expect(six.locator("#sign")).to_be_focused()
    six.keyboard.press("Enter")
    arrive(six, SIGN)
    expect(six.locator("#questions")).to_be_focused()
    sign_by_key(six)
    arrive(six, RECORD)


def test_pressed_twice_in_the_grid_the_key_signs_nothing_unread(six: Page) -> None:
    six.add_init_script("Object.defineProperty(Event.prototype, 'timeStamp', { get: () => 400 })")
    press(six, "454345434543")
    six.keyboard.press("Control+Enter")
    arrive(six, SIGN)
    expect(six.locator("#questions")).to_be_focused()
    posted: list[str] = []
    six.on("request", lambda request: posted.append(request.method))
    six.keyboard.press("Control+Enter")
    six.get_by_role("link", name="Back to the scores").click()
    expect(six.locator("body.scripted")).to_be_visible()
    assert "POST" not in posted


def test_no_plain_key_signs_what_is_reviewed(six: Page) -> None:
    press(six, "454345434543")
    six.keyboard.press("Control+Enter")
    arrive(six, SIGN)
    expect(six.locator("#questions")).to_be_focused()
    posted: list[str] = []
    six.on("request", lambda request: posted.append(request.method))
    for key in ("k", "K", "1", " ", "Enter"):
        six.keyboard.press(key)
    six.get_by_role("link", name="Back to the scores").focus()
    six.keyboard.press("k")
    assert "POST" not in posted
    six.locator("#sign").focus()
    six.keyboard.press("Enter")
    arrive(six, RECORD)


def test_backspace_takes_it_back_and_the_digit_corrects(grid: Page) -> None:
    press(grid, "4")
    grid.keyboard.press("Backspace")
    expect(grid.locator("#ask")).to_be_hidden()
    press(grid, "2")
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-grade", "2")
    expect(cell(grid, "hip_flexion")).not_to_have_attribute("data-asked", "")


def test_backspace_takes_back_what_is_asked_about_wherever_the_focus_is(grid: Page) -> None:
    right, left = cell(grid, "hip_flexion"), cell(grid, "hip_flexion", "left")
    left.focus()
    press(grid, "np")
    right.focus()
    press(grid, "4")
    expect(left).to_be_focused()
    expect(grid.locator("#ask-about")).to_have_text("Right hip flexion 4")
    grid.keyboard.press("Backspace")
    expect(right).to_be_focused()
    expect(right).to_have_attribute("data-state", "blank")
    expect(left).to_have_attribute("data-reason", "pain")
    grid.keyboard.press("Control+z")
    expect(right).to_have_attribute("data-grade", "4")


def test_what_changed_is_counted_on_a_low_screen_too(grid: Page) -> None:
    grid.set_viewport_size({"width": 1366, "height": 768})
    grid.reload()
    press(grid, "0")
    heading = grid.locator("#changed summary")
    expect(heading).to_be_visible()
    expect(heading).to_have_text("Changed since last time: 1")
    heading.click()
    expect(grid.locator("#changed-list li")).to_contain_text("1 → 0")


def test_what_is_asked_is_corrected_from_the_button_too(grid: Page) -> None:
    press(grid, "4")
    grid.locator("#sign").focus()
    expect(grid.locator("#ask-about")).to_have_text("Right hip flexion 4")
    grid.keyboard.press("Backspace")
    expect(cell(grid, "hip_flexion")).to_be_focused()
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-state", "blank")


def test_no_question_speaks_of_right_in_a_table_of_right_and_left(grid: Page) -> None:
    press(grid, "4")
    expect(grid.locator(".beside").first).to_contain_text("as meant?")
    expect(grid.locator("#ask-question")).to_have_text(
        "Two grades or more from last time: as meant?"
    )
    grid.locator("#sign").click()
    expect(grid.locator("#questions-heading")).to_have_text("As meant?")


def test_another_grade_is_asked_about_anew(grid: Page) -> None:
    press(grid, "4k")
    cell(grid, "hip_flexion").focus()
    press(grid, "5")
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-confirmed", "")
    expect(grid.locator("#ask")).to_contain_text("Right hip flexion 5")


def test_a_zero_where_last_time_was_not_testable_is_asked_about(grid: Page) -> None:
    cell(grid, "hip_flexion", "left").focus()
    press(grid, "0")
    expect(grid.locator("#ask")).to_contain_text("no contraction felt, or not testable?")
    grid.keyboard.press("Backspace")
    press(grid, "1")
    expect(grid.locator("#ask")).to_be_hidden()


def test_a_five_limited_by_pain_and_a_four_without_gravity_are_asked_about(grid: Page) -> None:
    cell(grid, "knee_extension").focus()
    press(grid, "5l1")
    expect(grid.locator("#ask")).to_contain_text("5 though limited by pain")
    grid.keyboard.press("Escape")
    press(grid, "4pl")
    expect(cell(grid, "knee_extension", "left")).to_have_attribute("data-position", "side_lying")
    expect(grid.locator("#ask")).to_contain_text("Above 3 in a position without gravity")
    cell(grid, "knee_extension", "left").focus()
    press(grid, "pl")
    expect(cell(grid, "knee_extension", "left")).to_have_attribute("data-position", "")
    expect(grid.locator("#ask")).to_be_hidden()


def test_the_same_grade_everywhere_within_seconds_is_one_question(six: Page) -> None:
    press(six, "2" * 11)
    expect(six.locator("#ask")).to_be_hidden()
    press(six, "2")
    expect(six.locator("#ask")).to_contain_text("12 cells Every grade is the same")
    expect(six.locator("#score-grid [data-asked]")).to_have_count(0)
    press(six, "k")
    expect(six.locator("#ask")).to_be_hidden()
    expect(six.locator("[data-confirmed=pace]")).to_have_count(12)


def test_one_other_grade_and_the_pace_is_not_asked_about(six: Page) -> None:
    press(six, "2" * 11 + "3")
    expect(six.locator("#sign")).to_be_focused()
    expect(six.locator("#ask")).to_be_hidden()
    six.keyboard.press("Enter")
    arrive(six, RECORD)


def test_half_the_grid_alike_is_not_the_same_everywhere(grid: Page) -> None:
    press(grid, "1np" + "3" * 12 + "4" * 10)
    expect(grid.locator("#sign")).to_be_focused()
    expect(grid.locator("#ask")).to_be_hidden()
    grid.keyboard.press("Enter")
    arrive(grid, RECORD)


def test_the_question_of_the_last_score_is_answered_from_the_button(six: Page) -> None:
    press(six, "2" * 12)
    expect(six.locator("#sign")).to_be_focused()
    press(six, "k")
    six.keyboard.press("Enter")
    arrive(six, RECORD)


def test_the_question_is_kept_by_thumb(grid: Page, axe: Axe) -> None:
    press(grid, "4")
    axe(grid)
    grid.get_by_role("button", name="Keep").click()
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-confirmed", "jump")
    expect(cell(grid, "hip_flexion", "left")).to_be_focused()
    press(grid, "0")
    grid.get_by_role("button", name="Correct").click()
    expect(cell(grid, "hip_flexion", "left")).to_be_focused()
    expect(cell(grid, "hip_flexion", "left")).to_have_attribute("data-state", "blank")


@pytest.mark.parametrize("size", [(1280, 700), (390, 700)])
def test_the_review_opens_with_its_heading_and_the_first_question_in_sight(
    grid: Page, size: tuple[int, int]
) -> None:
    press(grid, "4nr" + "4" * 9)
    grid.set_viewport_size({"width": size[0], "height": size[1]})
    grid.locator("#sign").click()
    expect(grid.locator("#questions")).to_be_focused()
    banner = grid.locator("#patient-banner").bounding_box()
    assert banner is not None
    for part in (grid.locator("h1"), grid.locator("#questions li").first):
        box = part.bounding_box()
        assert box is not None
        assert banner["y"] + banner["height"] <= box["y"]
        assert box["y"] + box["height"] <= size[1]


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
def test_what_is_gone_to_on_the_review_stands_clear_of_the_bar_that_signs(
    grid: Page, size: tuple[int, int]
) -> None:
    press(grid, "4nr" + "4" * 9)
    grid.set_viewport_size({"width": size[0], "height": size[1]})
    grid.locator("#sign").click()
    expect(grid.locator("#questions")).to_be_focused()
    for place in ("hip_flexion-right", "elbow_flexion-left"):
        row = grid.locator(f"#{place}")
        row.evaluate("cell => cell.scrollIntoView({block: 'end', behavior: 'instant'})")
        box, bar = row.bounding_box(), grid.locator(".sign-bar").bounding_box()
        assert box is not None
        assert bar is not None
        assert box["y"] + box["height"] <= bar["y"]


def test_the_review_stands_up_to_the_accessibility_rules(grid: Page, axe: Axe) -> None:
    press(grid, "4")
    grid.locator("#sign").click()
    expect(grid.locator("#questions")).to_be_focused()
    axe(grid)
