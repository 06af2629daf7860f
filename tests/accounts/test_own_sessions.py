"""Where one is signed in: listed, and ended."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from mmt.accounts.models import Session, User
from mmt.accounts.store import device_name, open_sessions
from mmt.audit.models import Action, AuditEvent
from tests.people import PASSWORD

AsUser = Callable[[User], Client]
ACCOUNT, END, PATIENTS = reverse("account"), reverse("end_sessions"), reverse("patients:list")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPad; CPU OS 18_4 like Mac OS X) Version/18.4 Mobile/15E148 Safari/604.1"
CHROME = "Mozilla/5.0 (Linux; Android 15) Chrome/140.0.0.0 Mobile Safari/537.36"


def is_in(client: Client) -> bool:
    return client.get(PATIENTS).status_code == 200


def sign_in(user: User, agent: str) -> Client:
    client = Client(headers={"user-agent": agent})
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        (SAFARI, "Safari, iPad"),
        (CHROME, "Chrome, Android"),
        ("", ""),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_called_by_its_name_and_system(agent: str, name: str) -> None:
    assert device_name(agent) == name


def test_lists_ones_own_sessions_and_no_others(physio: User, colleague: User) -> None:
    here = sign_in(physio, FIREFOX)
    sign_in(physio, SAFARI)
    sign_in(colleague, CHROME)
    page = here.get(ACCOUNT).content.decode()
    assert "Firefox, Windows" in page
    assert "Safari, iPad" in page
    assert "Chrome, Android" not in page
    assert here.session.session_key not in page


def test_ends_one_of_them(physio: User) -> None:
    here, there, third = (sign_in(physio, FIREFOX) for _browser in range(3))
    sessions = open_sessions(physio, there.session.session_key)
    here.post(END, {"session": sessions[0].handle})
    assert [is_in(client) for client in (here, there, third)] == [True, False, True]
    assert AuditEvent.objects.get(action=Action.SESSIONS_ENDED).detail == {"all_others": False}


def test_ends_all_but_this_one(physio: User, colleague: User) -> None:
    here, there, theirs = (sign_in(user, FIREFOX) for user in (physio, physio, colleague))
    here.post(END)
    assert [is_in(client) for client in (here, there, theirs)] == [True, False, True]


def test_nobody_ends_the_session_of_another(physio: User, colleague: User) -> None:
    here, theirs = sign_in(physio, FIREFOX), sign_in(colleague, FIREFOX)
    [session] = open_sessions(colleague, None)
    page = here.post(END, {"session": session.handle}, follow=True).content.decode()
    assert "over already" in page
    assert is_in(theirs)


def test_a_changed_password_ends_the_others(physio: User) -> None:
    here, there = sign_in(physio, FIREFOX), sign_in(physio, FIREFOX)
    new = {"password1": "harbour-lantern-quiet", "password2": "harbour-lantern-quiet"}
    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD} | new)
    assert [is_in(client) for client in (here, there)] == [True, False]


def test_a_new_session_begins_at_each_sign_in(physio: User) -> None:
    client = Client()
    client.get(reverse("account_login"))
    client.session.save()
    before = client.session.session_key
    client.post(reverse("account_login"), {"login": physio.email, "password": PASSWORD})
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
