"""A new password and the telling of it stand together."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from django.core import mail
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from mmt.accounts import signin
from mmt.accounts.models import User
from tests.people import PASSWORD

AsUser = Callable[[User], Client]
CHANGE, RESET = reverse("account_change_password"), reverse("account_reset_password")
NEW = "harbour-lantern-quiet"
FORM = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}


def change(client: Client, user: User) -> str:
    return CHANGE


def reset(client: Client, user: User) -> str:
    """Ask for the link, follow it, and return where its form is sent to."""
    client.post(RESET, {"email": user.email})
    [link] = re.findall(r"http://testserver(/\S+)", mail.outbox[0].body)
    return str(client.get(link, follow=True).request["PATH_INFO"])


@pytest.mark.parametrize("way", [change, reset])
def test_one_that_cannot_be_told_is_not_taken(
    as_user: AsUser, physio: User, monkeypatch: pytest.MonkeyPatch, way: Callable[..., str]
) -> None:
    def broken(*_told: Any, **_more: Any) -> None:
        raise DatabaseError("The log cannot be written.")

    client = as_user(physio)
    form = way(client, physio)
    monkeypatch.setattr(signin, "record", broken)
    with pytest.raises(DatabaseError):
        client.post(form, FORM)
    physio.refresh_from_db()
    assert physio.check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", [change, reset])
def test_the_person_hears_of_one_once_it_stands(
    committed_db: None,
    as_user: AsUser,
    physio: User,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[..., str],
) -> None:
    """A mail server may take its time: nobody else waits for it with the database held."""
    held: list[bool] = []

    def send(*_mail: Any, **_more: Any) -> None:
        held.append(connection.in_atomic_block)

    client = as_user(physio)
    form = way(client, physio)
    monkeypatch.setattr(DefaultAccountAdapter, "send_notification_mail", send)
    client.post(form, FORM)
    assert held == [False]
