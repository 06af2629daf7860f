"""How long a session lasts, what the device is told, and that signing out clears it."""

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from mmt.accounts.models import User
from mmt.accounts.session import device_secret
from mmt.accounts.store import SessionStore

pytestmark = pytest.mark.django_db
AsUser = Callable[[User], Client]


def minutes_on(minutes: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


def is_in(client: Client) -> bool:
    return client.get("/patients/").status_code == 200


def test_an_idle_session_ends(as_user: AsUser, physio: User) -> None:
    client = as_user(physio)
    with minutes_on(14):
        assert is_in(client)
    with minutes_on(14 + 16):
        assert not is_in(client)


def test_each_use_moves_the_end_on(as_user: AsUser, physio: User) -> None:
    client = as_user(physio)
    for minutes in (12, 24, 36):
        with minutes_on(minutes):
            assert is_in(client)


def test_however_much_it_is_used_it_ends_after_twelve_hours(as_user: AsUser, physio: User) -> None:
    client = as_user(physio)
    for minutes in range(12, 12 * 60, 12):
        with minutes_on(minutes):
            assert is_in(client)
    with minutes_on(12 * 60 + 1):
        assert not is_in(client)


def test_asking_how_long_it_lasts_keeps_nobody_in(as_user: AsUser, physio: User) -> None:
    client = as_user(physio)
    with minutes_on(5):
        assert 590 <= client.get("/device/").json()["seconds"] <= 610
    with minutes_on(16):
        assert client.get("/device/").json()["user"] is None
        assert not is_in(client)


def test_saying_that_one_is_still_there_keeps_one_in(as_user: AsUser, physio: User) -> None:
    client = as_user(physio)
    with minutes_on(14):
        assert client.post("/device/").json()["seconds"] == 15 * 60
    with minutes_on(28):
        assert is_in(client)


def test_the_key_of_a_device_is_the_persons_own_and_the_same_each_time(
    as_user: AsUser, physio: User, colleague: User
) -> None:
    first, second = (as_user(physio).get("/device/").json() for _sign_in in range(2))
    assert first["secret"] == second["secret"] == device_secret(physio)
    assert len(base64.b64decode(first["secret"])) == 32
    assert as_user(colleague).get("/device/").json()["secret"] != first["secret"]


def test_nobody_signed_in_is_given_no_key() -> None:
    response = Client().get("/device/")
    assert response.json().keys() == {"user", "csrf"}
    assert response.headers["Cache-Control"] == "no-store"


def test_another_secret_of_the_place_makes_other_keys(physio: User) -> None:
    before = device_secret(physio)
    with override_settings(SECRET_KEY="another one altogether, long enough to be one"):
        assert device_secret(physio) != before


def test_signing_out_clears_the_device(as_user: AsUser, physio: User) -> None:
    response = as_user(physio).post("/accounts/logout/", {"device": "clear"})
    assert response.headers["Clear-Site-Data"] == '"storage"'


def test_what_others_left_unsent_is_not_cleared(as_user: AsUser, physio: User) -> None:
    response = as_user(physio).post("/accounts/logout/")
    assert "Clear-Site-Data" not in response.headers


def test_the_page_that_asks_before_signing_out_clears_nothing(
    as_user: AsUser, physio: User
) -> None:
    assert "Clear-Site-Data" not in as_user(physio).get("/accounts/logout/").headers


def test_a_session_is_read_with_its_person_and_their_roles(
    as_user: AsUser, physio: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = as_user(physio).session.session_key
    store = SessionStore(key)
    with django_assert_num_queries(1):
        assert store.get("_auth_user_id") == str(physio.pk)
        assert store.person is not None
        assert [each.clinic.name for each in store.person.active_memberships] == ["Harbour Test"]


def test_each_of_a_persons_sessions_holds_its_own(as_user: AsUser, physio: User) -> None:
    sessions = [as_user(physio).session for _each in range(2)]
    for number, session in enumerate(sessions):
        session["number"] = number
        session.save()
    assert [SessionStore(each.session_key)["number"] for each in sessions] == [0, 1]


def test_a_role_that_was_taken_away_is_gone_at_the_next_request(
    as_user: AsUser, physio: User
) -> None:
    client = as_user(physio)
    assert client.get("/patients/").context["may_register"]
    physio.memberships.update(active=False)
    response = client.get("/patients/")
    assert response.wsgi_request.user == physio
    assert not response.context["may_register"]
