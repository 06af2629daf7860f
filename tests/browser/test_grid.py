"""Recording scores in a real browser: one key a score, pointer optional, nothing lost."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.product import Product

from .steps import NewDraft, NewPatient, SignIn, expect_state, open_grid

BLANK = "#score-grid input[data-state=blank]"


@pytest.fixture
def patient_page(page: Page, sign_in: SignIn, new_patient: NewPatient) -> Page:
    """The page of a patient that nothing was recorded of, as a physiotherapist sees it."""
    sign_in(page, "physio@harbour.example")
    page.goto(new_patient())
    return page


@pytest.fixture
def grid(page: Page, sign_in: SignIn, new_patient: NewPatient, new_draft: NewDraft) -> Page:
    """An empty grid of the clinic's default battery."""
    sign_in(page, "physio@harbour.example")
    open_grid(page, new_draft(new_patient()))
    return page


def cell(page: Page, movement: str, side: str = "right") -> Locator:
    return page.locator(f"#score-grid [data-movement={movement}][data-side={side}]")


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def expect_saved(page: Page) -> None:
    expect_state(page, "saved")
    expect(page.locator("#save-state")).to_have_attribute("data-waiting", "0")


def test_a_visit_takes_24_digits_one_key_and_two_clicks(patient_page: Page) -> None:
    patient_page.get_by_role("link", name="New assessment").click()
    patient_page.get_by_role("button", name="Start scoring").click()
    expect(patient_page.locator(":focus")).to_have_attribute("data-movement", "hip_flexion")
    press(patient_page, "443210544445544455543210")
    expect(patient_page.locator("#sign")).to_be_focused()
    patient_page.keyboard.press("Enter")
    expect(patient_page).to_have_url(re.compile(r"/assessments/[0-9a-f-]{36}/$"))
    expect(patient_page.get_by_text("24 of 24 tested").first).to_be_visible()
    expect(patient_page.locator(".grade.g0")).to_have_count(2)


def test_control_and_enter_sign_from_the_button_too(grid: Page) -> None:
    press(grid, "443210544445544455543210")
    expect(grid.locator("#sign")).to_be_focused()
    grid.keyboard.press("Control+Enter")
    expect(grid).to_have_url(re.compile(r"/assessments/[0-9a-f-]{36}/$"))


def test_the_first_key_fills_one_cell_and_moves_on(grid: Page) -> None:
    press(grid, "0")
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-grade", "0")
    expect(cell(grid, "hip_flexion", "left")).to_be_focused()
    expect(grid.locator(BLANK)).to_have_count(23)


def test_a_reason_takes_one_more_key(grid: Page) -> None:
    press(grid, "ns")
    press(grid, "df")
    right, left = cell(grid, "hip_flexion"), cell(grid, "hip_flexion", "left")
    expect(right).to_have_attribute("data-state", "not_testable")
    expect(right).to_have_attribute("data-reason", "spasticity")
    expect(left).to_have_attribute("data-state", "not_done")
    expect(left).to_have_attribute("data-reason", "fatigue")
    expect(cell(grid, "knee_extension")).to_be_focused()


def test_a_limiter_and_a_note_belong_to_the_cell_just_scored(grid: Page) -> None:
    press(grid, "4l1")
    grid.keyboard.press("Escape")
    press(grid, ";")
    grid.keyboard.type("held for two seconds")
    grid.keyboard.press("Enter")
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-limiters", "pain")
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-note", "held for two seconds")
    expect(cell(grid, "hip_flexion", "left")).to_be_focused()
    expect(cell(grid, "hip_flexion", "left")).to_have_attribute("data-state", "blank")


