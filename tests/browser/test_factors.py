"""Passkeys and recovery codes, with the browser's own key and the content policy in force."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from mmt.accounts.demo import PASSWORD
from tests.factors import code_of
from tests.product import Product

from .steps import Axe, enter, give_key, make_passkey

NewPerson = Callable[..., str]
CODE = re.compile(r"^\d{8}$")


@pytest.fixture
def complaints(page: Page) -> Iterator[None]:
    """The browser may not complain: of scripts, of the content policy, of anything."""
    found: list[str] = []
    page.on(
        "console",
        lambda message: (
            found.append(message.text)
            if message.type in {"error", "warning"} and "Service Worker" not in message.text
            else None
        ),
    )
    page.on("pageerror", lambda error: found.append(str(error)))
    yield
    assert found == []


@pytest.fixture
def site(page: Page, product: Product, complaints: None) -> str:
    """The product under a name: passkeys belong to one. The browser gets a key of its own."""
    give_key(page)
    return product.url.replace("127.0.0.1", "localhost")


def add_passkey(page: Page, site: str) -> list[str]:
    """Return the recovery codes that come with the first one."""
    make_passkey(page, site)
    expect(page.get_by_text("They are shown this once.")).to_be_visible()
    page.wait_for_load_state()
    return page.locator("#recovery-codes code").all_inner_texts()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_a_passkey_opens_without_the_password(
    page: Page, site: str, new_person: NewPerson, axe: Axe
) -> None:
    enter(page, site, new_person())
    add_passkey(page, site)
    axe(page)
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("button", name="Sign out", exact=True).first).to_be_visible()
    page.goto(f"{site}/accounts/")
    expect(page.get_by_role("row").filter(has_text="Clinic tablet")).not_to_contain_text("never")
    axe(page)


def test_a_passkey_is_the_second_factor_after_the_password(
    page: Page, site: str, new_person: NewPerson, axe: Axe
) -> None:
    email = new_person()
    enter(page, site, email)
    add_passkey(page, site)
    sign_out(page)
    enter(page, site, email)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Sign out", exact=True).first).to_be_visible()


def test_a_session_that_ended_is_taken_up_with_a_passkey_in_place(
    page: Page, site: str, new_person: NewPerson
) -> None:
    enter(page, site, new_person())
    add_passkey(page, site)
    page.goto(f"{site}/patients/")
    page.context.clear_cookies(name="session")
    page.evaluate("dispatchEvent(new Event('session-over'))")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("#session-over")).to_be_hidden()
    page.goto(f"{site}/patients/")
    expect(page.get_by_role("heading", name="Patients")).to_be_visible()


def test_a_recovery_code_opens_and_the_codes_can_be_kept_as_a_file(
    page: Page, site: str, new_person: NewPerson
) -> None:
    email = new_person()
    enter(page, site, email)
    codes = add_passkey(page, site)
    assert len(codes) == 10
    assert all(CODE.match(code) for code in codes)
    with page.expect_download() as download:
        page.get_by_role("link", name="Keep as a file").click()
    assert download.value.path().read_text().split() == codes
    sign_out(page)
    enter(page, site, email)
    page.get_by_label("Code").fill(codes[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out", exact=True).first).to_be_visible()
    page.goto(f"{site}/accounts/")
    expect(page.get_by_text("Recovery codes: 9 left")).to_be_visible()


def test_an_app_is_set_up_from_its_picture(
    page: Page, site: str, new_person: NewPerson, axe: Axe
) -> None:
    enter(page, site, new_person())
    expect(page.get_by_role("button", name="Sign out", exact=True).first).to_be_visible()
    page.goto(f"{site}/accounts/")
    page.get_by_role("link", name="Add an authenticator app").click()
    expect(page.locator("img.qr")).to_have_js_property("complete", True)
    assert page.locator("img.qr").evaluate("picture => picture.naturalWidth") > 0
    axe(page)
    page.locator("#id_code").fill(code_of(page.locator("#totp-key").inner_text()))
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_text("They are shown this once.")).to_be_visible()
