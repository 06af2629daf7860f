"""What a person does on the way to somewhere, for tests of what is there."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from mmt.accounts.demo import PASSWORD

SignIn = Callable[[Page, str], None]
Axe = Callable[..., None]
NewPatient = Callable[[], str]
NewDraft = Callable[..., str]
AddressOf = Callable[[str], str]

PERSON = re.compile(r"/patients/[0-9a-f-]{36}/$")
RECORD = re.compile(r"/assessments/[0-9a-f-]{36}/$")
GRID = re.compile(r"/assessments/[0-9a-f-]{36}/score/$")

TELEPHONE = {"width": 390, "height": 844}
# The demonstration patient drawn by hand.
SHOWCASE = "H-00217"


def until(page: Page, script: str) -> None:
    """Ask again and again: the browser's own waiting needs `eval`, which the policy forbids.

    A busy machine is slow, not wrong: it is given a minute.
    """
    for _try in range(600):
        if page.evaluate(script):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {script}")


# Reading waits for the writing that was begun before it.
NOTHING_HELD = """() => new Promise((done) => {
  const request = indexedDB.open("strength-recorder");
  request.onsuccess = () => {
    const rows = request.result.transaction("outbox").objectStore("outbox").count();
    rows.onsuccess = () => {
      request.result.close();
      done(!rows.result);
    };
  };
})"""


def settle(page: Page) -> None:
    """Wait until all is saved and the device holds nothing of it any more.

    What is counted as waiting afterwards is what was typed afterwards.
    """
    expect_state(page, "saved")
    until(page, NOTHING_HELD)


def arrive(page: Page, address: str | re.Pattern[str]) -> None:
    """Wait until all of the page at this address is there: what is read of it once is whole."""
    page.wait_for_url(address)


# The page tells of it when it comes: who asks now and then learns of it half a second late.
STATE = """([name, patience]) => new Promise((done) => {
  const line = document.getElementById("save-state");
  const look = () => line.dataset.state === name && done(name);
  new MutationObserver(look).observe(line, { attributes: true });
  setTimeout(() => done(line.dataset.state), patience);
  look();
})"""
PATIENCE = 30_000  # ms


def expect_state(page: Page, name: str) -> None:
    """Wait until the line that tells of saving tells of this."""
    assert page.evaluate(STATE, [name, PATIENCE]) == name


def open_grid(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("body.scripted")).to_be_visible()


def find_patient(page: Page, words: str, row: str = "") -> str:
    """Search for `words` and open the only patient found, or the one whose row has `row`.

    Return the address of the patient's page.
    """
    page.goto("/patients/")
    page.get_by_label("Name, record number or birth date").fill(words)
    page.get_by_role("button", name="Find", exact=True).click()
    found = page.locator("#found tbody tr").filter(has_text=row or words)
    expect(found).to_have_count(1)
    found.get_by_role("link").click()
    expect(page).to_have_url(PERSON)
    return page.url


def score(page: Page, keys: str, *, tested_at: str = "", battery: str = "") -> None:
    """From a patient's page to the first cell in two clicks, and on by keyboard.

    `tested_at` is the time of an earlier test, such as 2020-03-02T10:30.
    """
    page.get_by_role("link", name="New assessment").click()
    if battery:
        page.get_by_label("Battery").select_option(battery)
    if tested_at:
        page.get_by_label("Tested at").fill(tested_at)
    page.get_by_role("button", name="Start scoring").click()
    expect(page.locator("body.scripted")).to_be_visible()
    for key in keys:
        page.keyboard.press(key)


def score_and_sign_in_part(page: Page, keys: str) -> str:
    """Record a visit that leaves the rest of the battery empty; return the record's address."""
    score(page, keys)
    page.locator("#sign").click()
    expect(page.get_by_text("Signing freezes the record.")).to_be_visible()
    page.locator("#sign").click()
    arrive(page, RECORD)
    return page.url


def enter(page: Page, site: str, email: str) -> None:
    """Give the password; what comes next depends on the person."""
    page.goto(f"{site}/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")


def give_key(page: Page) -> None:
    """Give the browser a key of its own, which answers for passkeys."""
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": key})


def make_passkey(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/second-factor/passkeys/add/")
    page.get_by_label("What to call it").fill("Clinic tablet")
    page.get_by_role("button", name="Make the passkey").click()