def test_plus_and_minus_refine_the_cell_just_filled(patient_page: Page) -> None:
    patient_page.get_by_role("link", name="New assessment").click()
    patient_page.locator("[name=profile]").select_option("mrc_plus_minus_4")
    patient_page.get_by_role("button", name="Start scoring").click()
    expect(patient_page.locator("body.scripted")).to_be_visible()
    press(patient_page, "4-3+")
    expect(cell(patient_page, "hip_flexion")).to_have_attribute("data-grade", "4-")
    expect(cell(patient_page, "hip_flexion", "left")).to_have_attribute("data-grade", "3")
    expect(patient_page.locator("#announce")).to_have_text("Not a grade of this scale.")


def test_backspace_takes_back_the_last_score(grid: Page) -> None:
    press(grid, "43")
    grid.keyboard.press("Backspace")
    expect(cell(grid, "hip_flexion", "left")).to_be_focused()
    expect(cell(grid, "hip_flexion", "left")).to_have_attribute("data-state", "blank")
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-grade", "4")


def test_what_was_emptied_or_typed_over_is_put_back_change_by_change(grid: Page) -> None:
    press(grid, "4np")
    left = cell(grid, "hip_flexion", "left")
    left.focus()
    grid.keyboard.press("Backspace")
    expect(left).to_have_attribute("data-state", "blank")
    grid.keyboard.press("Control+z")
    expect(left).to_have_attribute("data-reason", "pain")
    expect(grid.locator("#announce")).to_have_text("Left hip flexion is as it was.")
    press(grid, "2")
    for expected in ("pain", ""):
        grid.keyboard.press("Control+z")
        expect(left).to_have_attribute("data-reason", expected)
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-grade", "4")


def test_arrows_move_as_in_a_table_and_tab_leaves_it(grid: Page) -> None:
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowLeft"):
        grid.keyboard.press(key)
    expect(cell(grid, "ankle_dorsiflexion")).to_be_focused()
    grid.keyboard.press("Tab")
    expect(grid.locator("#score-grid :focus")).to_have_count(0)
    grid.keyboard.press("Shift+Tab")
    expect(cell(grid, "ankle_dorsiflexion")).to_be_focused()


def test_column_by_column_goes_down_the_right_side_first(grid: Page) -> None:
    grid.get_by_role("button", name="Column by column").click()
    cell(grid, "hip_flexion").focus()
    press(grid, "54")
    expect(cell(grid, "knee_extension")).to_have_attribute("data-grade", "4")
    expect(cell(grid, "hip_flexion", "left")).to_have_attribute("data-state", "blank")
    expect(cell(grid, "ankle_dorsiflexion")).to_be_focused()


def test_auto_advance_can_be_switched_off_aloud(grid: Page) -> None:
    grid.get_by_role("button", name="Auto-advance").click()
    expect(grid.locator("#announce")).to_have_text("Auto-advance off")
    cell(grid, "hip_flexion").focus()
    press(grid, "43")
    expect(cell(grid, "hip_flexion")).to_be_focused()
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-grade", "3")


def test_each_score_is_announced(grid: Page) -> None:
    press(grid, "4")
    expect(grid.locator("#announce")).to_have_text("Right hip flexion 4")
    expect(grid.locator("#announce")).to_have_attribute("aria-live", "assertive")


def test_rest_is_normal_is_marked_undone_and_confirmed(grid: Page) -> None:
    press(grid, "4")
    grid.get_by_role("button", name="Rest normal…").click()
    expect(grid.locator("[data-entered=filled]")).to_have_count(23)
    grid.locator("#rest-normal").click()
    expect(grid.locator(BLANK)).to_have_count(23)
    grid.locator("#rest-normal").click()
    grid.locator("#sign").click()
    confirmation = grid.get_by_label(re.compile("23 cells were filled in"))
    grid.locator("#sign").click()
    expect(grid.get_by_text("Confirm the scores that were filled in at once.")).to_be_visible()
    confirmation.check()
    grid.locator("#sign").click()
    expect(grid.get_by_text("24 of 24 tested").first).to_be_visible()


