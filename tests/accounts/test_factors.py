"""Second factors: setting up, signing in with them, taking them away, what is told of it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent, Outcome
from tests.factors import code_of, give_app, give_recovery_codes
from tests.people import PASSWORD

AsUser = Callable[[User], Client]
LOGIN, CODE = reverse("account_login"), reverse("mfa_authenticate")
ACCOUNT, PATIENTS = reverse("account"), reverse("patients:list")
ADD, REMOVE = reverse("mfa_activate_totp"), reverse("mfa_deactivate_totp")
CODES = reverse("mfa_view_recovery_codes")
KEY = re.compile(r'id="totp-key">([A-Z2-7]+)<')
RECOVERY = re.compile(r"<code>(\d{8})</code>")


@pytest.fixture(autouse=True)
def still() -> Iterator[time_machine.Traveller]:
    """A clock that stands: a code does not run out in the middle of a test."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def half_way(user: User) -> Client:
    """A browser in which the password was entered, and nothing else yet."""
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": PASSWORD, "next": PATIENTS})
    return client


def is_in(client: Client) -> bool:
    return client.get(PATIENTS).status_code == 200


def told(action: Action) -> list[tuple[str, str, str]]:
    events = AuditEvent.objects.filter(action=action).order_by("pk")
    return [(event.actor, event.detail["kind"], event.outcome) for event in events]


def add_app(client: Client) -> str:
    """Set an app up on its page; return its secret."""
    found = KEY.search(client.get(ADD).content.decode())
    assert found
    client.post(ADD, {"code": code_of(found[1])})
    return found[1]


# Setting up


@pytest.mark.django_db(transaction=True)
def test_an_app_is_added_and_told_by_audit_log_and_mail(
    committed_db: None, as_user: AsUser, physio: User
) -> None:
    add_app(as_user(physio))
    assert Authenticator.objects.filter(user=physio, type="totp").exists()
    assert told(Action.FACTOR_ADDED) == [(physio.email, "totp", "done")]
    assert [message.subject for message in mail.outbox] == ["An authenticator app was added"]
    assert mail.outbox[0].to == [physio.email]


def test_a_wrong_code_adds_no_app(as_user: AsUser, physio: User) -> None:
    client = as_user(physio)
    client.get(ADD)
    page = client.post(ADD, {"code": "000000"}).content.decode()
    assert "Incorrect code" in page
    assert not Authenticator.objects.exists()


def test_the_picture_of_the_key_is_allowed_by_the_content_policy(
    as_user: AsUser, physio: User
) -> None:
    page = as_user(physio).get(ADD)
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]


def test_recovery_codes_are_shown_once(as_user: AsUser, physio: User) -> None:
    client = as_user(physio)
    add_app(client)
    first, second = (client.get(CODES).content.decode() for _time in range(2))
    assert len(RECOVERY.findall(first)) == 10
    assert not RECOVERY.findall(second)
    assert "10 codes are left" in second


def test_new_recovery_codes_end_the_old_ones(as_user: AsUser, physio: User) -> None:
    give_app(physio)
    [old, *_others] = give_recovery_codes(physio)
    client = as_user(physio)
    page = client.post(reverse("mfa_generate_recovery_codes"), follow=True).content.decode()
    [new, *_others] = RECOVERY.findall(page)
    assert told(Action.RECOVERY_CODES_MADE) == [(physio.email, "recovery_codes", "done")]
    for code, opens in ((old, False), (new, True)):
        browser = half_way(physio)
        browser.post(CODE, {"code": code})
        assert is_in(browser) is opens


def test_adding_one_signs_the_person_out_elsewhere(as_user: AsUser, physio: User) -> None:
    here, elsewhere = as_user(physio), as_user(physio)
    add_app(here)
    assert is_in(here)
    assert not is_in(elsewhere)


# Signing in


def test_the_password_alone_does_not_open(physio: User) -> None:
    give_app(physio)
    client = half_way(physio)
    assert not is_in(client)
    assert not AuditEvent.objects.filter(action=Action.SIGN_IN).exists()


def test_the_code_of_the_app_opens_and_goes_where_the_person_wanted(physio: User) -> None:
    secret = give_app(physio)
    client = half_way(physio)
    assert client.post(CODE, {"code": code_of(secret)}).headers["Location"] == PATIENTS
    assert is_in(client)
    assert told(Action.FACTOR_USED) == [(physio.email, "totp", "done")]


def test_a_wrong_code_is_refused_and_told(physio: User) -> None:
    give_app(physio)
    client = half_way(physio)
    assert "Incorrect code" in client.post(CODE, {"code": "000000"}).content.decode()
    assert not is_in(client)
    assert told(Action.FACTOR_FAILED) == [(physio.email, "totp", Outcome.REFUSED)]


