"""Work without a network: what was opened still opens, and nothing that was entered is lost."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.product import Product

from .steps import GRID, RECORD, NewPatient, SignIn, arrive, expect_state, settle, until

TEN, REST = "4432105444", "45544455543210"


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "service_workers": "allow"}


@pytest.fixture
def patient_page(page: Page, sign_in: SignIn, new_patient: NewPatient) -> Page:
    """A patient's page on a device that has fetched ahead what a visit needs."""
    sign_in(page, "physio@harbour.example")
    page.goto(new_patient())
    wait_until_kept(page)
    return page


KEPT = """async () => {
  const opened = await new Promise((done) => {
    const request = indexedDB.open("strength-recorder");
    request.onsuccess = () => done(request.result);
  });
  const rows = await new Promise((done) => {
    const request = opened.transaction("pages").objectStore("pages").getAllKeys();
    request.onsuccess = () => done(request.result);
  });
  opened.close();
  return rows.some((path) => path.includes("/assessments/blank/"))
    && rows.some((path) => path.endsWith("/assessments/new/"))
    && rows.includes(location.pathname);
}"""


# Not whether it already controls this page: one that was on its way then stays without, and the
# next is under it all the same.
WORKS = "async () => Boolean((await navigator.serviceWorker.getRegistration())?.active)"


def wait_until_kept(page: Page) -> None:
    until(page, WORKS)
    until(page, KEPT)


def start(page: Page, *, battery: str = "") -> None:
    page.get_by_role("link", name="New assessment").click()
    if battery:
        page.get_by_label("Battery").select_option(battery)
    page.get_by_role("button", name="Start scoring").click()
    arrive(page, GRID)
    expect(page.locator("body.scripted")).to_be_visible()


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_visit_without_a_network_from_start_to_signature(patient_page: Page) -> None:
    page = patient_page
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("#copy-notice")).to_be_visible()
    start(page)
    press(page, TEN + REST)
    expect_state(page, "offline")
    expect(page.locator("#unsent")).to_have_attribute("data-waiting", "25")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign when sent").click()
    expect(page.get_by_text("Will be signed when sent.")).to_be_visible()
    page.context.set_offline(False)
    arrive(page, RECORD)
    expect(page.get_by_text("24 of 24 tested").first).to_be_visible()


# Movement and side of each cell, in the order in which they are typed; and what the record says.
CELLS = """cells => cells.map((cell) => [
  cell.closest("tr").dataset.name,
  cell.dataset.side,
])"""
GRADES = """rows => rows.flatMap((row) => {
  const [name, ...found] = [...row.cells].filter((cell) => !cell.closest("thead"));
  const sides = found.length === 1 ? ["midline"] : ["right", "left"];
  return found.map((cell, place) => [
    name.textContent.trim(),
    sides[place],
    cell.querySelector(".grade").textContent.trim(),
  ]);
})"""


def test_the_network_goes_at_score_10_and_is_back_at_35_with_a_double_click(
    patient_page: Page,
) -> None:
    page = patient_page
    start(page, battery="full")
    typed = "0123454321" * 8
    cells = page.locator("#score-grid input.cell").evaluate_all(CELLS)
    press(page, typed[:10])
    settle(page)
    page.context.set_offline(True)
    press(page, typed[10:35])
    expect_state(page, "offline")
    page.context.set_offline(False)
    press(page, typed[35:])
    page.locator("#sign").dblclick()
    arrive(page, RECORD)
    expect(page.get_by_text("80 of 80 tested").first).to_be_visible()
    page.wait_for_load_state()
    recorded = page.locator(".record-table tr:not(.group)").evaluate_all(GRADES)
    assert {tuple(cell): grade for *cell, grade in recorded} == dict(
        zip(map(tuple, cells), typed, strict=True)
    )
    page.locator(".banner-name a").click()
    expect(page.get_by_role("row").filter(has_text="signed")).to_have_count(1)


# What came to Safari with 16.
OLD_TABLET = "delete AbortSignal.timeout; delete HTMLFormElement.prototype.requestSubmit"


