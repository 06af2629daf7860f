"""Whoever goes by the keyboard sees where it is: on every page, on everything that it reaches."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .steps import SHOWCASE, AddressOf, NewDraft, NewPatient, SignIn, open_grid

# What is in focus, and how it is shown: by a line of its own or by one around it.
HERE = """() => {
  const here = document.activeElement;
  const around = here.closest(".chip") ?? here;
  const line = (part) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(part);
    return outlineStyle === "none" ? "" : `${outlineWidth} ${outlineColor}`;
  };
  const shape = here.querySelector("rect") && getComputedStyle(here.querySelector("rect"));
  const drawn = shape && shape.strokeWidth === "3px" ? `3px ${shape.stroke}` : "";
  return {
    told: `${here.tagName}.${here.getAttribute("class")} ${here.textContent.trim().slice(0, 30)}`,
    line: line(here) || line(around) || drawn,
    kind: here.tagName,
  };
}"""
AMBER = "3px rgb(200, 122, 0)"
MOST = 60  # presses of Tab: enough to be among every kind of thing on a page


def tabbed(page: Page) -> list[dict[str, Any]]:
    """Return what Tab comes to, from where a page as it opens has put the keyboard."""
    found = []
    for _press in range(MOST):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here["kind"] == "BODY":
            break
        found.append(here)
    return found


def hold(page: Page, *kinds: str) -> None:
    """Assert that the ring is on everything that Tab comes to, such things among them."""
    found = tabbed(page)
    assert set(kinds) <= {each["kind"] for each in found}
    assert [each["told"] for each in found if each["line"] != AMBER] == []


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/", {"A", "BUTTON"}),
        ("/patients/", {"A", "BUTTON", "INPUT"}),
        ("/patients/new/", {"A", "BUTTON", "INPUT", "SELECT"}),
        ("/accounts/", {"A", "BUTTON"}),
    ],
)
def test_the_ring_is_on_all_that_the_keyboard_reaches(
    page: Page, sign_in: SignIn, path: str, kinds: set[str]
) -> None:
    sign_in(page, "physio@harbour.example")
    page.goto(path)
    hold(page, *kinds)


@pytest.mark.parametrize(
    ("part", "kinds"),
    [("", {"A"}), ("assessments/new/", {"BUTTON", "INPUT"}), ("compare/", {"BUTTON", "SELECT"})],
)
def test_the_ring_is_on_the_pages_of_a_patient(
    page: Page, sign_in: SignIn, address_of: AddressOf, part: str, kinds: set[str]
) -> None:
    sign_in(page, "physio@harbour.example")
    page.goto(address_of(SHOWCASE) + part)
    hold(page, *kinds)


def test_the_ring_is_on_the_grid_and_on_the_review(
    page: Page, sign_in: SignIn, new_patient: NewPatient, new_draft: NewDraft
) -> None:
    sign_in(page, "physio@harbour.example")
    open_grid(page, new_draft(new_patient()))
    hold(page, "BUTTON", "SUMMARY")
    page.locator("#sign").click()
    expect(page.get_by_text("Signing freezes the record.")).to_be_visible()
    hold(page, "A", "BUTTON", "SUMMARY")
