"""Force, heel raises and functional tests, by keyboard, in a real browser."""

import re

from playwright.sync_api import Page, expect

from tests.browser.steps import Axe, NewPatient, SignIn, expect_state, score

PHYSIO = "physio@harbour.example"


def type_through(page: Page, *typed: str) -> None:
    """Type into one field after the other; Tab leads on."""
    for text in typed:
        if text:
            page.keyboard.type(text)
        page.keyboard.press("Tab")


def open_measurements(page: Page) -> None:
    page.get_by_role("link", name="Force and heel raises").click()
    expect(page.get_by_role("heading", name="Force and heel raises")).to_be_visible()


def test_three_trials_are_entered_by_keyboard(
    page: Page, sign_in: SignIn, new_patient: NewPatient, axe: Axe
) -> None:
    sign_in(page, PHYSIO)
    page.goto(new_patient())
    score(page, "44")
    expect_state(page, "saved")
    open_measurements(page)
    page.get_by_label("Movement and side").first.focus()
    type_through(page, "Right knee ext", "47.5", "45", "46.2", "", "", "lbf", "best", "Dial")
    axe(page)
    page.get_by_role("button", name="Save the force").press("Enter")
    expect(page.locator(".measured")).to_contain_text("47.5 lbf = 211.3 N, best of 3")
    axe(page)
    page.get_by_role("link", name="Back to the scores").click()
    page.locator("#sign").click()
    expect(page.get_by_text("Signing freezes the record.")).to_be_visible()
    page.locator("#sign").click()
    expect(page.locator(".measured-beside")).to_have_text("47.5 lbf = 211.3 N, best of 3, Dial")


def test_what_is_wrong_is_named_and_what_was_typed_stays(
    page: Page, sign_in: SignIn, new_patient: NewPatient, axe: Axe
) -> None:
    sign_in(page, PHYSIO)
    page.goto(new_patient())
    score(page, "")
    open_measurements(page)
    page.get_by_label("Movement and side").first.focus()
    type_through(page, "Left hip flex", "1800", "", "", "", "", "N", "", "Dial")
    page.get_by_role("button", name="Save the force").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("beyond a hand-held device")
    expect(page.get_by_label("Trial 1")).to_have_value("1800")
    axe(page)
    page.get_by_role("button", name="Save the force").press("Enter")
    expect(page.locator(".measured")).to_contain_text("1800 N, 1 trial")


def test_a_functional_test_stands_on_the_patients_page(
    page: Page, sign_in: SignIn, new_patient: NewPatient, axe: Axe
) -> None:
    sign_in(page, PHYSIO)
    person = new_patient()
    page.goto(person)
    page.get_by_role("link", name="Add a functional test").click()
    axe(page)
    page.get_by_label("Test*").select_option("walk_25_feet")
    page.get_by_label("Tested on").fill("2024-05-02")
    page.get_by_label("First trial").fill("7.3")
    page.get_by_label("Second trial").fill("7.6")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(person)
    tests = page.get_by_role("region", name="Functional tests")
    expect(tests).to_contain_text(re.compile("7.45 s, mean of 7.3 and 7.6"))
    axe(page)
    tests.get_by_role("link", name="In error?").click()
    page.get_by_label("Why it is wrong").fill("Another patient's.")
    page.get_by_role("button", name="Mark as entered in error").click()
    expect(tests).to_contain_text("Entered in error (1)")
