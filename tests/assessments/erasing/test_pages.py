"""The pages of an erasure: what goes is told, the password is asked again, two decide."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.erasing.erase import erase_again
from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Role
from patients.actions import archive_patient
from patients.models import Erasure, Patient
from tests.people import PASSWORD, grade, make_patient, make_signed, make_user

AsUser = Callable[[User], Client]
SAID = {"ground": "consent", "reason": "Asked in writing, letter of May.", "checked": "on"}


@pytest.fixture
def second_admin(admin: User) -> User:
    return make_user("admin2@harbour.test", admin.clinics[0], Role.ADMINISTRATOR, "Abe Admin")


@pytest.fixture
def archived(patient: Patient, physio: User) -> Patient:
    make_signed(patient, physio, {("hip_flexion", "right"): grade(0)})
    archive_patient(patient, by=physio)
    return patient


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_one_asks_another_confirms_and_all_are_told(
    archived: Patient, admin: User, second_admin: User, physio: User, as_user: AsUser,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    client, address = as_user(admin), reverse("erasing:patient", args=[archived.pk])
    assert "<strong>1</strong> assessments" in text(client, address)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, SAID)
    erasure = Erasure.objects.get()
    assert "Another administrator has to confirm" in text(client, address)
    assert sorted(message.to[0] for message in mail.outbox) == [second_admin.email, admin.email]
    assert archived.family_name not in mail.outbox[0].body
    other = as_user(second_admin)
    assert "1 patient is to be erased for good" in text(other, reverse("start"))
    assert archived.family_name in text(other, reverse("erasing:index"))
    assert "Confirm the erasure" in text(other, address)
    other.post(reverse("erasing:confirm", args=[erasure.pk]))
    erasure.refresh_from_db()
    assert erasure.confirmed_by == second_admin
    assert "is erased for good after" in text(as_user(physio), f"/patients/{archived.pk}/")
    other.post(reverse("erasing:withdraw", args=[erasure.pk]))
    assert "Nothing is asked for." in text(other, reverse("erasing:index"))


def test_what_was_typed_stays_and_nothing_is_chosen_beforehand(
    archived: Patient, admin: User, as_user: AsUser
) -> None:
    client, address = as_user(admin), reverse("erasing:patient", args=[archived.pk])
    assert not re.search(r"<input[^>]* checked", text(client, address))
    answer = client.post(address, {"reason": "too short"})
    assert set(answer.context["form"].errors) == {"ground", "reason", "checked"}
    assert "too short" in answer.content.decode()
    assert not Erasure.objects.exists()


def test_a_patient_who_is_not_archived_is_archived_first(
    patient: Patient, admin: User, as_user: AsUser
) -> None:
    client, address = as_user(admin), reverse("erasing:patient", args=[patient.pk])
    assert "Archive the patient</a> first" in text(client, address)
    client.post(address, SAID)
    assert not Erasure.objects.exists()


def test_the_password_is_asked_again(archived: Patient, admin: User, as_user: AsUser) -> None:
    client, address = as_user(admin), reverse("erasing:patient", args=[archived.pk])
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        asked = client.post(address, SAID).headers["Location"]
        assert asked.startswith("/accounts/reauthenticate/")
        assert not Erasure.objects.exists()
        client.post(asked, {"password": PASSWORD})
    erasure = Erasure.objects.get()
    with time_machine.travel(timezone.now() + timedelta(minutes=12), tick=False):
        asked = client.post(reverse("erasing:confirm", args=[erasure.pk])).headers["Location"]
    assert asked.startswith("/accounts/reauthenticate/")


def test_who_is_past_their_time_is_listed_to_administrators(
    archived: Patient, admin: User, as_user: AsUser, settings: Any
) -> None:
    long_ago = timezone.now() - timedelta(days=4000)
    Patient.objects.filter(pk=archived.pk).update(archived_at=long_ago, last_seen=long_ago.date())
    client = as_user(admin)
    assert "Time over" not in text(client, reverse("start"))
    settings.RECORDS_KEPT_YEARS = 10
    assert "1 archived patient is past the time" in text(client, reverse("start"))
    assert archived.family_name in text(client, reverse("erasing:index"))


def test_nothing_of_it_is_seen_at_another_clinic(
    archived: Patient, admin: User, hillside: Clinic, as_user: AsUser, settings: Any
) -> None:
    settings.RECORDS_KEPT_YEARS = 10
    elsewhere = as_user(make_user("a@hillside.test", hillside, Role.ADMINISTRATOR))
    long_ago = timezone.now() - timedelta(days=4000)
    Patient.objects.filter(pk=archived.pk).update(archived_at=long_ago, last_seen=long_ago.date())
    for _state in ("past its time", "asked for"):
        shown = text(elsewhere, reverse("start")) + text(elsewhere, reverse("erasing:index"))
        assert archived.family_name not in shown
        assert "Look at it" not in shown
        assert "Time over" not in shown
        as_user(admin).post(reverse("erasing:patient", args=[archived.pk]), SAID)
    [erasure] = Erasure.objects.all()
    for name in ("confirm", "withdraw"):
        answer = elsewhere.post(reverse(f"erasing:{name}", args=[erasure.pk]))
        assert answer.status_code == 404
    assert Erasure.objects.standing().exists()


def test_an_erasure_was_done_on_a_day_of_the_clinic(
    patient: Patient, admin: User, as_user: AsUser
) -> None:
    with time_machine.travel("2026-12-01T23:30:00Z", tick=False):  # the day after in Sydney
        erase_again([patient.pk])
        found = text(as_user(admin), reverse("erasing:index"))
    assert "<strong>2026-12-02</strong>" in found


def test_the_list_asks_no_more_of_the_database_the_longer_it_is(
    archived: Patient, physio: User, admin: User, as_user: AsUser,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    client, address = as_user(admin), reverse("erasing:index")
    for patient in [archived, *(make_patient(archived.clinic, physio) for _each in range(4))]:
        archive_patient(patient, by=physio)
        client.post(reverse("erasing:patient", args=[patient.pk]), SAID)
    assert Erasure.objects.count() == 5
    with django_assert_max_num_queries(12):
        client.get(address)
