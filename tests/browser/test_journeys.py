"""A day at the clinic, as the people of each role live it."""

import csv
import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.product import Product

from .steps import (
    RECORD,
    SHOWCASE,
    NewPatient,
    SignIn,
    arrive,
    find_patient,
    score,
    score_and_sign_in_part,
)

CLINIC = "Harbour MS Clinic"
PHYSIO, LEAD = "physio@harbour.example", "lead@harbour.example"
FIRST_VISIT = "443210544445544455543210"
SECOND_VISIT = "433210544445544455542210"
TRENDS = re.compile("/trends/$")


def new_page(browser: Browser, product: Product) -> Page:
    """Open the product in a browser of somebody else."""
    return browser.new_context(base_url=product.url, locale="en-GB").new_page()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


def cells(parts: Locator) -> list[list[str]]:
    """Return movement, side and grade of each part, in the order of the page."""
    found: list[list[str]] = parts.evaluate_all(
        "parts => parts.map(({ dataset: part }) => [part.movement, part.side, part.grade ?? ''])"
    )
    return found


# The physiotherapist


@pytest.fixture
def seen_once(browser: Browser, product: Product, sign_in: SignIn) -> str:
    """A patient with accents, tested years ago by a colleague; return the record number."""
    page = new_page(browser, product)
    sign_in(page, LEAD)
    page.goto("/patients/new/")
    number = f"W-{uuid4().hex[:8]}"
    page.get_by_label("Record number").fill(number)
    page.get_by_label("Family name").fill("Winterström")
    page.get_by_label("Given names").fill("Álma")
    page.get_by_label("Birth date").fill("1971-10-03")
    page.get_by_role("button", name="Register").first.click()
    score(page, FIRST_VISIT, tested_at="2020-03-02T10:30")
    page.keyboard.press("Enter")
    arrive(page, RECORD)
    page.context.close()
    return number


def test_a_visit_is_found_recorded_signed_and_seen(
    page: Page, sign_in: SignIn, seen_once: str
) -> None:
    sign_in(page, PHYSIO)
    person = find_patient(page, "winters alma", seen_once)
    score(page, SECOND_VISIT)
    recorded = cells(page.locator("#score-grid input[data-movement]"))
    assert "".join(grade for _movement, _side, grade in recorded) == SECOND_VISIT
    page.keyboard.press("Enter")  # the key that signs
    arrive(page, RECORD)
    expect(page.get_by_text("24 of 24 tested").first).to_be_visible()

    page.get_by_role("link", name="Trends").click()
    arrive(page, TRENDS)
    visits = page.locator(".heat-screen svg.visit")
    expect(visits).to_have_count(2)
    assert sorted(cells(visits.last.locator("rect[data-movement]"))) == sorted(recorded)
    expect(page.locator("#changed-heading")).to_have_text("What changed since 2020-03-02")

    sign_out(page)
    page.goto(person)
    expect(page).to_have_url(re.compile("/accounts/login/"))


# The clinician


def test_change_is_seen_with_its_rule_and_nothing_can_be_recorded(
    page: Page, sign_in: SignIn
) -> None:
    sign_in(page, "clinician@harbour.example")
    page.goto("/")
    expect(page.get_by_role("heading", name="Good day, Carl Specimen")).to_be_visible()
    expect(page.get_by_role("heading", name="Due for a re-test")).to_be_visible()
    page.get_by_role("link", name="Find a patient").last.click()
    person = find_patient(page, "winters", SHOWCASE)
    expect(page.get_by_role("link", name="New assessment")).to_have_count(0)

    page.get_by_role("link", name="Trends").click()
    page.get_by_label("Compare with").select_option("previous")
    page.get_by_role("button", name="Show").click()
    arrive(page, re.compile("reference=previous"))
    knee = page.locator("table.changes tr").filter(has_text="Left knee extension")
    expect(knee.locator(".grade")).to_have_text(["3", "2"])
    expect(knee.locator("[data-flag=crossed]")).to_be_visible()
    expect(knee).to_contain_text("worse")
    rules = page.locator("table.changes .rule-row").all_text_contents()
    assert rules
    assert all(len(rule.strip()) > len("a few words") for rule in rules)
    expect(page.get_by_role("link", name="New assessment")).to_have_count(0)

    answer = page.goto(f"{person}assessments/new/")
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
    expect(page.locator("header.topbar")).to_be_visible()
    page.get_by_role("link", name="To the start page").click()
    expect(page.get_by_role("heading", name="Good day, Carl Specimen")).to_be_visible()


