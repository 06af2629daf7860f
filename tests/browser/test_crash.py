"""Power cuts: of the server, of the browser. What the line called saved is there."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect

from tests.product import Product

from .steps import NewPatient, SignIn, expect_state, score, settle

PHYSIO = "physio@harbour.example"
GRADED = "#score-grid input[data-state=graded]"


@pytest.fixture
def patient_page(page: Page, sign_in: SignIn, new_patient: NewPatient) -> Page:
    sign_in(page, PHYSIO)
    page.goto(new_patient())
    return page


def test_after_a_power_cut_what_was_saved_is_there_on_another_device(
    patient_page: Page, product: Product, browser: Browser, sign_in: SignIn
) -> None:
    score(patient_page, "4432105")
    expect_state(patient_page, "saved")
    product.kill()
    product.start()
    other = browser.new_context(base_url=product.url, locale="en-GB").new_page()
    sign_in(other, PHYSIO)
    other.goto(patient_page.url)
    expect(other.locator(GRADED)).to_have_count(7)
    other.context.close()


def test_what_is_typed_while_the_server_is_dead_is_saved_when_it_lives(
    patient_page: Page, product: Product
) -> None:
    score(patient_page, "44")
    expect_state(patient_page, "saved")
    product.kill()
    for key in "3210":
        patient_page.keyboard.press(key)
    expect_state(patient_page, "offline")
    product.start()
    expect_state(patient_page, "saved")
    patient_page.reload()
    expect(patient_page.locator(GRADED)).to_have_count(6)


def kill_browser(profile: Path) -> None:
    """End every process of the browser that works in this profile, as a power cut would."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue  # it ended meanwhile
        if f"--user-data-dir={profile}".encode() in command:
            os.kill(int(process.name), signal.SIGKILL)


def test_a_killed_browser_gives_unsent_scores_back_after_signing_in(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    product: Product,
    new_patient: NewPatient,
    sign_in: SignIn,
    tmp_path: Path,
) -> None:
    def open_browser() -> BrowserContext:
        return browser_type.launch_persistent_context(
            tmp_path, base_url=product.url, **browser_type_launch_args
        )

    first = open_browser()
    page = first.new_page()
    sign_in(page, PHYSIO)
    page.goto(new_patient())
    score(page, "44")
    settle(page)
    first.set_offline(True)
    for key in "01":
        page.keyboard.press(key)
    expect(page.locator("#unsent")).to_have_attribute("data-waiting", "2")
    address = page.url
    kill_browser(tmp_path)
    second = open_browser()
    page = second.new_page()
    sign_in(page, PHYSIO)
    page.goto(address)
    expect_state(page, "saved")
    expect(page.locator(GRADED)).to_have_count(4)
    second.close()


def test_two_windows_two_patients(
    patient_page: Page, new_patient: NewPatient, product: Product
) -> None:
    one, two = patient_page, patient_page.context.new_page()
    two.goto(new_patient())
    for page in (one, two):
        score(page, "")
    for keys in ("44", "32", "10"):
        for page, key in zip((one, two), keys, strict=True):
            page.bring_to_front()
            page.keyboard.press(key)
    for page in (one, two):
        name = page.locator(".banner-family").inner_text()
        expect(page.locator("#recording")).to_contain_text(name, ignore_case=True)
        expect_state(page, "saved")
    graded = [
        [cell.get_attribute("data-grade") for cell in page.locator(GRADED).all()]
        for page in (one, two)
    ]
    assert graded == [["4", "3", "1"], ["4", "2", "0"]]
