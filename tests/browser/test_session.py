"""A session that ends in the middle of a visit: the same person goes on, nobody else looks in."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from mmt.accounts.demo import PASSWORD
from tests.factors import code_of, generate_totp_secret

from .steps import RECORD, NewDraft, NewPatient, arrive, expect_state, open_grid, until

NewPerson = Callable[..., str]
PHYSIO, LEAD = "physio@harbour.example", "lead@harbour.example"
VISIT = "443210544445544455543210"


def sign_in_alone(page: Page, email: str) -> None:
    """Through the form: this session will be ended."""
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page).not_to_have_url(re.compile("/accounts/login/"))


@pytest.fixture
def grid(page: Page, new_patient: NewPatient, new_draft: NewDraft) -> Page:
    sign_in_alone(page, PHYSIO)
    open_grid(page, new_draft(new_patient()))
    return page


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def asked_for(page: Page, held: list[Route]) -> Route:
    """Take out the one request that is held back."""
    while not held:
        page.wait_for_timeout(50)
    return held.pop()


def end_session(page: Page) -> None:
    page.context.clear_cookies(name="session")


def test_the_session_ends_at_score_23_and_the_same_person_goes_on(grid: Page) -> None:
    press(grid, VISIT[:22])
    expect_state(grid, "saved")
    end_session(grid)
    press(grid, VISIT[22])
    expect(grid.get_by_role("heading", name="You were signed out")).to_be_visible()
    grid.get_by_label("Password").fill("not the password")
    grid.keyboard.press("Enter")
    expect(grid.locator("#session-over [role=alert]")).not_to_be_empty()
    grid.get_by_label("Password").fill(PASSWORD)
    grid.keyboard.press("Enter")
    expect(grid.locator("#session-over")).to_be_hidden()
    expect_state(grid, "saved")
    press(grid, VISIT[23])
    expect(grid.locator("#sign")).to_be_focused()
    grid.keyboard.press("Enter")
    arrive(grid, RECORD)
    expect(grid.get_by_text("24 of 24 tested").first).to_be_visible()


@pytest.fixture
def secret() -> str:
    return generate_totp_secret()


@pytest.fixture
def grid_with_factor(
    page: Page, new_patient: NewPatient, new_draft: NewDraft, new_person: NewPerson, secret: str
) -> Page:
    """The grid of a person who came in with an authenticator app."""
    email = new_person(secret)
    sign_in_alone(page, email)
    page.get_by_label("Code").fill(code_of(secret))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Second factor")).to_have_count(0)
    open_grid(page, new_draft(new_patient(), by=email))
    return page


def test_the_session_ends_at_score_23_and_a_second_factor_goes_on_in_place(
    grid_with_factor: Page, secret: str
) -> None:
    grid = grid_with_factor
    press(grid, VISIT[:22])
    expect_state(grid, "saved")
    end_session(grid)
    press(grid, VISIT[22])
    expect(grid.get_by_role("heading", name="You were signed out")).to_be_visible()
    grid.get_by_label("Password").fill(PASSWORD)
    grid.keyboard.press("Enter")
    code = grid.get_by_label("Code from your authenticator app")
    expect(code).to_be_focused()
    code.fill("000000")
    grid.keyboard.press("Enter")
    expect(grid.get_by_text("That code or passkey did not open it.")).to_be_visible()
    code.fill(code_of(secret, ahead=1))  # this moment's opened the door already
    grid.keyboard.press("Enter")
    expect(grid.locator("#session-over")).to_be_hidden()
    expect_state(grid, "saved")
    press(grid, VISIT[23])
    cells = grid.locator("#score-grid input[data-movement]")
    assert "".join(cells.evaluate_all("cells => cells.map((each) => each.dataset.grade)")) == VISIT
    expect(grid.locator("#sign")).to_be_focused()
    grid.keyboard.press("Enter")
    arrive(grid, RECORD)
    expect(grid.get_by_text("24 of 24 tested").first).to_be_visible()
    grid.wait_for_load_state()
    signed = grid.locator(".record-table .grade").all_inner_texts()
    assert sorted(signed) == sorted(VISIT)


def test_another_person_gets_a_clean_page(grid: Page) -> None:
    press(grid, "44")
    expect_state(grid, "saved")
    family = grid.locator(".banner-family").inner_text()
    end_session(grid)
    press(grid, "0")
    expect(grid.locator("#session-over")).to_be_visible()
    second = grid.context.new_page()
    sign_in_alone(second, LEAD)
    grid.get_by_label("Password").fill(PASSWORD)
    grid.keyboard.press("Enter")
    expect(grid.locator("#score-grid")).to_have_count(0)
    expect(grid.get_by_text(family)).to_have_count(0)
    expect(second.locator("#unsent")).to_contain_text("Entries of another person wait here")


def test_what_waited_over_the_end_of_a_session_is_sent_at_the_next_sign_in(grid: Page) -> None:
    press(grid, "44")
    expect_state(grid, "saved")
    end_session(grid)
    press(grid, "0")
    expect(grid.locator("#session-over")).to_be_visible()
    address, context = grid.url, grid.context
    grid.close(run_before_unload=False)
    page = context.new_page()
    keys: list[Route] = []
    page.route("**/device/", lambda route: keys.append(route))
    sign_in_alone(page, PHYSIO)
    asked_for(page, keys)
    page.goto(address)
    until(page, "() => document.activeElement.matches('#score-grid input')")
    asked_for(page, keys).continue_()  # the key to what waits comes late
    expect(page.locator("#score-grid input[data-state=graded]")).to_have_count(3)


def test_a_page_made_before_they_were_sent_shows_them_too(grid: Page) -> None:
    end_session(grid)
    press(grid, "4")
    expect(grid.locator("#session-over")).to_be_visible()
    address, context = grid.url, grid.context
    grid.close(run_before_unload=False)
    page = context.new_page()
    keys: list[Route] = []
    page.route("**/device/", lambda route: keys.append(route))
    sign_in_alone(page, PHYSIO)
    key = asked_for(page, keys)
    made = page.request.get(address)
    key.continue_()
    page.unroute("**/device/")
    expect(page.locator("#unsent")).to_have_attribute("data-waiting", "0")
    page.route(address, lambda route: route.fulfill(response=made))
    page.goto(address)
    expect(page.locator("#score-grid input[data-state=graded]")).to_have_count(1)
    page.unroute(address)
    until(page, "() => document.activeElement.matches('#score-grid input')")
    press(page, "3")
    expect_state(page, "saved")
    page.reload()
    expect(page.locator("#score-grid input[data-state=graded]")).to_have_count(2)


def test_idleness_is_warned_of_and_one_key_stays(page: Page) -> None:
    page.clock.install()
    page.add_init_script('addEventListener("device-ready", () => (window.deviceReady = true))')
    sign_in_alone(page, PHYSIO)
    until(page, "() => window.deviceReady")
    user = page.locator("#device").get_attribute("data-user")

    def an_hour_later(route: Route) -> None:
        left = 90 if route.request.method == "GET" else 3600
        route.fulfill(json={"user": user, "seconds": left, "csrf": "token", "secret": "AAAA"})

    page.route("**/device/", an_hour_later)
    page.clock.fast_forward("58:30")
    expect(page.get_by_role("heading", name="Still there?")).to_be_visible()
    with page.expect_request(lambda request: request.method == "POST"):
        page.keyboard.press("Enter")
    expect(page.locator("#session-warning")).to_be_hidden()
