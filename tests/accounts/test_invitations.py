"""Inviting people, and the link that lets them in once."""

import hashlib
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mmt.accounts import actions
from mmt.accounts.models import Clinic, Invitation, Membership, User
from mmt.accounts.roles import Role
from mmt.audit.models import Action, AuditEvent
from tests.people import PASSWORD

AsUser = Callable[[User], Client]
INVITE = reverse("team:invite")
NEW = "new@harbour.test"
GONE = "This invitation no longer works"


@pytest.fixture
def as_admin(as_user: AsUser, admin: User) -> Client:
    return as_user(admin)


@pytest.fixture
def token(harbour: Clinic, admin: User) -> str:
    """The token of an open invitation for a person without an account."""
    return actions.invite(email=NEW, role=Role.CLINICIAN, clinic=harbour, by=admin)[1]


def door(token: str) -> str:
    return reverse("team:accept", args=[token])


def coming(**fields: Any) -> dict[str, Any]:
    return {"name": "Nora New", "password": "quiet-harbour-lamp"} | fields


# Inviting


def test_invites_by_mail_and_shows_the_link_once(
    as_admin: Client, harbour: Clinic, admin: User
) -> None:
    answer = as_admin.post(INVITE, {"email": " New@Harbour.TEST ", "role": "lead"})
    url = answer.context["url"]
    invitation = Invitation.objects.get()
    assert url in answer.content.decode()
    assert url.startswith("http://testserver/team/invitations/")
    assert (invitation.email, invitation.role, invitation.clinic) == (NEW, Role.LEAD, harbour)
    assert mail.outbox[0].to == [NEW]
    assert url in mail.outbox[0].body
    assert url not in as_admin.get(reverse("team:index")).content.decode()


def test_keeps_only_the_hash_of_the_token(as_admin: Client, harbour: Clinic) -> None:
    url = as_admin.post(INVITE, {"email": NEW, "role": "lead"}).context["url"]
    token = url.rstrip("/").rpartition("/")[2]
    invitation = Invitation.objects.get()
    assert len(token) >= 43  # 32 bytes
    assert invitation.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(list(AuditEvent.objects.values()))


def test_an_invitation_is_told(as_admin: Client, harbour: Clinic, admin: User) -> None:
    as_admin.post(INVITE, {"email": NEW, "role": "lead"})
    told = AuditEvent.objects.get(action=Action.MEMBER_INVITED)
    assert (told.actor_id, told.chain) == (admin.pk, str(harbour.pk))
    assert told.detail == {"person": NEW, "before": [], "after": ["lead"]}


def test_lasts_as_long_as_the_setting_says(token: str) -> None:
    invitation = Invitation.objects.get()
    assert invitation.expires_at - invitation.created_at == settings.INVITATION_LIFETIME


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "nobody"),
        ("email", "a\0@b.test"),
        ("email", "x" * 300 + "@b.test"),
        ("email", "a@b.test\nBcc: c@d.test"),
        ("role", ""),
        ("role", "owner"),
    ],
)
def test_a_wrong_field_is_named(as_admin: Client, harbour: Clinic, field: str, value: str) -> None:
    answer = as_admin.post(INVITE, {"email": NEW, "role": "lead"} | {field: value})
    assert list(answer.context["form"].errors) == [field]
    assert not Invitation.objects.exists()
    assert not mail.outbox


def test_who_is_on_the_team_is_not_invited(as_admin: Client, physio: User) -> None:
    answer = as_admin.post(INVITE, {"email": "PHYSIO@harbour.test", "role": "lead"})
    assert "on the team already" in answer.context["form"].errors["email"][0]


def test_who_works_elsewhere_is_invited_like_anybody(as_admin: Client, stranger: User) -> None:
    answer = as_admin.post(INVITE, {"email": stranger.email, "role": "lead"})
    assert stranger.name not in answer.content.decode()
    assert Invitation.objects.get().email == stranger.email


def test_the_clinic_must_be_ones_own(as_admin: Client, admin: User, hillside: Clinic) -> None:
    as_admin.post(INVITE, {"email": NEW, "role": "lead", "clinic": str(hillside.pk)})
    assert Invitation.objects.get().clinic != hillside
    third = Clinic.objects.create(name="Third", slug="third", time_zone="UTC")
    Membership.objects.create(user=admin, clinic=third, role=Role.ADMINISTRATOR)
    answer = as_admin.post(INVITE, {"email": NEW, "role": "lead", "clinic": str(hillside.pk)})
    assert list(answer.context["form"].errors) == ["clinic"]