def test_an_old_tablet_saves_and_holds_what_is_scored(
    page: Page, sign_in: SignIn, new_patient: NewPatient
) -> None:
    page.add_init_script(OLD_TABLET)
    sign_in(page, "physio@harbour.example")
    page.goto(new_patient())
    start(page)
    press(page, "44")
    settle(page)
    page.context.set_offline(True)
    press(page, "0")
    expect(page.locator("#unsent")).to_have_attribute("data-waiting", "1")
    page.context.set_offline(False)
    settle(page)
    address = page.url
    press(page, "1")
    page.goto("/")  # at once
    page.goto(address)
    expect(page.locator("#score-grid input[data-state=graded]")).to_have_count(4)
    expect_state(page, "saved")


HURRY = """() => {
  const later = setTimeout;
  globalThis.setTimeout = (act, ms) => later(act, ms / 20);
}"""


def test_a_start_that_is_never_answered_goes_on_without_the_network(
    patient_page: Page, product: Product
) -> None:
    page = patient_page
    page.get_by_role("link", name="New assessment").click()
    expect(page.get_by_role("button", name="Start scoring")).to_be_visible()
    page.context.service_workers[0].evaluate(HURRY)
    with hung(product):
        page.get_by_role("button", name="Start scoring").click()
        arrive(page, GRID)
        expect(page.locator("body.scripted")).to_be_visible()
        press(page, TEN)
        expect(page.locator("#unsent")).to_have_attribute("data-waiting", "11")
    expect_state(page, "saved")
    expect(page.locator("#unsent")).to_be_hidden()
    page.reload()
    expect(page.locator("#score-grid input[data-state=graded]")).to_have_count(10)