def test_a_draft_resumes_at_the_first_empty_cell_with_everything_kept(grid: Page) -> None:
    press(grid, "40np")
    expect_saved(grid)
    grid.reload()
    expect(cell(grid, "hip_flexion", "left")).to_have_attribute("data-grade", "0")
    expect(cell(grid, "knee_extension")).to_have_attribute("data-reason", "pain")
    expect(cell(grid, "knee_extension", "left")).to_be_focused()


def test_the_state_line_tells_when_the_network_is_gone_and_back(grid: Page) -> None:
    press(grid, "4")
    expect_saved(grid)
    grid.context.set_offline(True)
    press(grid, "32")
    expect_state(grid, "offline")
    expect(grid.locator("#save-state")).to_have_attribute("data-waiting", "2")
    grid.context.set_offline(False)
    expect_saved(grid)
    grid.reload()
    expect(cell(grid, "knee_extension")).to_have_attribute("data-grade", "2")


def test_an_answer_that_was_lost_is_asked_for_again_and_makes_no_second_score(grid: Page) -> None:
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().text())
        route.abort()

    grid.route("**/save/", lose_the_first_answer)
    press(grid, "4")
    expect_saved(grid)
    assert lost
    grid.reload()
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-grade", "4")
    expect(grid.locator(BLANK)).to_have_count(23)


# How long a request may take, alone: other times, of ours too, stay as they are.
IMPATIENT = """
const later = setTimeout;
globalThis.setTimeout = (act, ms) =>
  later(act, new Error().stack.includes("device/patience") ? ms / 20 : ms);
"""


def test_a_network_that_swallows_a_request_is_not_waited_for(patient_page: Page) -> None:
    page, swallowed = patient_page, []
    page.add_init_script(IMPATIENT)
    page.get_by_role("link", name="New assessment").click()
    page.get_by_role("button", name="Start scoring").click()
    expect(page.locator("body.scripted")).to_be_visible()

    def swallow(route: Route) -> None:
        swallowed.append(route)  # no answer, ever

    page.route("**/save/", swallow)
    press(page, "4")
    expect_state(page, "offline")
    assert swallowed
    press(page, "0")
    page.unroute("**/save/", swallow)
    expect_saved(page)
    page.reload()
    expect(cell(page, "hip_flexion")).to_have_attribute("data-grade", "4")
    expect(cell(page, "hip_flexion", "left")).to_have_attribute("data-grade", "0")


@pytest.mark.parametrize(("picked", "grade"), [("Another page: 4", "4"), ("This page: 2", "2")])
def test_two_pages_on_one_draft_show_both_scores_and_a_person_picks(
    grid: Page, picked: str, grade: str
) -> None:
    other = grid.context.new_page()
    other.goto(grid.url)
    expect(other.locator("body.scripted")).to_be_visible()
    press(grid, "4")
    expect_saved(grid)
    other.bring_to_front()
    press(other, "2")
    dialog = other.get_by_role("dialog")
    expect(dialog).to_contain_text("Right hip flexion")
    expect(dialog.get_by_role("radio", checked=True)).to_have_count(0)
    dialog.get_by_role("button", name="Use these").click()
    for _try in range(3):
        other.keyboard.press("Escape")
    expect(dialog.get_by_role("radio")).to_have_count(2)
    dialog.get_by_label(picked).check()
    dialog.get_by_role("button", name="Use these").click()
    expect_saved(other)
    press(other, "5")
    expect_saved(other)
    for page in (other, grid):
        page.reload()
        expect(cell(page, "hip_flexion")).to_have_attribute("data-grade", grade)
        expect(cell(page, "hip_flexion", "left")).to_have_attribute("data-grade", "5")


def test_a_session_that_ended_is_told_and_the_scores_wait(grid: Page) -> None:
    press(grid, "4")
    expect_saved(grid)
    grid.context.clear_cookies()
    press(grid, "3")
    expect_state(grid, "error")
    expect(grid.locator("#save-state")).to_contain_text("Signed out")
    expect(grid.locator("#save-state")).to_have_attribute("data-waiting", "1")
    expect(cell(grid, "hip_flexion", "left")).to_have_attribute("data-grade", "3")