def test_a_second_invitation_ends_the_first(
    token: str, harbour: Clinic, admin: User, as_admin: Client
) -> None:
    newer = actions.invite(email=NEW, role=Role.LEAD, clinic=harbour, by=admin)[1]
    assert Client().get(door(token)).status_code == 404
    assert Client().get(door(newer)).status_code == 200


def test_a_mail_server_that_fails_leaves_the_link(as_admin: Client, harbour: Clinic) -> None:
    with patch("mmt.accounts.invitations.send_mail", side_effect=ConnectionRefusedError):
        answer = as_admin.post(INVITE, {"email": NEW, "role": "lead"})
    assert "No message could be sent." in answer.content.decode()
    assert Client().get(answer.context["url"]).status_code == 200


def test_withdraws(as_admin: Client, token: str, harbour: Clinic) -> None:
    address = reverse("team:withdraw", args=[Invitation.objects.get().pk])
    assert as_admin.get(address).status_code == 405
    as_admin.post(address)
    assert Client().get(door(token)).status_code == 404
    assert AuditEvent.objects.get(action=Action.INVITATION_WITHDRAWN).detail["person"] == NEW
    assert "used or withdrawn already" in as_admin.post(address, follow=True).content.decode()


def test_an_invitation_of_another_clinic_is_not_there(
    as_user: AsUser, token: str, hillside: Clinic, stranger: User
) -> None:
    Membership.objects.filter(user=stranger).update(role=Role.ADMINISTRATOR)
    address = reverse("team:withdraw", args=[Invitation.objects.get().pk])
    assert as_user(stranger).post(address).status_code == 404
    assert Client().get(door(token)).status_code == 200


# Coming in


def test_a_new_person_comes_in_signed_in_and_on_the_team(token: str, harbour: Clinic) -> None:
    browser = Client()
    assert "You are invited" in browser.get(door(token)).content.decode()
    answer = browser.post(door(token), coming())
    assert answer.headers["Location"] == reverse("start")
    user = User.objects.get(email=NEW)
    assert (user.name, user.check_password("quiet-harbour-lamp")) == ("Nora New", True)
    assert Membership.objects.get(user=user).role == Role.CLINICIAN
    assert browser.get(reverse("patients:list")).status_code == 200


def test_coming_in_is_told(token: str, harbour: Clinic) -> None:
    Client().post(door(token), coming())
    told = AuditEvent.objects.get(action=Action.INVITATION_ACCEPTED)
    assert (told.actor, told.chain) == (NEW, str(harbour.pk))
    assert told.detail == {"person": NEW, "before": [], "after": ["clinician"]}
    assert AuditEvent.objects.filter(action=Action.SIGN_IN, actor=NEW).count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "short"),
        ("password", "password1234"),
        ("password", "123456789012345"),
        ("password", "new@harbour.test"),
        ("password", ""),
        ("password", "with\0nul-in-it-and-long"),
        ("name", "  "),
        ("name", "a\0b"),
        ("name", "x" * 101),
    ],
)
def test_a_weak_password_or_no_name_is_refused(token: str, field: str, value: str) -> None:
    answer = Client().post(door(token), coming() | {field: value})
    assert list(answer.context["form"].errors) == [field]
    assert not User.objects.filter(email=NEW).exists()
    assert Client().get(door(token)).status_code == 200


def test_the_password_never_comes_back(token: str) -> None:
    answer = Client().post(door(token), coming(name=""))
    assert "quiet-harbour-lamp" not in answer.content.decode()


def test_a_link_works_once(token: str) -> None:
    Client().post(door(token), coming())
    assert Client().get(door(token)).status_code == 404
    answer = Client().post(door(token), coming(name="Somebody Else"))
    assert answer.status_code == 404
    assert User.objects.get(email=NEW).name == "Nora New"