# The administrator


@pytest.fixture
def signed(browser: Browser, product: Product, sign_in: SignIn, new_patient: NewPatient) -> str:
    """A visit of 4- right and 0 left, all else empty, just signed; return the record's id."""
    page = new_page(browser, product)
    sign_in(page, PHYSIO)
    page.goto(new_patient())
    page.get_by_role("link", name="New assessment").click()
    page.locator("[name=profile]").select_option("mrc_plus_minus_4")
    page.get_by_role("button", name="Start scoring").click()
    expect(page.locator("body.scripted")).to_be_visible()
    for key in "4-0":
        page.keyboard.press(key)
    page.locator("#sign").click()
    expect(page.get_by_text("22 cells are empty")).to_be_visible()
    page.locator("#sign").click()
    arrive(page, RECORD)
    record = page.url.rstrip("/").rpartition("/")[2]
    page.context.close()
    return record


def exported(page: Page, folder: Path, layout: str, record: str) -> list[dict[str, str]]:
    """Export everything in a layout, cells left blank too; return the rows of one record."""
    page.goto("/exports/")
    page.locator("[name=format][value=csv]").check()
    page.locator(f"[name=layout][value={layout}]").check()
    if layout == "long":
        page.locator("[name=blanks]").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    path = folder / download.value.suggested_filename
    assert path.suffix == ".csv"
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["assessment"] for row in rows}) > 300  # the whole clinic
    return [row for row in rows if row["assessment"] == record]


def test_an_export_holds_the_score_just_signed(
    page: Page, sign_in: SignIn, signed: str, tmp_path: Path
) -> None:
    sign_in(page, "admin@harbour.example")
    page.goto("/")
    page.get_by_role("link", name="Exports").click()
    long = exported(page, tmp_path, "long", signed)
    found = {(row["movement"], row["side"]): (row["status"], row["grade"]) for row in long}
    assert len(found) == 24
    assert found.pop(("hip_flexion", "right")) == ("graded", "4-")
    assert found.pop(("hip_flexion", "left")) == ("graded", "0")
    assert set(found.values()) == {("blank", "")}

    [wide] = exported(page, tmp_path, "wide", signed)
    assert wide["hip_flexion_right"] == "4-"
    assert wide["hip_flexion_left"] == "0"
    assert wide["knee_extension_right"] == ""
    assert wide["tester"] == "Priya Example"


def test_a_person_is_invited_comes_in_and_is_let_go(
    page: Page, browser: Browser, product: Product, sign_in: SignIn
) -> None:
    email, name = f"nora-{uuid4().hex[:8]}@harbour.example", f"Nora Newcomer {uuid4().hex[:8]}"
    password = "a-long-walk-by-the-sea-91"
    sign_in(page, "admin@harbour.example")
    page.goto("/")
    page.get_by_role("link", name="Team").click()
    page.get_by_role("link", name="Invite a person").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Role").select_option("physiotherapist")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("The link").input_value()

    guest = new_page(browser, product)
    guest.goto(link)
    expect(guest.get_by_text(email)).to_be_visible()
    guest.get_by_label("Your name").fill(name)
    guest.get_by_label("Choose a password").fill(password)
    guest.get_by_role("button", name="Make my account").click()
    expect(guest.get_by_text(f"You are on the team of {CLINIC}.")).to_be_visible()
    sign_out(guest)
    guest.locator("[name=login]").fill(email)
    guest.locator("[name=password]").fill(password)
    guest.get_by_role("button", name="Sign in", exact=True).click()
    expect(guest.get_by_role("heading", name=f"Good day, {name}")).to_be_visible()
    expect(guest.locator(".topbar-name")).to_have_text(CLINIC)
    person = find_patient(guest, "winters", SHOWCASE)
    expect(guest.get_by_role("link", name="New assessment")).to_be_visible()

    page.get_by_role("link", name="Back to the team").click()
    page.get_by_role("link", name=f"Change roles of {name}").click()
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("The role is taken away")).to_be_visible()

    guest.get_by_role("link", name="New assessment").click()
    expect(guest.get_by_role("heading", name="Nothing here")).to_be_visible()
    guest.goto(person)
    expect(guest.get_by_role("heading", name="Nothing here")).to_be_visible()
    guest.goto("/")
    expect(guest.get_by_text("No clinic yet")).to_be_visible()
    expect(guest.locator("body")).not_to_contain_text(CLINIC)
    guest.context.close()


