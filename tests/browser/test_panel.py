"""What is in sight while scoring: whole keys, the end of the page, when the test was made."""

import re

import pytest
from playwright.sync_api import Page, expect

from .steps import NewDraft, NewPatient, SignIn, open_grid


@pytest.fixture
def grid(page: Page, sign_in: SignIn, new_patient: NewPatient, new_draft: NewDraft) -> Page:
    sign_in(page, "physio@harbour.example")
    open_grid(page, new_draft(new_patient()))
    return page


def test_when_it_was_tested_stays_in_sight_after_the_first_key(grid: Page) -> None:
    line = grid.locator(".banner-action .recording")
    before = line.text_content()
    grid.keyboard.press("4")
    expect(grid.locator("#recording")).to_contain_text("Recording Browser")
    expect(line).to_have_text(before or "")
    expect(line).to_contain_text(re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"))
    expect(line).to_be_visible()


@pytest.mark.parametrize("size", [(390, 844), (820, 1180), (640, 450)])
def test_the_end_of_the_page_can_be_scrolled_above_the_keypad(
    grid: Page, size: tuple[int, int]
) -> None:
    grid.set_viewport_size({"width": size[0], "height": size[1]})
    grid.get_by_role("link", name="My account").scroll_into_view_if_needed()
    grid.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
    keypad = grid.locator("#now").bounding_box()
    assert keypad is not None
    for last in (".more > p > a", ".more summary", ".foot"):
        box = grid.locator(last).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= keypad["y"] + 1


INSIDE = """() => {
  const panel = document.getElementById("now").getBoundingClientRect();
  const keys = document.querySelectorAll(".key, .key-actions .btn");
  const isCut = (key) => {
    const box = key.getBoundingClientRect();
    return box.bottom > panel.bottom || box.right > panel.right || box.top < panel.top;
  };
  return [...keys].filter(isCut).map((key) => key.textContent.trim());
}"""


@pytest.mark.parametrize("size", [(1280, 900), (1366, 768), (640, 450)])
def test_every_key_is_whole_on_every_scale(
    page: Page,
    sign_in: SignIn,
    new_patient: NewPatient,
    new_draft: NewDraft,
    size: tuple[int, int],
) -> None:
    sign_in(page, "physio@harbour.example")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    person = new_patient()
    for profile in ("mrc", "mrc_plus_minus_4", "mrc_plus_minus", "kendall"):
        open_grid(page, new_draft(person, profile=profile))
        assert page.evaluate(INSIDE) == []
        told = page.locator(":is(#near li, .key .meaning):visible").count()
        assert told >= (0 if size[0] < 960 else 3)