@pytest.mark.parametrize("code", ["", " ", "\0", "é\U0001f600", "9" * 5000, "١٢٣٤٥٦"])
def test_no_text_for_a_code_is_a_fault(physio: User, code: str) -> None:
    give_app(physio)
    client = half_way(physio)
    assert client.post(CODE, {"code": code}).status_code == 200
    assert not is_in(client)


def test_a_code_opens_once_as_long_as_it_is_taken(
    physio: User, still: time_machine.Traveller
) -> None:
    secret = give_app(physio)
    code = code_of(secret)
    for seconds, opens in ((0, True), (20, False), (15, False)):
        still.shift(seconds)
        client = half_way(physio)
        client.post(CODE, {"code": code})
        assert is_in(client) is opens


def test_a_telephone_half_a_minute_off_is_let_in(
    physio: User, still: time_machine.Traveller
) -> None:
    code = code_of(give_app(physio))
    still.shift(30)
    client = half_way(physio)
    client.post(CODE, {"code": code})
    assert is_in(client)


def test_a_recovery_code_opens_once(physio: User) -> None:
    give_app(physio)
    [code, *_others] = give_recovery_codes(physio)
    for opens in (True, False):
        client = half_way(physio)
        client.post(CODE, {"code": code})
        assert is_in(client) is opens


def test_the_code_page_is_nowhere_without_a_password(physio: User) -> None:
    secret = give_app(physio)
    answer = Client().post(CODE, {"code": code_of(secret)})
    assert answer.headers["Location"] == LOGIN


def test_a_new_password_by_mail_does_not_go_around_the_factor(physio: User) -> None:
    give_app(physio)
    client = Client()
    client.post(reverse("account_reset_password"), {"email": physio.email})
    [link] = re.findall(r"http://testserver(/\S+)", mail.outbox[0].body)
    form = client.get(link, follow=True).request["PATH_INFO"]
    new = "harbour-lantern-quiet"
    client.post(form, {"password1": new, "password2": new})
    assert not is_in(client)
    answer = client.post(LOGIN, {"login": physio.email, "password": new})
    assert answer.headers["Location"] == CODE
    assert not is_in(client)
    assert AuditEvent.objects.filter(action=Action.PASSWORD_CHANGED).count() == 1


# Passkeys


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "null",
        "[]",
        "{",
        "[" * 9000,
        "1" * 5000,
        '{"id": ' + "1" * 5000 + "}",
        '{"response": 1}',
        '{"id": [], "response": null}',
        '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"userHandle": "/w"}}',
    ],
)
@pytest.mark.parametrize("name", ["mfa_login_webauthn", "mfa_authenticate", "mfa_add_webauthn"])
def test_no_passkey_is_a_fault(as_user: AsUser, physio: User, name: str, credential: str) -> None:
    give_app(physio)
    browsers = {"mfa_login_webauthn": Client(), "mfa_authenticate": half_way(physio)}
    client = browsers.get(name) or as_user(physio)
    client.get(reverse(name), headers={"Accept": "application/json"})
    assert client.post(reverse(name), {"credential": credential}).status_code in {200, 302}
    assert not Authenticator.objects.filter(type="webauthn").exists()
    assert not is_in(client) or name == "mfa_add_webauthn"
    if name == "mfa_authenticate" and "response" in credential:
        assert told(Action.FACTOR_FAILED) == [(physio.email, "webauthn", "refused")]


# Taking away


@pytest.mark.django_db(transaction=True)
def test_an_app_is_taken_away_and_told(committed_db: None, as_user: AsUser, physio: User) -> None:
    give_app(physio)
    give_recovery_codes(physio)
    as_user(physio).post(REMOVE)
    assert not Authenticator.objects.exists()
    assert told(Action.FACTOR_REMOVED) == [(physio.email, "totp", "done")]
    assert mail.outbox[0].subject == "Your authenticator app was removed"


def test_a_while_after_signing_in_changing_them_asks_again(
    as_user: AsUser, physio: User, still: time_machine.Traveller
) -> None:
    give_app(physio)
    client = as_user(physio)
    still.shift(timedelta(minutes=6))
    for name in ("mfa_deactivate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        asked = client.post(reverse(name)).headers["Location"]
        assert asked.startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.filter(type="totp").exists()
    client.post(asked, {"password": PASSWORD})
    client.post(REMOVE)
    assert not Authenticator.objects.filter(type="totp").exists()


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_away_keeps_nobody_from_adding_one(
    committed_db: None, as_user: AsUser, physio: User
) -> None:
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=1):
        add_app(as_user(physio))
    assert Authenticator.objects.filter(user=physio, type="totp").exists()


def test_ones_own_account_lists_them(
    as_user: AsUser, physio: User, colleague: User, still: time_machine.Traveller
) -> None:
    secret = give_app(physio)
    give_app(colleague)
    client = half_way(physio)
    client.post(CODE, {"code": code_of(secret)})
    page = client.get(ACCOUNT).content.decode()
    assert page.count('<th scope="row">Authenticator app') == 1
    assert secret not in page
    assert "never" not in page.partition("Where you are signed in")[0]
