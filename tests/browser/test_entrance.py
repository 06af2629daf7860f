from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

SignIn = Callable[[Page, str], None]
Axe = Callable[..., None]


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "service_workers": "allow"}


def test_a_demonstration_person_signs_in(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "physio@harbour.example")
    page.goto("/")
    expect(page.locator("body")).to_contain_text("Harbour MS Clinic")


def test_the_entrance_and_the_start_page_are_accessible(
    page: Page, sign_in: SignIn, axe: Axe
) -> None:
    page.goto("/accounts/login/")
    axe(page)
    sign_in(page, "physio@harbour.example")
    page.goto("/")
    axe(page)


def test_a_fault_in_accessibility_is_seen_under_the_content_policy(page: Page, axe: Axe) -> None:
    page.goto("/accounts/login/")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    with pytest.raises(AssertionError, match="html-has-lang"):
        axe(page)


def test_the_browser_has_nothing_to_complain_about(page: Page, sign_in: SignIn) -> None:
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    page.on("console", note)
    sign_in(page, "lead@harbour.example")
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert complaints == []
