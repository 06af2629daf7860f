"""A real Chromium in front of the real product."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from mmt.accounts.demo import PASSWORD
from tests import parts
from tests.prepared import running
from tests.product import Product

from . import rules
from .steps import send

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
# A busy machine is no failure: nothing here passes or fails by the clock.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its demonstration clinics, one for all browser tests of a worker."""
    # Sessions of people who come back later in the run must still live.
    folder = tmp_path_factory.mktemp("product")
    with running(folder, settings.TEST_FOLDER, SESSION_IDLE_MINUTES="60") as found:
        yield found


MAKE_PERSON = """
from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Role
from allauth.mfa.totp.internal.auth import TOTP
person = User.objects.create_user("{email}", "{password}", name="Tess Example")
clinic = Clinic.objects.get(slug="harbour-ms-clinic")
if {must}:
    told = {{"time_zone": "Europe/Dublin", "is_demo": True, "second_factor_roles": Role.values}}
    clinic = Clinic.objects.create(name="Strict clinic", slug=person.pk.hex, **told)
person.memberships.create(clinic=clinic, role=Role.PHYSIOTHERAPIST)
secret = "{secret}"
secret and TOTP.activate(person, secret)
"""


@pytest.fixture
def new_person(product: Product) -> Callable[..., str]:
    """Make a physiotherapist, with an authenticator app if a secret is given; return the e-mail.

    `must` puts the person in a clinic that wants a second factor.

    For tests that change how somebody signs in: the people of the demonstration serve all tests.
    """

    def act(secret: str = "", *, must: bool = False) -> str:
        email = f"{uuid4().hex}@harbour.example"
        script = MAKE_PERSON.format(email=email, password=PASSWORD, secret=secret, must=must)
        product.manage("shell", "--no-imports", "-c", script)
        return email

    return act


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


@pytest.fixture
def new_patient() -> Callable[[Page], str]:
    """Register an invented patient, no page is opened; return the address of its own."""

    def act(page: Page) -> str:
        name = uuid4().hex[:10]  # unlike any other, so that nobody asks whether it is the same
        return send(
            page,
            "/patients/new/",
            "record_number",
            record_number=f"B-{name}",
            family_name=f"Browser {name}",
            given_names=f"Bea {name}",
            birth_date="1985-02-28",
        )

    return act