# Correcting what was signed


def test_a_record_is_amended_by_its_tester_and_voided_by_the_lead(
    page: Page, browser: Browser, product: Product, sign_in: SignIn, new_patient: NewPatient
) -> None:
    sign_in(page, PHYSIO)
    page.goto(new_patient())
    record = score_and_sign_in_part(page, "43")
    page.get_by_role("link", name="Amend").click()
    page.get_by_label("Reason").fill("Typing slip: the left leg moved nothing.")
    page.get_by_label("Left hip flexion").fill("0")
    page.get_by_role("button", name="Amend the record").click()
    expect(page).to_have_url(record)
    expect(page.locator(".page-head .tag")).to_have_text("amended")
    amendment = page.locator(".amendment")
    expect(amendment).to_contain_text("Priya Example: Typing slip: the left leg moved nothing.")
    expect(amendment.locator("li")).to_contain_text("Left hip flexion")
    expect(amendment.locator(".grade")).to_have_text(["3", "0"])
    expect(page.locator(".record-table .grade.g0")).to_have_count(1)

    lead = new_page(browser, product)
    sign_in(lead, LEAD)
    lead.goto(record)
    lead.get_by_role("link", name="Void").click()
    lead.get_by_role("button", name="Void the record").click()
    expect(lead.locator(".invalid-feedback").first).to_be_visible()  # never without a reason
    lead.get_by_label("Reason").fill("Tested with the brace on.")
    lead.get_by_role("button", name="Void the record").click()
    expect(lead).to_have_url(record)
    lead.context.close()

    page.reload()
    expect(page.locator(".page-head .tag")).to_have_text("voided")
    notice = page.locator(".notice-error")
    expect(notice).to_contain_text("by Lena Sample")
    expect(notice).to_contain_text("Tested with the brace on.")
    expect(amendment).to_be_visible()
    expect(page.get_by_role("link", name="Amend")).to_have_count(0)


def test_a_record_of_the_wrong_patient_is_moved_by_the_lead(
    page: Page, browser: Browser, product: Product, sign_in: SignIn, new_patient: NewPatient
) -> None:
    sign_in(page, PHYSIO)
    right = new_patient()
    page.goto(right)
    right_number = page.locator("#patient-banner").get_by_text(re.compile("^B-")).text_content()
    wrong = new_patient()
    page.goto(wrong)
    record = score_and_sign_in_part(page, "40")
    expect(page.get_by_role("link", name="Move to another patient")).to_have_count(0)

    lead = new_page(browser, product)
    sign_in(lead, LEAD)
    lead.goto(record)
    lead.get_by_role("link", name="Move to another patient").click()
    lead.get_by_label("Record number of the right patient").fill(right_number or "")
    lead.get_by_label("Birth date of the right patient").fill("1985-02-28")
    lead.get_by_label("Reason").fill("Filed on the patient before her.")
    lead.get_by_role("button", name="Move the record").click()
    expect(lead.locator("#patient-banner")).to_contain_text(right_number or "")
    expect(lead.get_by_text("First filed on another patient.")).to_be_visible()
    expect(lead.locator(".record-table .grade")).to_contain_text(["4", "0"])
    expect(lead.locator("body")).to_contain_text("tested by Priya Example")
    lead.context.close()

    page.goto(record)
    expect(page.locator(".page-head .tag")).to_have_text("voided")
    expect(page.locator(".notice-error")).to_contain_text("Filed on the patient before her.")
    page.get_by_role("link", name="Filed anew on the right patient").click()
    expect(page.locator("#patient-banner")).to_contain_text(right_number or "")
    for address, status in ((right, "signed"), (wrong, "voided")):
        page.goto(address)
        table = page.get_by_role("table").filter(has_text="Tester")
        expect(table.locator("tbody tr")).to_have_count(1)
        expect(table.locator("tbody tr")).to_contain_text(status)