def test_context_is_saved_like_a_score(grid: Page) -> None:
    grid.get_by_text("Context", exact=True).click()
    grid.get_by_label("Fatigue before, 0-10").fill("0")
    expect_saved(grid)
    grid.reload()
    grid.get_by_text("Context", exact=True).click()
    expect(grid.get_by_label("Fatigue before, 0-10")).to_have_value("0")


def test_the_keypad_scores_by_thumb(
    browser: Browser, product: Product, sign_in: SignIn, new_patient: NewPatient
) -> None:
    context = browser.new_context(
        base_url=product.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    sign_in(page, "physio@harbour.example")
    page.goto(new_patient())
    page.get_by_role("link", name="New assessment").tap()
    page.get_by_role("button", name="Start scoring").tap()
    page.locator("[data-grade-key='0']").tap()
    page.locator("[data-act=not_testable]").tap()
    page.get_by_role("button", name="Pain").tap()
    expect(cell(page, "hip_flexion")).to_have_attribute("data-grade", "0")
    expect(cell(page, "hip_flexion", "left")).to_have_attribute("data-reason", "pain")
    expect(cell(page, "hip_flexion")).to_have_attribute("inputmode", "none")
    expect(cell(page, "knee_extension")).to_be_in_viewport()
    context.close()


def test_without_scripts_a_visit_is_typed_saved_and_signed(
    browser: Browser, product: Product, sign_in: SignIn, new_patient: NewPatient
) -> None:
    context = browser.new_context(base_url=product.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "physio@harbour.example")
    page.goto(new_patient())
    page.get_by_role("link", name="New assessment").click()
    page.get_by_role("button", name="Start scoring").click()
    cell(page, "hip_flexion").fill("0")
    cell(page, "hip_flexion", "left").fill("NT pain")
    page.get_by_role("button", name="Review and sign").click()
    expect(page.get_by_text("1 of 24 tested, 1 not testable")).to_be_visible()
    page.get_by_role("button", name=re.compile("Sign as")).click()
    expect(page.locator(".grade.g0")).to_have_text("0")
    expect(page.locator(".grade.nt")).to_contain_text("NT Pain")
    context.close()


def test_without_scripts_every_button_saves_and_enter_reviews(
    browser: Browser, product: Product, sign_in: SignIn, new_patient: NewPatient
) -> None:
    context = browser.new_context(base_url=product.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "lead@harbour.example")
    page.goto(new_patient())
    page.get_by_role("link", name="New assessment").click()
    page.get_by_role("button", name="Start scoring").click()
    cell(page, "hip_flexion").fill("0")
    page.get_by_role("button", name="By region").click()
    expect(page.get_by_role("button", name="By region")).to_have_attribute("aria-current", "true")
    expect(cell(page, "hip_flexion")).to_have_value("0")
    cell(page, "hip_flexion", "left").fill("NT pain")
    page.get_by_text("Test another movement, or discard this draft").click()
    page.get_by_label("Add a movement").select_option("neck_flexion")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(cell(page, "hip_flexion", "left")).to_have_value("NT pain")
    cell(page, "neck_flexion", "midline").fill("4")
    page.get_by_role("button", name="Force and heel raises").click()
    expect(page.locator("h1")).to_contain_text("Force and heel raises")
    page.go_back()
    page.reload()
    page.get_by_role("button", name="By position").click()
    expect(page.get_by_role("button", name="By position")).to_have_attribute("aria-current", "true")
    cell(page, "knee_extension").fill("3")
    cell(page, "knee_extension").press("Enter")
    expect(page.get_by_text("3 of 25 tested, 1 not testable")).to_be_visible()
    context.close()


def test_the_grid_stands_up_to_the_accessibility_rules(
    grid: Page, axe: Callable[..., None]
) -> None:
    press(grid, "40np")
    axe(grid)
    press(grid, "n")
    axe(grid)