@contextmanager
def hung(product: Product) -> Iterator[None]:
    """The server takes connections and answers none."""
    os.kill(product.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(product.pid, signal.SIGCONT)


def test_a_page_closed_without_a_network_gives_its_scores_back(patient_page: Page) -> None:
    page = patient_page
    start(page)
    press(page, TEN)
    settle(page)
    page.context.set_offline(True)
    press(page, "012")
    expect(page.locator("#unsent")).to_have_attribute("data-waiting", "3")
    address = page.url
    other = page.context.new_page()
    page.close()
    other.goto(address)
    expect(other.locator("#score-grid input[data-state=graded]")).to_have_count(13)
    expect(other.locator("#unsent")).to_have_attribute("data-waiting", "3")
    other.context.set_offline(False)
    expect_state(other, "saved")
    other.reload()
    expect(other.locator("#score-grid input[data-state=graded]")).to_have_count(13)


def test_what_a_closed_page_left_is_sent_from_any_other(patient_page: Page) -> None:
    page = patient_page
    start(page)
    press(page, "44")
    settle(page)
    page.context.set_offline(True)
    press(page, "01")
    expect(page.locator("#unsent")).to_have_attribute("data-waiting", "2")
    address = page.url
    other = page.context.new_page()
    page.close()
    other.goto("/")
    expect(other.locator("#unsent")).to_contain_text("2 entries wait to be sent")
    other.context.set_offline(False)
    expect(other.locator("#unsent")).to_be_hidden()
    other.goto(address)
    expect(other.locator("#score-grid input[data-state=graded]")).to_have_count(4)


def test_what_was_never_opened_says_so_without_a_network(patient_page: Page) -> None:
    patient_page.context.set_offline(True)
    patient_page.goto("/exports/")
    expect(patient_page.get_by_role("heading", name="No network")).to_be_visible()


def test_nothing_readable_of_a_patient_is_on_the_device(patient_page: Page) -> None:
    name = patient_page.locator(".banner-family").inner_text()
    held = patient_page.evaluate(HELD)
    assert held["rows"] >= 3
    assert name not in held["text"]


HELD = """async () => {
  const opened = await new Promise((done) => {
    const request = indexedDB.open("strength-recorder");
    request.onsuccess = () => done(request.result);
  });
  const all = (store) => new Promise((done) => {
    const request = opened.transaction(store).objectStore(store).getAll();
    request.onsuccess = () => done(request.result);
  });
  const rows = (await Promise.all([...opened.objectStoreNames].map(all))).flat();
  const text = rows.map((row) => JSON.stringify(row, (_key, value) =>
    value instanceof ArrayBuffer ? new TextDecoder("latin1").decode(value) : value)).join("\\n");
  const files = [];
  for (const cacheName of await caches.keys()) {
    const cache = await caches.open(cacheName);
    for (const request of await cache.keys()) files.push(await (await cache.match(request)).text());
  }
  opened.close();
  return { rows: rows.length, text: text + files.join("\\n") + JSON.stringify(localStorage) };
}"""


def test_signing_out_leaves_nothing_on_the_device(patient_page: Page) -> None:
    page = patient_page
    assert page.evaluate(HELD)["rows"]
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    until(page, "async () => !(await caches.keys()).length")
    assert page.evaluate(HELD) == {"rows": 0, "text": "{}"}


def test_signing_out_with_scores_unsent_asks_first(patient_page: Page) -> None:
    page, said = patient_page, []
    start(page)
    press(page, "4")
    settle(page)
    page.context.set_offline(True)
    press(page, "4")
    expect(page.locator("#unsent")).to_have_attribute("data-waiting", "1")
    page.once("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    with page.expect_event("dialog"):
        page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#unsent")).to_have_attribute("data-waiting", "1")
    assert said[0].startswith("Not yet sent: 1.")


SPOIL = """() => new Promise((done) => {
  const request = indexedDB.open("strength-recorder");
  request.onsuccess = () => {
    const change = request.result.transaction("outbox", "readwrite");
    const rows = change.objectStore("outbox");
    rows.getAll().onsuccess = ({ target }) => {
      for (const row of target.result) rows.put({ ...row, data: new ArrayBuffer(40) });
    };
    change.oncomplete = () => done(request.result.close());
  };
})"""


def test_what_can_no_longer_be_opened_stays_and_keeps_nobody_from_signing_out(
    patient_page: Page,
) -> None:
    page = patient_page
    start(page)
    press(page, "4")
    settle(page)
    page.context.set_offline(True)
    press(page, "4")
    expect(page.locator("#unsent")).to_have_attribute("data-waiting", "1")
    other = page.context.new_page()
    page.close()
    other.goto("/")
    other.evaluate(SPOIL)
    other.context.set_offline(False)
    other.reload()
    expect(other.locator("#unsent")).to_have_attribute("data-waiting", "1")
    other.once("dialog", lambda dialog: dialog.accept())
    other.get_by_role("button", name="Sign out").click()
    expect(other).to_have_url(re.compile("/accounts/login/"))
    until(other, "async () => !(await caches.keys()).length")
    assert other.evaluate(HELD) == {"rows": 0, "text": "{}"}


# Chrome before 119 heeds the event's value alone.
OLD_CHROME = "BeforeUnloadEvent.prototype.preventDefault = () => {}"


@pytest.mark.parametrize("browser_is", ["", OLD_CHROME], ids=["new", "old"])
def test_closing_a_page_with_scores_unsent_asks_first(patient_page: Page, browser_is: str) -> None:
    page, asked = patient_page, []
    page.add_init_script(browser_is)
    start(page)
    page.context.set_offline(True)
    press(page, "4")
    expect_state(page, "offline")
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]
    expect(page.locator("#unsent")).to_have_attribute("data-waiting", "1")


# Which module it is only the page can tell: its name carries a digest.
PUT_WHILE_DROPPED = """async () => {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const outbox = await import(loaded.find((name) => name.includes("/device/outbox.")));
  const id = outbox.scoreId("page", "cell");
  const hold = (seq) => outbox.put("score", id, "visit", { operation: { seq } });
  await hold(1);
  const decrypt = crypto.subtle.decrypt.bind(crypto.subtle);
  crypto.subtle.decrypt = async (...details) => {
    crypto.subtle.decrypt = decrypt;
    await hold(2);
    return decrypt(...details);
  };
  await outbox.dropScore("page", "cell", 1);
  const left = (await outbox.open(id))?.operation.seq;
  await outbox.dropScore("page", "cell", 2);
  return [left, await outbox.open(id)];
}"""


def test_a_newer_score_kept_while_the_older_is_removed_stays(patient_page: Page) -> None:
    patient_page.context.set_offline(True)  # nothing is sent meanwhile
    assert patient_page.evaluate(PUT_WHILE_DROPPED) == [2, None]


PUT_WHILE_TAKEN_UP = """async () => {
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const module = (part) => import(loaded.find((name) => name.includes(part)));
  const { open, put, scoreId } = await module("/device/outbox.");
  const { Keeper } = await module("/entry/keeper.");
  const id = scoreId("other", "cell");
  const content = (seq) => ({ client: "other", operation: { seq, key: "cell" } });
  const hold = (seq) => put("score", id, "visit", content(seq));
  await hold(1);
  await new Keeper({ assessment: "visit", client: "own" }).adopt(() => hold(2));
  return (await open(id))?.operation.seq;
}"""


def test_what_another_page_keeps_while_its_older_score_is_taken_up_stays(
    patient_page: Page,
) -> None:
    page = patient_page
    start(page)
    page.context.set_offline(True)  # nothing is sent meanwhile
    assert page.evaluate(PUT_WHILE_TAKEN_UP) == 2


def test_a_start_by_a_clock_that_runs_ahead_is_set_right(patient_page: Page) -> None:
    page = patient_page
    page.context.set_offline(True)
    page.clock.install(time=datetime.now(UTC) + timedelta(minutes=12))
    page.reload()
    start(page)
    press(page, "44")
    page.context.set_offline(False)
    page.clock.run_for(20_000)
    expect_state(page, "saved")
    expect(page.locator("#unsent")).to_be_hidden()


def test_scores_for_a_draft_that_was_discarded_elsewhere_are_shown_till_thrown_away(
    patient_page: Page,
) -> None:
    page = patient_page
    start(page)
    press(page, "4")
    settle(page)
    page.context.set_offline(True)
    press(page, "2")
    expect(page.locator("#unsent")).to_have_attribute("data-waiting", "1")
    address, context = page.url, page.context
    token = context.new_page()
    page.close()
    context.set_offline(False)
    token.route("**/save/", lambda route: route.abort())
    token.goto("/")
    discard(token, address)
    token.unroute("**/save/")
    token.reload()
    problem = token.locator("#outbox-problems li")
    expect(problem).to_contain_text("hip flexion left 2")
    token.once("dialog", lambda dialog: dialog.accept())
    problem.get_by_role("button", name="Throw away").click()
    expect(token.locator("#unsent")).to_be_hidden()


def discard(page: Page, address: str) -> None:
    """Discard the draft at this address from the start page, as another device would."""
    number = address.rstrip("/").split("/")[-2]
    page.locator(f"form[action*='{number}/discard']").get_by_role("button").click()
    expect(page.get_by_text("The draft was discarded.")).to_be_visible()


SLOW_LOCKS = """
const request = navigator.locks.request.bind(navigator.locks);
const told = new Promise((done) => (globalThis.look = done));
navigator.locks.request = async (...details) => {
  await told;
  return request(...details);
};
"""
LOOKS = "async () => (await navigator.locks.query()).held.length > 0"


def test_who_types_before_the_device_has_looked_loses_nothing(patient_page: Page) -> None:
    page = patient_page
    page.context.set_offline(True)
    page.add_init_script(SLOW_LOCKS)
    start(page)
    press(page, TEN + REST)
    page.evaluate("look()")  # for what closed pages left
    until(page, LOOKS)
    page.wait_for_timeout(500)  # what it should not find, it would take up now
    expect(page.locator("#unsent")).to_have_attribute("data-waiting", "25")
    expect(page.locator("#sign")).to_be_focused()
