"""Many cells with one key: chosen, marked as filled, taken back at once, confirmed at signing."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.product import Product

from .steps import RECORD, Axe, NewDraft, NewPatient, SignIn, arrive, expect_state, open_grid, score

FILLED = "#score-grid [data-entered=filled]"
CHOSEN = "#score-grid .chosen"


@pytest.fixture
def grid(page: Page, sign_in: SignIn, new_patient: NewPatient, new_draft: NewDraft) -> Page:
    sign_in(page, "physio@harbour.example")
    open_grid(page, new_draft(new_patient()))
    return page


def cell(page: Page, movement: str, side: str = "right") -> Locator:
    return page.locator(f"#score-grid [data-movement={movement}][data-side={side}]")


def grades(page: Page, selector: str) -> list[str]:
    found: list[str] = page.locator(selector).evaluate_all(
        "cells => cells.map((cell) => cell.dataset.grade)"
    )
    return found


def test_one_click_and_one_key_score_a_whole_leg(grid: Page) -> None:
    grid.get_by_role("button", name="Left leg").click()
    expect(grid.locator(CHOSEN)).to_have_count(7)
    expect(grid.locator("#announce")).to_have_text("7 cells selected. A grade fills them all.")
    grid.keyboard.press("5")
    assert grades(grid, FILLED) == ["5"] * 7
    assert grades(grid, "#score-grid [data-side=right]") == [""] * 12
    expect(grid.locator(CHOSEN)).to_have_count(0)
    expect(cell(grid, "hip_flexion")).to_be_focused()


@pytest.mark.parametrize("key", ["Backspace", "Control+z"])
def test_one_key_puts_back_what_stood_before(grid: Page, key: str) -> None:
    for digit in "02":
        grid.keyboard.press(digit)
    grid.keyboard.press("Control+a")
    grid.keyboard.press("4")
    expect(grid.locator(FILLED)).to_have_count(24)
    grid.keyboard.press(key)
    expect(grid.locator(FILLED)).to_have_count(0)
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-grade", "0")
    expect(cell(grid, "hip_flexion", "left")).to_have_attribute("data-grade", "2")
    expect(grid.locator("#score-grid [data-state=blank]")).to_have_count(22)
    expect_state(grid, "saved")


def test_one_reason_serves_a_whole_leg_and_claims_no_test(grid: Page) -> None:
    grid.get_by_role("button", name="Right leg").click()
    grid.keyboard.press("d")
    expect(grid.locator("[data-chooser=not_done] .chooser-cell")).to_have_text("7 cells")
    grid.keyboard.press("f")
    expect(grid.locator("#score-grid [data-side=right][data-reason=fatigue]")).to_have_count(7)
    expect(grid.locator(FILLED)).to_have_count(0)
    expect(grid.locator("#announce")).to_have_text("7 cells: ND. Backspace takes it back.")
    grid.keyboard.press("Backspace")
    expect(grid.locator("#score-grid [data-state=blank]")).to_have_count(24)


def test_filling_over_entered_grades_says_how_many(grid: Page) -> None:
    grid.keyboard.press("3")
    grid.get_by_role("button", name="Right leg").click()
    expect(grid.locator("#now-name")).to_contain_text("Entered already: 1.")
    grid.keyboard.press("5")
    expect(grid.locator("#announce")).to_contain_text("Entered before and changed by this: 1.")
    grid.keyboard.press("Control+z")
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-grade", "3")
    expect(grid.locator("#score-grid [data-state=blank]")).to_have_count(23)


def test_a_cell_that_was_clicked_is_what_backspace_empties(grid: Page) -> None:
    grid.get_by_role("button", name="Left leg").click()
    grid.keyboard.press("5")
    cell(grid, "hip_flexion", "left").click()
    grid.keyboard.press("Backspace")
    expect(grid.locator(FILLED)).to_have_count(6)


def test_after_another_score_backspace_takes_back_that_one_alone(grid: Page) -> None:
    grid.get_by_role("button", name="Left leg").click()
    grid.keyboard.press("5")
    grid.keyboard.press("3")
    grid.keyboard.press("Backspace")
    expect(cell(grid, "hip_flexion")).to_have_attribute("data-state", "blank")
    expect(grid.locator(FILLED)).to_have_count(7)


def test_what_was_filled_is_passed_over_by_the_scores_that_follow(grid: Page) -> None:
    grid.get_by_role("button", name="Left leg").click()
    for digit in "5321":
        grid.keyboard.press(digit)
    assert grades(grid, FILLED) == ["5"] * 7
    assert grades(grid, "#score-grid [data-entered=typed]") == ["3", "2", "1"]


def test_shift_and_arrows_choose_a_block_of_the_table(grid: Page) -> None:
    for key in ("Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowRight"):
        grid.keyboard.press(key)
    expect(grid.locator(CHOSEN)).to_have_count(6)
    grid.keyboard.press("Shift+ArrowUp")
    expect(grid.locator(CHOSEN)).to_have_count(4)
    grid.keyboard.press("3")
    assert grades(grid, FILLED) == ["3"] * 4


def test_shift_and_click_choose_up_to_a_cell(grid: Page) -> None:
    cell(grid, "ankle_dorsiflexion").click(modifiers=["Shift"])
    expect(grid.locator(CHOSEN)).to_have_count(3)
    cell(grid, "ankle_dorsiflexion").click()
    expect(grid.locator(CHOSEN)).to_have_count(0)


@pytest.mark.parametrize("key", ["Escape", "ArrowDown", "Home"])
def test_moving_on_lets_go_of_what_was_chosen(grid: Page, key: str) -> None:
    grid.keyboard.press("Control+a")
    grid.keyboard.press(key)
    expect(grid.locator(CHOSEN)).to_have_count(0)
    grid.keyboard.press("4")
    expect(grid.locator(FILLED)).to_have_count(0)
    expect(grid.locator("#score-grid [data-state=graded]")).to_have_count(1)


def test_the_selected_cells_are_looked_at_again_before_signing(grid: Page, axe: Axe) -> None:
    grid.get_by_role("button", name="All", exact=True).click()
    axe(grid)
    grid.keyboard.press("4")
    expect(grid.locator(FILLED)).to_have_count(24)
    grid.locator("#sign").click()
    confirmation = grid.get_by_label(re.compile("24 cells were filled in at once"))
    expect(confirmation).to_be_visible()
    axe(grid)
    grid.locator("#sign").click()
    expect(grid.get_by_text("Confirm the scores that were filled in at once.")).to_be_visible()
    confirmation.check()
    grid.locator("#sign").click()
    arrive(grid, RECORD)


def test_a_filled_cell_typed_over_is_a_typed_one(grid: Page) -> None:
    grid.keyboard.press("Control+a")
    for key in "40":
        grid.keyboard.press(key)
    expect(grid.locator(FILLED)).to_have_count(23)
    expect(grid.locator("#score-grid [data-entered=typed][data-grade='0']")).to_have_count(1)


def test_a_leg_is_scored_by_thumb(
    browser: Browser, product: Product, sign_in: SignIn, new_patient: NewPatient
) -> None:
    context = browser.new_context(
        base_url=product.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    sign_in(page, "physio@harbour.example")
    page.goto(new_patient())
    score(page, "")
    page.get_by_role("button", name="Right leg").tap()
    page.locator("[data-grade-key='5']").tap()
    expect(page.locator(FILLED)).to_have_count(7)
    assert grades(page, FILLED) == ["5"] * 7
    page.locator("[data-act=back]").tap()
    expect(page.locator(FILLED)).to_have_count(0)
    context.close()


def test_the_order_is_chosen_once_and_remembered(grid: Page) -> None:
    expect(grid.locator("#position-changes")).to_have_text("3 changes of position")
    grid.get_by_role("button", name="As listed").click()
    expect(grid.locator("#position-changes")).to_have_text("7 changes of position")
    grid.goto(grid.url)
    chosen = grid.locator("[name=order][aria-current]")
    expect(chosen).to_have_text("As listed")
    grid.get_by_role("button", name="By position").click()
    expect(chosen).to_have_text("By position")
