"""One draft in two windows: neither builds on, nor signs, what it never showed."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from .steps import (
    RECORD,
    NewDraft,
    NewPatient,
    SignIn,
    arrive,
    expect_state,
    open_grid,
    settle,
)

ALL_BUT_ONE = "44321054444554445554321"  # the first key of each cell but the last


@pytest.fixture
def grid(page: Page, sign_in: SignIn, new_patient: NewPatient, new_draft: NewDraft) -> Page:
    sign_in(page, "physio@harbour.example")
    open_grid(page, new_draft(new_patient()))
    return page


@pytest.fixture
def other(grid: Page) -> Page:
    """The same draft in another window."""
    window = grid.context.new_page()
    open_grid(window, grid.url)
    return window


def cells(page: Page) -> Locator:
    return page.locator("#score-grid input.cell")


@pytest.mark.parametrize(("picked", "grade"), [("theirs", "4"), ("yours", "3")])
def test_a_score_whose_answer_was_lost_does_not_pass_over_a_newer_one(
    grid: Page, other: Page, picked: str, grade: str
) -> None:
    away, taken = [True], []

    def take_one_and_lose_the_answer(route: Route) -> None:
        if not away:
            route.continue_()
            return
        if not taken:
            taken.append(route.fetch().status)
        route.abort()

    grid.route("**/save/", take_one_and_lose_the_answer)
    grid.keyboard.press("3")
    expect_state(grid, "offline")
    other.reload()
    cells(other).first.press("4")
    expect_state(other, "saved")
    assert taken == [200]
    away.clear()
    dialog = grid.get_by_role("dialog")
    dialog.locator(f"[value={picked}]").check()
    dialog.get_by_role("button", name="Use these").click()
    settle(grid)
    grid.reload()
    expect(cells(grid).first).to_have_attribute("data-grade", grade)


def test_what_another_window_scored_is_looked_at_before_signing(grid: Page, other: Page) -> None:
    cells(other).last.press("0")
    expect_state(other, "saved")
    for key in ALL_BUT_ONE:
        grid.keyboard.press(key)
    settle(grid)
    grid.locator("#sign").click()
    expect(
        grid.get_by_text("The draft changed meanwhile. Look again before signing.")
    ).to_be_visible()
    grid.locator("#sign").click()
    arrive(grid, RECORD)
    expect(grid.get_by_text("24 of 24 tested").first).to_be_visible()
