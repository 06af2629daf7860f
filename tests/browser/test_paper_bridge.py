"""Between paper and the record: a sheet to print, and a pile of sheets typed in by keyboard."""

import re

from playwright.sync_api import Page, expect

from .paper import pages_of
from .steps import GRID, RECORD, SHOWCASE, AddressOf, Axe, NewPatient, SignIn, arrive, expect_state

PHYSIO, LEAD = "physio@harbour.example", "lead@harbour.example"
WHEN = "2024-03-05T10:30"


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def test_the_usual_battery_fits_on_one_page_with_the_patient_on_it(
    page: Page, sign_in: SignIn, address_of: AddressOf
) -> None:
    sign_in(page, PHYSIO)
    person = address_of(SHOWCASE)
    for order in ("position", "region", "battery"):
        page.goto(f"{person}sheet/?order={order}")
        [paper] = pages_of(page.pdf(prefer_css_page_size=True))
        for words in ("WINTERS, Álma", SHOWCASE, "1979-04-12", "Ankle plantarflexion", "Note"):
            assert words in paper
        assert "Show" not in paper


def test_a_long_battery_names_the_patient_on_each_of_its_two_pages(
    page: Page, sign_in: SignIn, address_of: AddressOf
) -> None:
    sign_in(page, PHYSIO)
    person = address_of(SHOWCASE)
    page.goto(f"{person}sheet/?battery=full&order=position")
    pages = pages_of(page.pdf(prefer_css_page_size=True))
    assert len(pages) == 2
    assert all("WINTERS, Álma" in paper and SHOWCASE in paper for paper in pages)


def test_the_sheet_is_reached_from_the_patient_and_has_a_button_that_prints(
    page: Page, sign_in: SignIn, address_of: AddressOf, axe: Axe
) -> None:
    sign_in(page, PHYSIO)
    page.goto(address_of(SHOWCASE))
    page.get_by_role("link", name="Blank sheet").click()
    axe(page)
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Print", exact=True).click()
    expect(page).to_have_title("printed")


def test_two_sheets_are_typed_in_by_keyboard_alone(
    page: Page, sign_in: SignIn, new_patient: NewPatient, axe: Axe
) -> None:
    sign_in(page, PHYSIO)
    numbers = []
    for _each in range(2):
        page.goto(new_patient())
        numbers.append(page.locator("#patient-banner dd").nth(1).inner_text())
    page.goto("/back-entry/")
    axe(page)
    page.get_by_label("Tested at").fill(WHEN)
    page.get_by_label("Tester").focus()
    page.keyboard.type("Lena")
    page.get_by_label("Scale").focus()
    keys(page, "Tab", "Enter")
    for number in numbers:
        type_in(page, number, axe)
        expect(page.get_by_text("tested by Lena Sample at 10:30")).to_contain_text(
            "typed in by Priya Example"
        )
        keys(page, "Enter")  # Next sheet
    # The pile holds the first patient again: that day has a record already.
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type(numbers[0])
    keys(page, "Enter")
    expect(page.get_by_role("button", name=re.compile("^Start"))).to_be_focused()
    keys(page, "Enter")
    expect(page.get_by_text("Already recorded that day").first).to_be_visible()
    axe(page)


def type_in(page: Page, number: str, axe: Axe) -> None:
    """From the search to the signed record, nothing but keys."""
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type(number)
    keys(page, "Enter")
    begin = page.get_by_role("button", name=re.compile("^Start"))
    expect(begin).to_be_focused()
    axe(page)
    keys(page, "Enter")
    arrive(page, GRID)
    expect(page.locator("body.scripted")).to_be_visible()
    expect(page.locator(".recording")).to_contain_text("typed in by Priya Example")
    keys(page, *"4354")
    keys(page, "Control+Enter")  # the rest is blank: the review asks
    expect(page.get_by_text("Signing freezes the record.")).to_be_visible()
    page.locator("#sign").focus()
    keys(page, "Enter")
    arrive(page, RECORD)
    expect(page.get_by_role("link", name="Next sheet")).to_be_focused()


def test_a_draft_is_discarded_and_taken_back_on_the_start_page(
    page: Page, sign_in: SignIn, new_patient: NewPatient, axe: Axe
) -> None:
    sign_in(page, LEAD)
    page.goto(new_patient())
    name = page.locator(".banner-family").inner_text()
    page.get_by_role("link", name="New assessment").click()
    page.get_by_role("button", name="Start scoring").click()
    expect(page.locator("body.scripted")).to_be_visible()
    keys(page, *"05")
    expect_state(page, "saved")
    page.goto("/")
    axe(page)
    mine = page.locator(".draft-list > li").filter(has_text=re.compile(name, re.IGNORECASE)).first
    expect(mine).to_contain_text("2 of 24 entered")
    mine.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("The draft was discarded.")).to_be_visible()
    page.locator(".draft-aside summary").click()
    axe(page)
    page.locator("#messages").get_by_role("button", name="Undo").click()
    arrive(page, GRID)
    expect(page.locator("[data-state=graded]")).to_have_count(2)


def test_the_draft_of_today_is_continued_with_one_key(
    page: Page, sign_in: SignIn, new_patient: NewPatient, axe: Axe
) -> None:
    sign_in(page, PHYSIO)
    person = new_patient()
    page.goto(person)
    page.get_by_role("link", name="New assessment").click()
    page.get_by_role("button", name="Start scoring").click()
    expect(page.locator("body.scripted")).to_be_visible()
    grid = page.url
    page.goto(f"{person}assessments/new/")
    axe(page)
    expect(page.get_by_role("link", name="Continue", exact=True)).to_be_focused()
    keys(page, "Enter")
    expect(page).to_have_url(grid)
