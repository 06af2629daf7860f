"""What comes out of a printer, sheet by sheet, and what a telephone folds."""

import re
from itertools import chain

from playwright.sync_api import Page, expect

from .paper import pages_of
from .steps import (
    RECORD,
    SHOWCASE,
    TELEPHONE,
    AddressOf,
    NewDraft,
    NewPatient,
    SignIn,
    arrive,
)

# Tested with the full battery, sixteen times.
FULL = "H-00219"


def sheets(page: Page, path: str) -> list[str]:
    page.goto(path)
    found = pages_of(page.pdf(prefer_css_page_size=True))
    assert not [each for each in found if "Find a patient" in each or "Sign out" in each]
    return found


def sheet_with(found: list[str], words: str) -> str:
    [sheet] = [each for each in found if words in each]
    return sheet


def test_every_sheet_of_a_patients_pages_names_the_patient(
    page: Page, sign_in: SignIn, address_of: AddressOf
) -> None:
    sign_in(page, "clinician@harbour.example")
    person = address_of(SHOWCASE)
    page.goto(person)
    page.get_by_role("row").filter(has_text="signed").get_by_role("link").last.click()
    arrive(page, RECORD)
    record = page.url
    compare = f"{person}compare/"
    found = {path: sheets(page, path) for path in (person, f"{person}trends/", compare, record)}
    for sheet in chain.from_iterable(found.values()):
        assert "WINTERS, Álma" in sheet
        assert SHOWCASE in sheet
    assert len(found[record]) == 2  # its grades with what was around them, and the body
    body = sheet_with(found[compare], "antigravity crossedchangedwatch")
    assert all(words in body for words in ("On the body", "Front", "Back", "Toe flex"))


def test_no_legend_or_heading_stands_alone_on_a_sheet(
    page: Page, sign_in: SignIn, address_of: AddressOf
) -> None:
    sign_in(page, "clinician@harbour.example")
    found = sheets(page, f"{address_of(FULL)}trends/")
    assert all(FULL in sheet for sheet in found)
    assert "Ankle dorsiflexion" in sheet_with(found, "darker is weaker")
    for region, first in (
        ("Hips", "Hip flexion"),
        ("Upper body", "Neck flexion"),
        ("Arms", "Elbow flexion"),
    ):
        heading = re.compile(rf"{region} ?\d+ movements")
        [sheet] = [each for each in found if heading.search(each)]
        assert first in sheet


def test_a_blank_sheet_of_the_full_battery_takes_two_in_any_order(
    page: Page, sign_in: SignIn, address_of: AddressOf
) -> None:
    sign_in(page, "lead@harbour.example")
    person = address_of(SHOWCASE)
    for order in ("region", "battery"):
        found = sheets(page, f"{person}sheet/?battery=full&order={order}")
        assert len(found) == 2
        assert "0 is a grade" in found[1]


def test_lists_print_with_their_headings_on_every_sheet(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "lead@harbour.example")
    fell = sheets(page, "/cohort/?movement=knees&by=1")
    assert "Movement: Knees: any movement · direction: fell · by at least: 1 grade" in fell[0]
    assert all("Tester of latest" in sheet for sheet in fell)
    assert "changedconfirmed by repeat" in "".join(fell)
    patients = sheets(page, "/patients/")
    assert len(patients) > 1
    assert all("Record number" in sheet for sheet in patients)
    [board] = sheets(page, "/quality/harbour-ms-clinic/")
    assert "Blind pairs still open" in board


def test_a_printed_draft_says_that_it_is_one(
    page: Page, sign_in: SignIn, new_patient: NewPatient, new_draft: NewDraft
) -> None:
    sign_in(page, "physio@harbour.example")
    [sheet] = sheets(page, new_draft(new_patient()))
    assert re.search(r"Draft, not signed · tested \d{4}-\d\d-\d\d \d\d:\d\d · tested by ", sheet)
    assert "Can’t test" not in sheet
    assert "Review and sign" not in sheet


def test_a_telephone_shows_what_changed_and_folds_the_rest(
    page: Page, sign_in: SignIn, address_of: AddressOf
) -> None:
    sign_in(page, "clinician@harbour.example")
    page.set_viewport_size(TELEPHONE)
    page.goto(f"{address_of(FULL)}trends/")
    expect(page.get_by_role("heading", name="What changed since")).to_be_in_viewport()
    expect(page.locator("details.fold[open]")).to_have_count(0)
    hips = page.locator("details.fold", has=page.locator("#strip-hip_flexion"))
    expect(hips.locator("summary").first).to_contain_text("1 worse, confirmed · 3 to watch")
    hips.locator("summary").first.click()
    expect(page.locator("#strip-hip_flexion svg")).to_be_visible()
    assert any("Neck flexion" in each for each in pages_of(page.pdf()))  # unfolded on paper
    page.goto(address_of(SHOWCASE))
    page.get_by_role("link", name="Right hip flexion").click()
    expect(page.locator("#strip-hip_flexion svg")).to_be_in_viewport()
