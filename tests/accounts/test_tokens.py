from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from mmt.accounts.models import ApiToken, Scope, User
from mmt.accounts.tokens import find_token, make_token
from mmt.audit.models import AuditEvent
from tests.people import PASSWORD

AsUser = Callable[[User], Client]
WANTED = {"name": "Registry", "scope": "read", "days": "30"}


@pytest.fixture
def at_the_keys(as_user: AsUser, physio: User) -> Client:
    """The person, having given the password a moment ago."""
    client = as_user(physio)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_a_key_is_shown_once_and_kept_as_a_hash(at_the_keys: Client, physio: User) -> None:
    made = at_the_keys.post("/accounts/keys/", WANTED)
    secret = made.context["secret"]
    assert secret in made.content.decode()
    assert secret not in at_the_keys.get("/accounts/keys/").content.decode()
    token = find_token(secret)
    assert token is not None
    assert token.user == physio
    assert secret not in str(ApiToken.objects.values_list().get())
    assert AuditEvent.objects.filter(action="token_made", actor_id=physio.pk).count() == 1


def test_the_password_is_asked_again_before(as_user: AsUser, physio: User) -> None:
    client = as_user(physio)
    with time_machine.travel(timezone.now() + timedelta(minutes=14), tick=False):
        answer = client.post("/accounts/keys/", WANTED)
    assert answer.status_code == 302
    assert "/accounts/reauthenticate/" in answer.headers["Location"]
    assert not ApiToken.objects.exists()


def test_nothing_is_preselected_and_each_field_is_asked_for(at_the_keys: Client) -> None:
    page = at_the_keys.post("/accounts/keys/", {"name": ""})
    assert set(page.context["form"].errors) == {"name", "scope", "days"}
    assert b"checked" not in page.content


def test_a_revoked_key_stays_listed_and_works_no_more(at_the_keys: Client, physio: User) -> None:
    token, secret = make_token(name="Registry", scope=Scope.READ, days=30, by=physio)
    page = at_the_keys.post(f"/accounts/keys/{token.pk}/revoke/", follow=True)
    assert "revoked" in page.content.decode()
    assert find_token(secret) is None
    assert AuditEvent.objects.filter(action="token_revoked").count() == 1


def test_nobody_revokes_the_key_of_another(as_user: AsUser, physio: User, lead: User) -> None:
    token, secret = make_token(name="Registry", scope=Scope.READ, days=30, by=physio)
    assert as_user(lead).post(f"/accounts/keys/{token.pk}/revoke/").status_code == 404
    assert find_token(secret) is not None
