"""Secrets of second factors are sealed at rest; a lost key is told before anybody is let in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mmt.accounts.factors.sealing import refuse_lost_key, seal_anew, unseal
from mmt.accounts.models import Session, User
from mmt.audit.models import Action, AuditEvent
from tests.factors import code_of, give_app, give_recovery_codes

OLD, NEW = "an-old-key-" + "a1b2c3d4e5" * 5, "a-new-key-" + "f6g7h8i9j0" * 5


@pytest.fixture
def factors(physio: User, settings: Any) -> tuple[str, list[str]]:
    """An app's secret and recovery codes, sealed with OLD."""
    settings.FACTOR_KEYS = [OLD]
    return give_app(physio), give_recovery_codes(physio)


def stored() -> list[str]:
    found = Authenticator.objects.order_by("pk").values_list("data", flat=True)
    return [data.get("secret") or data["seed"] for data in found]


def codes() -> list[str]:
    found: list[str] = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    return found


def test_the_database_alone_makes_no_codes(factors: tuple[str, list[str]]) -> None:
    secret, ten = factors
    assert all(text.startswith("sealed:") for text in stored())
    assert secret not in str(stored())
    assert (unseal(stored()[0]), codes()) == (secret, ten)


def test_what_lay_open_is_sealed_once(factors: tuple[str, list[str]]) -> None:
    app = Authenticator.objects.get(type="totp")
    app.data = {"secret": factors[0]}
    app.save()
    refuse_lost_key()  # not a lost key: not sealed yet
    assert seal_anew() == 2
    assert unseal(stored()[0]) == factors[0]


def test_a_new_key_takes_over(factors: tuple[str, list[str]], settings: Any) -> None:
    settings.FACTOR_KEYS = [NEW, OLD]
    refuse_lost_key()
    call_command("seal_factors")
    settings.FACTOR_KEYS = [NEW]
    refuse_lost_key()
    assert (unseal(stored()[0]), codes()) == factors
    told = AuditEvent.objects.get(action=Action.FACTORS_SEALED)
    assert (told.actor, told.detail) == ("seal_factors", {"factors": 2})


def test_a_secret_on_its_way_into_an_app_is_sealed_in_the_session_too(
    physio: User, as_user: Callable[[User], Client], settings: Any
) -> None:
    client, address = as_user(physio), reverse("mfa_activate_totp")
    secret = client.get(address).context["form"].secret
    [row] = Session.objects.filter(user=physio)
    assert secret not in str(DatabaseStore().decode(row.session_data))  # as Django would read it
    assert client.session["mfa.totp.secret"] == secret
    client.post(address, {"code": code_of(secret)})
    assert unseal(stored()[0]) == secret


def test_so_is_a_form_that_waits_for_the_password(
    admin: User, as_user: Callable[[User], Client]
) -> None:
    client = as_user(admin)
    form = {"ground": "consent", "reason": "Kanarienvogel"}
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        client.post(reverse("team:invite"), form)
        client.post(reverse("exports:index"), form)
    [row] = Session.objects.filter(user=admin)
    assert "Kanarienvogel" not in str(DatabaseStore().decode(row.session_data))
    assert "Kanarienvogel" in str(client.session["account_reauthentication_state"])
    assert "Kanarienvogel" in str(client.session["file_asked_for"])


def test_a_session_outlives_the_key_that_sealed_a_secret_in_it(
    physio: User, as_user: Callable[[User], Client], settings: Any
) -> None:
    client, address = as_user(physio), reverse("mfa_activate_totp")
    before = client.get(address).context["form"].secret
    settings.FACTOR_KEYS = [NEW]
    assert client.get("/accounts/").status_code == 200
    assert client.get(address).context["form"].secret != before


def test_a_lost_key_refuses_the_start_and_has_a_way_out(
    factors: tuple[str, list[str]], physio: User, settings: Any
) -> None:
    before = stored()
    settings.FACTOR_KEYS = [NEW]
    with pytest.raises(ImproperlyConfigured, match="2 second factors are sealed with another key"):
        refuse_lost_key()
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("seal_factors")
    assert stored() == before
    call_command("seal_factors", forget_lost=True)
    refuse_lost_key()
    assert not Authenticator.objects.exists()
    told = AuditEvent.objects.filter(action=Action.FACTORS_RESET, target=physio.pk)
    assert [event.detail["kinds"] for event in told] == [["totp"], ["recovery_codes"]]