def test_unknown_used_withdrawn_and_old_links_answer_the_same(token: str, admin: User) -> None:
    def body(token: str) -> str:
        answer = Client().get(door(token))
        assert answer.status_code == 404
        assert GONE in answer.content.decode()
        return answer.content.decode().partition("<main")[2]

    with time_machine.travel(timezone.now() + settings.INVITATION_LIFETIME + timedelta(seconds=1)):
        old = body(token)
    Client().post(door(token), coming())
    assert body(token) == old == body("x") == body("A" * 43) == body("é\U0001f600" * 300)


def test_the_address_of_the_door_is_told_to_nobody(token: str) -> None:
    for address in (door(token), door("x")):
        assert Client().get(address).headers["Referrer-Policy"] == "strict-origin"


def test_who_has_an_account_must_sign_in_first(
    harbour: Clinic, admin: User, stranger: User
) -> None:
    token = actions.invite(email=stranger.email, role=Role.LEAD, clinic=harbour, by=admin)[1]
    browser = Client()
    answer = browser.post(door(token), coming())
    assert "sign in as" in answer.content.decode()
    assert not Membership.objects.filter(user=stranger, clinic=harbour).exists()
    stranger.refresh_from_db()
    assert stranger.check_password(PASSWORD)
    login = {"login": stranger.email, "password": PASSWORD, "next": door(token)}
    assert browser.post(reverse("account_login"), login).headers["Location"] == door(token)
    assert browser.post(door(token)).headers["Location"] == reverse("start")
    assert Membership.objects.get(user=stranger, clinic=harbour).role == Role.LEAD


def test_opening_the_link_alone_changes_nothing(
    as_user: AsUser, harbour: Clinic, admin: User, stranger: User
) -> None:
    token = actions.invite(email=stranger.email, role=Role.LEAD, clinic=harbour, by=admin)[1]
    as_user(stranger).get(door(token))
    assert not Membership.objects.filter(user=stranger, clinic=harbour).exists()


def test_somebody_elses_link_is_not_taken(as_admin: Client, token: str, admin: User) -> None:
    answer = as_admin.post(door(token), coming())
    assert "For somebody else" in answer.content.decode()
    assert not User.objects.filter(email=NEW).exists()
    assert Membership.objects.filter(user=admin).count() == 1


def test_an_account_made_a_moment_ago_is_asked_to_sign_in(token: str) -> None:
    with patch("mmt.accounts.actions.User.objects.create_user", side_effect=IntegrityError):
        answer = Client().post(door(token), coming())
    assert "sign in as" in answer.content.decode()
    assert Client().get(door(token)).status_code == 200


def test_coming_back_reactivates_the_same_role(
    harbour: Clinic, hillside: Clinic, admin: User, stranger: User
) -> None:
    old = Membership.objects.create(user=stranger, clinic=harbour, role=Role.LEAD, active=False)
    invitation = Invitation.objects.create(
        clinic=harbour,
        email=stranger.email,
        role=Role.LEAD,
        token_hash=actions.token_hash("t"),
        invited_by=admin,
        expires_at=timezone.now() + timedelta(days=1),
    )
    assert actions.accept_as(stranger, "t") == old
    invitation.refresh_from_db()
    assert invitation.accepted_at is not None


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_comes_in(committed_db: None, token: str) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite writes one at a time.")
    start, results = threading.Barrier(2), []

    def come(name: str) -> None:
        start.wait()
        try:
            actions.accept_with_new_account(token, name=name, password="quiet-harbour-lamp")
            results.append("in")
        except (actions.InvitationGone, IntegrityError):
            results.append("out")
        finally:
            connection.close()

    threads = [threading.Thread(target=come, args=(name,)) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["in", "out"]
    assert User.objects.filter(email=NEW).count() == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_changes_a_team_while_somebody_joins_it(
    committed_db: None, token: str, harbour: Clinic
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite writes one at a time.")
    refused = []

    def change() -> None:
        try:
            with transaction.atomic():
                held = Clinic.objects.select_for_update(nowait=True, no_key=True)
                held.get(pk=harbour.pk)
        except OperationalError as problem:
            refused.append(problem)
        finally:
            connection.close()

    with transaction.atomic():
        actions.accept_with_new_account(token, name="Nora New", password="quiet-harbour-lamp")
        other = threading.Thread(target=change)
        other.start()
        other.join()
    assert refused
