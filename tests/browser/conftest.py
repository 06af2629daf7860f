"""A real Chromium in front of the real product."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from assessments.history import Cell, Result
from mmt.accounts.demo import PASSWORD
from tests import parts
from tests.prepared import running
from tests.product import Product

from . import beforehand, rules

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",  # a container's root cannot have the sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# A page lives for a moment here: to make its scripts faster takes longer than they run. They are as
# fast as with a person where the speed is measured.
if not os.environ.get("WRITE_FIGURES"):
    CHROMIUM_ARGUMENTS.append("--js-flags=--no-opt")
# A busy machine is no failure: nothing here passes or fails by the clock.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its demonstration clinics, one for all browser tests of a worker."""
    # Sessions of people who come back later in the run must still live.
    folder = tmp_path_factory.mktemp("product")
    with running(folder, settings.TEST_FOLDER, SESSION_IDLE_MINUTES="60") as found:
        yield found


@pytest.fixture(scope="session")
def inside(product: Product, django_db_blocker: Any) -> Callable[..., Any]:
    """Return a function that does one of the acts of `beforehand` on the product's database."""

    def act(which: Callable[..., Any], *what: Any, **more: Any) -> Any:
        with django_db_blocker.unblock(), beforehand.inside(product):
            return which(*what, **more)

    return act


@pytest.fixture
def new_person(inside: Callable[..., Any]) -> Callable[..., str]:
    """Make a physiotherapist, with an authenticator app if a secret is given; return the e-mail.

    `must` puts the person in a clinic that wants a second factor.

    For tests that change how somebody signs in: the people of the demonstration serve all tests.
    """

    def act(secret: str = "", *, must: bool = False) -> str:
        return inside(beforehand.person, secret, must=must)

    return act


@pytest.fixture
def new_patient(product: Product, inside: Callable[..., Any]) -> Callable[[], str]:
    """Register an invented patient; return the address of the patient's page."""

    def act() -> str:
        return f"{product.url}/patients/{inside(beforehand.patient)}/"

    return act


@pytest.fixture
def address_of(product: Product, inside: Callable[..., Any]) -> Callable[[str], str]:
    """Return the address of the page of who has this record number."""

    def act(record_number: str) -> str:
        return f"{product.url}/patients/{inside(beforehand.who_has, record_number)}/"

    return act


@pytest.fixture
def new_draft(product: Product, inside: Callable[..., Any]) -> Callable[..., str]:
    """Start a visit of the patient at this address; return the address of its grid.

    Of the clinic's default battery and scale unless others are chosen, by its physiotherapist if by
    nobody else.
    """

    def act(
        person: str, *, by: str = beforehand.PHYSIO, battery: str = "", profile: str = ""
    ) -> str:
        made = inside(beforehand.draft, _last_of(person), by=by, battery=battery, profile=profile)
        return f"{product.url}/assessments/{made}/score/"

    return act


@pytest.fixture
def new_record(inside: Callable[..., Any]) -> Callable[..., None]:
    """Sign a visit of the past, of the patient at this address, that holds these results."""

    def act(person: str, results: Mapping[Cell, Result], tested_at: datetime) -> None:
        inside(beforehand.record, _last_of(person), results, tested_at)

    return act


def _last_of(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = parts.chromium()
    if path is None:
        pytest.fail(f"No Chromium. Try: {parts.part('browser').how}")
    return {**browser_type_launch_args, "executable_path": path, "args": CHROMIUM_ARGUMENTS}


@pytest.fixture(scope="session")
def base_url(product: Product) -> str:
    """Addresses in tests are paths: `page.goto("/patients/")`."""
    return product.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    # Fetching all that work without a network needs takes seconds: only where that is tested.
    return {**browser_context_args, "locale": "en-GB", "service_workers": "block"}


@pytest.fixture(scope="session")
def sessions() -> dict[str, Any]:
    """The session cookie of each person who came in through the form in this worker."""
    return {}


@pytest.fixture
def sign_in(sessions: dict[str, Any]) -> Callable[[Page, str], None]:
    """Sign a person of the demonstration clinics in: through the form, or by a session that lives.

    Passwords are slow to check by design, and the form has tests of its own. No page is open then.
    """

    def act(page: Page, email: str) -> None:
        if email in sessions:
            page.context.add_cookies([sessions[email]])
            if page.request.get("/device/").json()["user"]:
                return
        page.goto("/accounts/login/")
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
        expect(page).not_to_have_url(re.compile("/accounts/login/"))
        cookies = page.context.cookies()
        [sessions[email]] = [each for each in cookies if "session" in each["name"]]

    return act


@pytest.fixture
def axe() -> Callable[..., None]:
    """Hold a page against the accessibility rules: `axe(page)`, or `axe(page, "#score-grid")`.

    It is judged from its top: what has scrolled half under the patient's line is no small target.
    """

    def check(page: Page, within: str | None = None) -> None:
        page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
        complaints = [_told(rule) for rule in rules.broken(page, within)]
        assert not complaints, f"{page.url}\n" + "\n".join(complaints)

    return check


def _told(rule: dict[str, Any]) -> str:
    lines = [f"{rule['impact']}: {rule['help']} ({rule['id']})"]
    for node in rule["nodes"]:
        lines.append(f"    {' '.join(map(str, node['target']))}")
        lines.append(f"        {node['html'][:200]}")
        lines.extend(f"        - {check['message']}" for check in [*node["any"], *node["all"]])
    return "\n".join(lines)
