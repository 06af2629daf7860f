"""Somebody takes a patient back while another asks for their erasure, or while it is done."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from assessments.erasing.erase import erase_again
from mmt.accounts.models import User
from patients.actions import archive_patient
from patients.erasure import ask_erasure, standing_of
from patients.models import LegalGround, Patient
from tests.people import signed_in

WAITING = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("committed_db")]


@pytest.fixture(autouse=True)
def _side_by_side(committed_db: None) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite writes one at a time.")


@contextmanager
def taken_back_meanwhile(client: Client, patient: Patient) -> Iterator[list[HttpResponse]]:
    """Yield what the one gets who takes the patient back once the rest has begun, and ends it only
    when that one waits.
    """
    answers: list[HttpResponse] = []
    client.get(reverse("assessments:person", args=[patient.pk]))  # or telling this would wait

    def take_back() -> None:
        try:
            answers.append(client.post(reverse("patients:restore", args=[patient.pk])))
        finally:
            connection.close()

    thread = threading.Thread(target=take_back)
    with transaction.atomic():
        yield answers
        thread.start()
        until_one_waits()
    thread.join()


def until_one_waits() -> None:
    with connection.cursor() as cursor:
        for _look in range(1000):
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("Nobody waited.")


def test_an_erasure_being_asked_for_is_withdrawn_by_who_takes_the_patient_back(
    patient: Patient, admin: User
) -> None:
    archive_patient(patient, by=admin)
    with taken_back_meanwhile(signed_in(admin), patient) as answers:
        ask_erasure(patient, ground=LegalGround.CONSENT, reason="Asked in writing.", by=admin)
    patient.refresh_from_db()
    assert answers[0].status_code == 302
    assert (patient.archived_at, standing_of(patient)) == (None, None)


def test_who_takes_a_patient_back_that_is_being_erased_finds_nobody(
    patient: Patient, admin: User
) -> None:
    archive_patient(patient, by=admin)
    with taken_back_meanwhile(signed_in(admin), patient) as answers:
        erase_again([patient.pk])
    assert answers[0].status_code == 404
    assert not Patient.objects.exists()
