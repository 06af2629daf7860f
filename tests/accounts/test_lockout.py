"""Guessing is slowed down for each account and address, without shutting a colleague out."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mmt import settings as product
from mmt.accounts.models import User
from tests.factors import code_of, give_app
from tests.people import PASSWORD

LOGIN = reverse("account_login")


@pytest.fixture(autouse=True)
def limits(settings: object) -> None:
    """The product's own, which tests/settings.py switches off for the rest."""
    settings.ACCOUNT_RATE_LIMITS = product.ACCOUNT_RATE_LIMITS  # type: ignore[attr-defined]


def tries(user: User, password: str = PASSWORD, *, client: Client | None = None, at: str) -> bool:
    """Try to sign in from an address; say whether that opened."""
    browser = client or Client()
    form = {"login": user.email, "password": password}
    return browser.post(LOGIN, form, REMOTE_ADDR=at).status_code == 302


def guess(user: User, times: int, *, at: str = "10.0.0.9") -> None:
    for _try in range(times):
        assert not tries(user, "not-the-password", at=at)


def test_an_account_takes_eight_guesses(physio: User) -> None:
    guess(physio, 8)
    assert not tries(physio, at="10.0.0.1")


def test_however_the_address_is_written_it_is_one_account(physio: User) -> None:
    for email in ("PHYSIO@harbour.test", " physio@Harbour.test ") * 4:
        Client().post(LOGIN, {"login": email, "password": "no"}, REMOTE_ADDR="10.0.0.9")
    assert not tries(physio, at="10.0.0.1")


def test_it_opens_again_after_five_minutes(physio: User) -> None:
    guess(physio, 8)
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1)):
        assert tries(physio, at="10.0.0.1")


def test_a_browser_the_person_has_used_is_not_shut_out_with_the_guesser(physio: User) -> None:
    own = Client()
    assert tries(physio, client=own, at="10.0.0.1")
    own.post(reverse("account_logout"))
    guess(physio, 8)
    assert tries(physio, client=own, at="10.0.0.1")


def test_nor_at_the_same_address_as_a_hundred_guesses(physio: User, colleague: User) -> None:
    own = Client()
    assert tries(physio, client=own, at="10.0.0.9")
    own.post(reverse("account_logout"))
    for number in range(100):
        form = {"login": f"nobody{number}@harbour.test", "password": "no"}
        Client().post(LOGIN, form, REMOTE_ADDR="10.0.0.9")
    assert not tries(colleague, at="10.0.0.9")
    assert tries(colleague, at="10.0.0.1")
    assert tries(physio, client=own, at="10.0.0.9")


def test_a_known_browser_takes_eight_guesses_too(physio: User) -> None:
    own = Client()
    assert tries(physio, client=own, at="10.0.0.1")
    own.post(reverse("account_logout"))
    for _try in range(8):
        assert not tries(physio, "not-the-password", client=own, at="10.0.0.1")
    assert not tries(physio, client=own, at="10.0.0.1")


def test_a_browser_is_known_for_its_own_people_only(physio: User, colleague: User) -> None:
    own = Client()
    assert tries(colleague, client=own, at="10.0.0.1")
    own.post(reverse("account_logout"))
    guess(physio, 8)
    assert not tries(physio, client=own, at="10.0.0.1")


@pytest.mark.parametrize("cookie", ["", "x", "a:b:c", "é", "eyJpZCI6MX0:1:x"])
def test_a_made_up_cookie_makes_no_known_browser(physio: User, cookie: str) -> None:
    guess(physio, 8)
    browser = Client()
    browser.cookies["device"] = cookie
    assert not tries(physio, client=browser, at="10.0.0.1")


def test_the_cookie_names_nobody(physio: User) -> None:
    own = Client()
    tries(physio, client=own, at="10.0.0.1")
    cookie = own.cookies["device"]
    assert physio.email not in cookie.value
    assert str(physio.pk) not in cookie.value
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_codes_cannot_be_guessed_either(physio: User) -> None:
    secret = give_app(physio)
    client = Client()
    assert tries(physio, client=client, at="10.0.0.1")
    for _try in range(8):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.get(reverse("patients:list")).status_code == 302
