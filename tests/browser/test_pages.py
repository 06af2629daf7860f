"""Every kind of page, as each role meets it: read by everybody, on a telephone and on a desk."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from mmt.accounts.demo import PASSWORD
from tests.factors import code_of
from tests.product import Product

from .steps import (
    GRID,
    RECORD,
    SHOWCASE,
    TELEPHONE,
    AddressOf,
    Axe,
    NewPatient,
    SignIn,
    arrive,
    enter,
    give_key,
    make_passkey,
    score_and_sign_in_part,
)

DESK = {"width": 1280, "height": 900}
# Wide pictures and tables scroll in a frame of their own.
SIDEWAYS = """() => {
  const scrolls = (part) =>
    part && (getComputedStyle(part).overflowX !== "visible" || scrolls(part.parentElement));
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return "";
  const wide = [...document.body.querySelectorAll("*")].filter(
    (part) => part.getBoundingClientRect().right > clientWidth + 0.5 && !scrolls(part),
  );
  const told = wide.slice(0, 3).map((part) => part.outerHTML.slice(0, 120));
  return `${scrollWidth} px, such as ${told}`;
}"""
# What a script does at a change of size, it does by the next picture.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Said in the console though nothing is wrong: that a page answered 403 or 404, which is why it was
# opened, and that a search was given up for a newer one.
NO_COMPLAINT = re.compile(
    "responded with a status of 40[34]|htmx:(afterRequest|sendAbort)"
    "|Service Worker registration blocked"  # as tests/browser/conftest.py wants it
)

Hold = Callable[..., None]


@pytest.fixture
def hold(axe: Axe) -> Hold:
    """Hold the page that is open against what every page must keep.

    The accessibility rules take seconds a page: they are asked on a telephone, where it is
    narrowest, and `desk=True` asks them at a desk too, where tables and bars look otherwise.
    """

    def check(page: Page, *, desk: bool = False) -> None:
        expect(page.locator("h1"), page.url).to_have_count(1)
        page.wait_for_load_state()
        for size in (DESK, TELEPHONE):
            page.set_viewport_size(size)
            page.evaluate(DRAWN)
            wider = page.evaluate(SIDEWAYS)
            assert not wider, f"{page.url} at {size['width']} px scrolls sideways: {wider}"
            if desk or size is TELEPHONE:
                axe(page)

    return check


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A page whose browser may not complain: of scripts, of the content policy, of anything."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not NO_COMPLAINT.search(message.text):
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    yield page
    assert complaints == []


def test_the_pages_before_the_door(watched: Page, product: Product, hold: Hold) -> None:
    page = watched
    page.goto("/accounts/login/")
    hold(page)
    page.locator("[name=login]").fill("nobody@harbour.example")
    page.locator("[name=password]").fill("not the password")
    page.locator("[name=password]").press("Enter")
    expect(page.locator("form [role=alert], .alert, .notice-error").first).to_be_visible()
    hold(page)
    page.goto("/accounts/password/reset/")
    hold(page)
    page.locator("[name=email]").fill("clinician@harbour.example")
    page.locator("[name=email]").press("Enter")
    expect(page).to_have_url(re.compile("/password/reset/done/"))
    hold(page)
    # Without a mail server the message goes to the log.
    links = re.findall(r"https?://\S+(/accounts/password/reset/key/\S+)", product.log.read_text())
    page.goto(links[-1])
    expect(page.locator("[name=password1]")).to_be_visible()
    hold(page)
    for path in ("/accounts/password/reset/key/1-gone/", "/accounts/signup/", "/nowhere/"):
        page.goto(path)
        hold(page)


def test_the_pages_of_second_factors(
    watched: Page, product: Product, new_person: Callable[..., str], hold: Hold
) -> None:
    page, email = watched, new_person(must=True)
    site = product.url.replace("127.0.0.1", "localhost")  # passkeys belong to a name
    own = f"{site}/accounts/"
    enter(page, site, email)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    hold(page)
    page.get_by_role("link", name="Authenticator app").click()
    page.locator("#id_code").fill("000000")
    page.get_by_role("button", name="Add the app").click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    hold(page)
    secret = page.locator("#totp-key").inner_text()
    page.locator("#id_code").fill(code_of(secret))
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_text("They are shown this once.")).to_be_visible()
    hold(page)
    give_key(page)
    make_passkey(page, site)
    expect(page.get_by_role("row").filter(has_text="Clinic tablet")).to_be_visible()
    hold(page)
    for factor in ("Authenticator app", "Clinic tablet", "Recovery codes"):
        page.goto(own)
        page.get_by_role("row").filter(has_text=factor).get_by_role("link").click()
        expect(page).to_have_url(re.compile("/(remove|make)/$"))
        hold(page)
    page.goto(f"{own}second-factor/code/again/")
    expect(page.get_by_text("Please enter a code once more")).to_be_visible()
    hold(page)
    page.context.clear_cookies()
    enter(page, site, email)
    page.locator("#id_code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    hold(page)


def test_the_pages_of_patients(
    watched: Page, sign_in: SignIn, address_of: AddressOf, hold: Hold
) -> None:
    page = watched
    sign_in(page, "physio@harbour.example")
    page.goto("/")
    hold(page, desk=True)
    page.goto("/patients/")
    hold(page)
    page.locator("#find").fill("lakeland")
    expect(page.locator("#found tbody tr")).to_have_count(2)
    hold(page, desk=True)
    page.locator("#find").fill("nobody of that name")
    expect(page.locator("#found tbody tr")).to_have_count(0)
    hold(page)
    page.goto("/patients/new/")
    hold(page)
    page.locator("[name=record_number]").fill(SHOWCASE)  # taken
    page.locator("[name=birth_date]").fill("12/13/1980")
    page.get_by_role("button", name="Register").first.click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    hold(page)
    person = address_of(SHOWCASE)
    page.goto(person)
    hold(page)
    happened = ("events", "interventions", "referrals", "care-team", "weakness")
    for path in ("edit", *(f"{each}/new" for each in happened)):
        page.goto(f"{person}{path}/")
        hold(page)


def test_the_pages_of_recording(
    watched: Page, sign_in: SignIn, new_patient: NewPatient, hold: Hold
) -> None:
    page = watched
    sign_in(page, "physio@harbour.example")
    person = new_patient()
    page.goto(person)
    hold(page)
    page.goto(f"{person}trends/")
    expect(page.get_by_text("Nothing to show yet")).to_be_visible()
    hold(page)
    page.goto(f"{person}assessments/new/")
    hold(page)
    page.get_by_role("button", name="Start scoring").click()
    arrive(page, GRID)
    expect(page.locator("body.scripted")).to_be_visible()
    hold(page, desk=True)
    page.keyboard.press("0")
    page.locator("#sign").click()
    expect(page.get_by_text("Signing freezes the record.")).to_be_visible()
    hold(page)
    page.locator("#sign").click()
    arrive(page, RECORD)
    record = page.url
    hold(page)
    for path in ("amend", "void"):
        page.goto(f"{record}{path}/")
        hold(page)
        page.locator("form.stack, form.card").get_by_role("button").first.click()
        expect(page.locator(".invalid-feedback").first).to_be_visible()
        hold(page)


def test_a_question_of_several_movements_by_keyboard(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "clinician@harbour.example")
    page.goto("/cohort/")
    line = page.locator("[data-choices] > summary")
    line.focus()
    page.keyboard.press("Enter")
    for name in ("Knees: any movement", "Hip flexion"):
        page.get_by_label(name, exact=True).focus()
        page.keyboard.press("Space")
    expect(line).to_have_text("Hip flexion or Knees: any movement")
    page.keyboard.press("Enter")
    arrive(page, re.compile(r"movement=hip_flexion&movement=knees"))
    rest = page.get_by_role("link", name="more results").first
    patient = rest.locator("xpath=ancestor::tbody")
    shown = patient.locator("tr").count()
    rest.click()
    expect(page.locator("tbody:target").get_by_role("link", name="only the worst")).to_be_visible()
    page.wait_for_load_state()
    assert page.locator("tbody:target tr").count() > shown


def test_the_pages_of_pictures(
    watched: Page, sign_in: SignIn, address_of: AddressOf, hold: Hold
) -> None:
    page = watched
    sign_in(page, "clinician@harbour.example")
    page.goto("/")
    hold(page, desk=True)
    person = address_of(SHOWCASE)
    page.goto(person)
    hold(page)
    page.goto(f"{person}trends/")
    page.locator("details").evaluate_all("parts => parts.forEach(part => { part.open = true; })")
    hold(page)
    page.goto(f"{person}trends/?region=knees&side=left&reference=previous&since=2099-01-01")
    hold(page)
    page.goto(f"{person}compare/")
    hold(page, desk=True)
    page.goto(f"{person}compare/?from=nobody&to=nobody")
    hold(page)
    page.goto("/cohort/?movement=knee_extension&moved=fell")
    page.locator("details").evaluate_all("parts => parts.forEach(part => { part.open = true; })")
    hold(page, desk=True)
    page.goto("/cohort/?ready=overdue")
    hold(page)
    page.goto(f"{person}assessments/new/")
    expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
    hold(page)
    page.goto("/accounts/password/change/")
    hold(page)
    for path in ("", "second-factor/app/add/", "second-factor/passkeys/add/"):
        page.goto(f"/accounts/{path}")
        hold(page)
    page.goto("/api/docs")
    hold(page)
    page.goto("/accounts/keys/")
    if page.locator("#id_password").is_visible():  # where the sign-in is a while ago
        page.locator("#id_password").fill(PASSWORD)
        page.locator("#id_password").press("Enter")
    expect(page.get_by_role("heading", name="Your keys")).to_be_visible()
    hold(page)
    page.goto("/accounts/logout/")
    hold(page)


def test_the_pages_of_a_blind_pair(
    watched: Page,
    browser: Browser,
    product: Product,
    sign_in: SignIn,
    new_patient: NewPatient,
    hold: Hold,
) -> None:
    page = watched
    sign_in(page, "physio@harbour.example")
    person = new_patient()
    page.goto(person)
    first = score_and_sign_in_part(page, "40")
    other = browser.new_context(
        base_url=product.url, locale="en-GB", service_workers="block"
    ).new_page()
    sign_in(other, "lead@harbour.example")
    other.goto(f"{person}assessments/new/")
    hold(other)
    other.get_by_role("link", name="Second test, blind").click()
    other.get_by_role("button", name="Start scoring blind").click()
    expect(other.locator(".invalid-feedback")).to_have_count(1)
    hold(other)
    other.get_by_label("I have not seen the grades").check()
    other.get_by_role("button", name="Start scoring blind").click()
    arrive(other, GRID)
    expect(other.locator("body.scripted")).to_be_visible()
    expect(other.locator("#score-grid [data-was]:not([data-was=''])")).to_have_count(0)
    page.goto(first)
    hold(page)
    page.goto(person)
    hold(page)
    page.get_by_role("link", name="sealed, blind pair").first.click()
    hold(page)
    page.get_by_role("link", name="End the pair").click()
    hold(page)
    other.keyboard.press("3")
    other.locator("#sign").click()
    expect(other.get_by_text("Signing freezes the record.")).to_be_visible()
    other.locator("#sign").click()
    arrive(other, RECORD)
    hold(other)
    other.get_by_role("link", name="Both side by side").click()
    hold(other, desk=True)


def test_the_pages_of_data_quality(watched: Page, sign_in: SignIn, hold: Hold) -> None:
    page = watched
    sign_in(page, "lead@harbour.example")
    page.goto("/")
    page.get_by_role("link", name="Agreement of testers").click()
    hold(page, desk=True)
    page.get_by_role("link", name="Data quality").click()
    hold(page, desk=True)
    for kind in ("unsigned", "under-half", "one-grade", "open-pairs", "overdue", "duplicates"):
        page.goto(f"/quality/harbour-ms-clinic/{kind}/")
        hold(page)


def test_the_pages_of_correcting(
    watched: Page, sign_in: SignIn, address_of: AddressOf, hold: Hold
) -> None:
    page = watched
    sign_in(page, "lead@harbour.example")
    page.goto("/")
    hold(page, desk=True)
    for record_number, status in (("H-00203", "amended"), ("H-00231", "voided")):
        page.goto(address_of(record_number))
        page.get_by_role("row").filter(has_text=status).get_by_role("link").first.click()
        arrive(page, RECORD)
        hold(page)
    page.get_by_role("link", name="Filed anew on the right patient").click()
    expect(page.get_by_text("First filed on another patient.")).to_be_visible()
    hold(page)
    page.get_by_role("link", name="Move to another patient").click()
    hold(page)


def test_the_pages_of_the_administrator(
    watched: Page,
    browser: Browser,
    product: Product,
    sign_in: SignIn,
    address_of: AddressOf,
    hold: Hold,
) -> None:
    page = watched
    sign_in(page, "admin@harbour.example")
    page.goto("/")
    hold(page, desk=True)
    page.goto("/exports/")
    expect(page.locator("#found")).to_contain_text("in the file")
    page.get_by_text("What the columns mean").click()
    hold(page)
    page.goto("/jobs/")
    hold(page)
    page.goto(f"{address_of(SHOWCASE)}held/")
    hold(page)
    page.goto("/team/invite/")
    hold(page)
    page.locator("[name=email]").fill(f"{uuid4().hex}@harbour.example")
    page.locator("[name=role]").select_option("clinician")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("The link").input_value()
    hold(page)
    page.goto("/team/")
    hold(page)
    second_factors = "/team/clinics/harbour-ms-clinic/second-factors/"
    for path in ("/rule/harbour-ms-clinic/", "/order/harbour-ms-clinic/full/", second_factors):
        page.goto(path)
        hold(page)
    page.goto("/order/harbour-ms-clinic/mmt8/")
    page.locator("[name=elbow_flexion]").fill("99")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".invalid-feedback")).to_have_count(1)
    hold(page)
    page.goto("/team/")
    page.get_by_role("link", name="Change roles of Carl Specimen").click()
    hold(page)
    page.goto(link)  # for somebody else
    hold(page)
    guest = browser.new_context(base_url=product.url, locale="en-GB").new_page()
    guest.goto(link)
    expect(guest.locator("[name=password]")).to_be_visible()
    hold(guest)
    guest.get_by_role("button", name="Make my account").click()
    expect(guest.locator(".invalid-feedback").first).to_be_visible()
    hold(guest)
    guest.goto("/team/invitations/worn-out/")
    hold(guest)
    guest.context.close()


MESSY = """Harbour audit;;;;;;
Hosp No;Surname;First name;DOB;Test date;Physio;R quads;DF L
{number};Möller;Zoë;12/04/1961;03/04/2025;Priya Example;4-;NT pain
{number};Möller;Zoë;12/04/1961;05/05/2025;J. Old;4-May;0
"""


def test_the_pages_of_the_audit_log(
    watched: Page, sign_in: SignIn, new_patient: NewPatient, hold: Hold
) -> None:
    page = watched
    sign_in(page, "physio@harbour.example")
    address = new_patient()
    patient = address.rstrip("/").rpartition("/")[2]
    page.goto(address)
    number = page.locator("#patient-banner dd").nth(1).inner_text().strip()
    born = page.locator("#patient-banner time").get_attribute("datetime") or ""
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.context.clear_cookies()
    sign_in(page, "physio@hillside.example")
    page.goto("/emergency/")
    if "/reauthenticate/" in page.url:
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
    hold(page, desk=True)
    page.locator("[name=record_number]").fill(number)
    page.locator("[name=birth_date]").fill(born)
    page.locator("[name=kind]").first.check()
    page.locator("[name=reason]").fill("Fell in our waiting room.")
    page.get_by_role("button", name="Open the record").click()
    expect(page.get_by_role("button", name="End it now")).to_be_visible()
    hold(page)
    page.context.clear_cookies()
    sign_in(page, "admin@harbour.example")
    page.goto("/")
    hold(page)
    page.get_by_role("link", name="Look at it").first.click()
    hold(page)
    page.get_by_role("link", name="the patient’s access log").click()
    expect(page.get_by_text("printed a page of the record")).to_be_visible()
    hold(page, desk=True)
    page.goto("/audit/")
    page.get_by_text("Days, person, what, patient").click()  # folded on a telephone
    hold(page, desk=True)
    page.locator("[name=record_number]").fill(number)
    page.locator("[name=record_number]").press("Enter")
    expect(page).to_have_url(re.compile(r"/audit/\?patient="))
    assert patient in page.url
    page.goto("/emergency/clinics/harbour-ms-clinic/")
    hold(page)
    page.goto(f"{address}edit/")
    page.get_by_role("button", name="Archive this patient").click()
    page.get_by_role("link", name="Erasure").click()
    page.get_by_role("button", name="Ask for the erasure").click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    hold(page)
    page.locator("[name=ground]").first.check()
    page.locator("[name=reason]").fill("Asked in writing on 3 May.")
    page.locator("[name=checked]").check()
    page.get_by_role("button", name="Ask for the erasure").click()
    expect(page.get_by_text("The erasure is asked for")).to_be_visible()
    hold(page, desk=True)
    page.goto("/erasures/")
    hold(page)
    page.goto(address)
    hold(page)


def test_the_pages_of_importing(watched: Page, sign_in: SignIn, hold: Hold) -> None:
    page = watched
    sign_in(page, "admin@harbour.example")
    page.goto("/imports/")
    page.get_by_text("How to read the file").click()
    hold(page, desk=True)
    page.get_by_role("button", name="Read the file").click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    hold(page)
    content = MESSY.format(number=f"I-{uuid4().hex[:8]}").encode("cp1252")
    sheet = {"name": "messy.csv", "mimeType": "text/csv", "buffer": content}
    page.locator("[name=file]").set_input_files(sheet)
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("heading", name="What is in the columns?")).to_be_visible()
    hold(page, desk=True)
    page.get_by_role("button", name="Check the rows").click()
    expect(page.get_by_role("alert")).to_contain_text("03/04/2025")
    hold(page)
    page.get_by_label("Scale of the grades").select_option("mrc_plus_minus")
    page.get_by_label("0 is no contraction, the highest is normal").check()
    page.get_by_label("Day first: 3 April").check()
    page.get_by_role("button", name="Check the rows").click()
    expect(page.get_by_text("A spreadsheet made a date of this")).to_be_visible()
    hold(page, desk=True)
    page.get_by_role("button", name="Import the good rows only").click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    hold(page, desk=True)
    imported = page.url
    page.get_by_role("link", name="2025-04-03 Single movements").click()
    expect(page.get_by_text("who did not sign this record")).to_be_visible()
    hold(page)
    page.goto(imported)
    page.get_by_role("link", name="Undo this import").click()
    hold(page)
    page.get_by_label("Why it is undone").fill("Only a test")
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_role("heading", name="This import was undone")).to_be_visible()
    hold(page)
    page.goto("/imports/")
    hold(page, desk=True)


def test_the_page_of_a_large_file_under_way(watched: Page, sign_in: SignIn, hold: Hold) -> None:
    page = watched
    sign_in(page, "admin@harbour.example")
    number = f"L-{uuid4().hex[:8]}"
    rows = [
        f"{number},Long,Lena,1961-04-12,2025-04-03,P. Old,quads,{'RL'[n % 2]},4"
        for n in range(5_002)
    ]
    content = "\n".join(["MRN,Surname,First name,DOB,Date,Tester,Movement,Side,Grade", *rows])
    sheet = {"name": "large.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.goto("/imports/")
    page.locator("[name=file]").set_input_files(sheet)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_label("Scale of the grades").select_option("mrc")
    page.get_by_label("0 is no contraction, the highest is normal").check()
    # Nobody tells the page that the check has ended until it was looked at.
    page.route("**/check/", _silent_when_asked_again)
    page.get_by_role("button", name="Check the rows").click()
    expect(page.get_by_role("heading", name="Check of 5,002 rows")).to_be_visible()
    hold(page, desk=True)
    page.unroute("**/check/")
    expect(page.get_by_text("This visit has a result for").first).to_be_visible()
    page.get_by_role("button", name="Delete the file, import nothing").click()


def _silent_when_asked_again(route: Route) -> None:
    if "hx-request" in route.request.headers:
        route.fulfill(status=204)
    else:
        route.continue_()


def test_the_menu_of_a_telephone(watched: Page, sign_in: SignIn, axe: Axe) -> None:
    page = watched
    sign_in(page, "admin@harbour.example")
    page.goto("/")
    page.set_viewport_size(TELEPHONE)
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Team")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("link", name="Team")).to_be_hidden()


def test_the_pages_of_letters(
    watched: Page, sign_in: SignIn, address_of: AddressOf, hold: Hold
) -> None:
    page = watched
    sign_in(page, "clinician@harbour.example")
    page.goto(address_of(SHOWCASE))
    signed = page.get_by_text("signed", exact=True)
    page.get_by_role("row").filter(has=signed).get_by_role("link").first.click()
    arrive(page, RECORD)
    record = page.url
    page.get_by_role("link", name="Report").click()
    page.get_by_role("button", name="Look at it").click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    hold(page)
    page.get_by_label("Neurologist, named below or not").check()
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_alt_text("The whole page, as in the PDF")).to_be_visible()
    hold(page, desk=True)
    page.get_by_role("button", name="Keep it").click()
    expect(page).to_have_url(record)
    expect(page.get_by_role("link", name="Report about")).to_be_visible()
    hold(page, desk=True)
