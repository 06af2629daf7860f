"""A blind pair over the API: sealed for others while it is open, and no visit afterwards."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.models import Assessment
from mmt.accounts.models import User
from patients.models import Patient
from tests.assessments.api.conftest import Program
from tests.assessments.pairs import begin, complete
from tests.people import grade, make_signed

Keys = Callable[..., Program]
HIP = ("hip_flexion", "right")
CANARY = "Kanarienvogel"


@pytest.fixture
def first(patient: Patient, physio: User) -> Assessment:
    at = (timezone.now() - timedelta(days=1)).astimezone(patient.clinic.zone).replace(hour=10)
    return make_signed(patient, physio, {HIP: grade(1, note=CANARY)}, tested_at=at, note=CANARY)


def test_while_it_is_open_nothing_of_the_first_is_given_to_the_second_tester(
    first: Assessment, patient: Patient, colleague: User, program: Keys
) -> None:
    begin(first, colleague)
    mine = program(colleague)
    assert mine.get(f"/assessments/{first.pk}").status_code == 404
    for asked in ("", "?status=signed", "?status=any"):
        answer = mine.get(f"/patients/{patient.pk}/assessments{asked}")
        assert answer.status_code == 200
        assert str(first.pk) not in answer.content.decode()
    progress = mine.get(f"/patients/{patient.pk}/progress")
    assert progress.status_code == 200
    assert progress.json()["items"] == []


def test_afterwards_the_second_says_that_it_is_kept_apart(
    first: Assessment, patient: Patient, colleague: User, program: Keys
) -> None:
    second = complete(begin(first, colleague), colleague, {"hip_flexion.right": "2"})
    mine = program(colleague)
    assert mine.get(f"/assessments/{second.pk}").json()["apart"] == "second"
    listed = mine.get(f"/patients/{patient.pk}/assessments").json()["items"]
    assert [(each["id"], each["apart"]) for each in listed] == [(str(first.pk), "")]
