"""Coming in, and being put out."""

from collections.abc import Callable
from typing import ClassVar

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from mmt.accounts.models import Membership, User
from mmt.audit.models import Action, AuditEvent, Outcome
from patients.models import Patient
from tests.hasher import QuickArgon2
from tests.people import PASSWORD

AsUser = Callable[[User], Client]
LOGIN = reverse("account_login")
RESET = reverse("account_reset_password")


def sign_in(email: str, password: str = PASSWORD) -> tuple[Client, int]:
    client = Client()
    return client, client.post(LOGIN, {"login": email, "password": password}).status_code


@pytest.mark.parametrize(
    "email",
    [
        "physio@harbour.test",
        "PHYSIO@Harbour.Test",
        "  physio@harbour.test  ",
        "Physio@HARBOUR.test",
    ],
)
def test_signs_in_however_the_address_is_written(physio: User, email: str) -> None:
    client, status = sign_in(email)
    assert status == 302
    assert client.get(reverse("start")).status_code == 200


def test_a_sign_in_is_told_once(physio: User) -> None:
    sign_in(physio.email)
    told = AuditEvent.objects.get()
    assert (told.action, told.actor_id, told.outcome) == (Action.SIGN_IN, physio.pk, Outcome.DONE)


def test_a_sign_out_is_told_once(physio: User) -> None:
    client, _status = sign_in(physio.email)
    client.post(reverse("account_logout"))
    assert AuditEvent.objects.filter(action=Action.SIGN_OUT, actor_id=physio.pk).count() == 1


@pytest.mark.parametrize("email", ["physio@harbour.test", "nobody@harbour.test"])
def test_a_refused_sign_in_is_told_once_without_the_password(physio: User, email: str) -> None:
    sign_in(email, "not-the-password")
    told = AuditEvent.objects.get()
    assert (told.action, told.actor, told.outcome) == (
        Action.SIGN_IN_FAILED,
        email,
        Outcome.REFUSED,
    )
    assert "not-the-password" not in str(vars(told))


def answer(address: str, form: dict[str, str]) -> tuple[int, str]:
    """What an address answers, without what is new in every answer."""
    page = Client(enforce_csrf_checks=False).post(address, form, follow=True)
    text = page.content.decode().replace(form.get("login", form.get("email", "")), "EMAIL")
    pieces = text.split('name="csrfmiddlewaretoken" value="')
    text = pieces[0] + "".join(piece[64:] for piece in pieces[1:])
    before, _, after = text.partition('"X-CSRFToken": "')
    return page.status_code, before + after[64:]


def test_sign_in_says_the_same_of_known_and_unknown_people(physio: User) -> None:
    known, unknown = (
        answer(LOGIN, {"login": email, "password": "wrong"})
        for email in (physio.email, "nobody@harbour.test")
    )
    assert known == unknown


class CountingHasher(QuickArgon2):
    """Counts the slow work, which is what a guesser's clock would measure."""

    done: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.done.append("encode")
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        self.done.append("verify")
        return super().verify(password, encoded)


def test_sign_in_does_the_same_slow_work_for_known_and_unknown_people(physio: User) -> None:
    counts = []
    with override_settings(PASSWORD_HASHERS=[f"{__name__}.CountingHasher"]):
        for email in (physio.email, "nobody@harbour.test"):
            CountingHasher.done.clear()
            sign_in(email, "wrong")
            counts.append(len(CountingHasher.done))
    assert counts == [1, 1]


def test_a_forgotten_password_says_the_same_of_known_and_unknown_people(physio: User) -> None:
    known, unknown = (
        answer(RESET, {"email": email}) for email in (physio.email, "nobody@harbour.test")
    )
    assert known == unknown
    assert [len(message.to) for message in mail.outbox] == [1, 1]


def test_a_closed_account_cannot_sign_in(physio: User) -> None:
    User.objects.filter(pk=physio.pk).update(is_active=False)
    client, _status = sign_in(physio.email)
    assert client.get(reverse("start")).status_code == 302
    assert not AuditEvent.objects.filter(action=Action.SIGN_IN).exists()


def test_closing_an_account_works_on_the_next_request(as_user: AsUser, physio: User) -> None:
    client = as_user(physio)
    assert client.get(reverse("patients:list")).status_code == 200
    User.objects.filter(pk=physio.pk).update(is_active=False)
    assert client.get(reverse("patients:list")).headers["Location"].startswith(LOGIN)


def test_taking_a_role_works_on_the_next_request(
    as_user: AsUser, physio: User, patient: Patient
) -> None:
    client = as_user(physio)
    edit = reverse("patients:edit", args=[patient.pk])
    assert client.get(edit).status_code == 200
    Membership.objects.filter(user=physio).update(active=False)
    assert client.get(edit).status_code == 404
    assert client.post(edit, {"family_name": "Open form"}).status_code == 404


def test_a_person_without_a_role_gets_a_start_page_without_patients(
    as_user: AsUser, physio: User, patient: Patient
) -> None:
    Membership.objects.filter(user=physio).update(active=False)
    page = as_user(physio).get(reverse("start"))
    assert page.status_code == 200
    assert "Winters" not in page.content.decode()
