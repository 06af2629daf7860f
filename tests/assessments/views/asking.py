"""How the tests of questions across patients plant cases and ask for them."""

import csv
import io
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from assessments.history import Cell, Result
from mmt.accounts.models import Clinic, User
from patients.models import Event, Patient
from tests.assessments.plain_page import PlainPage
from tests.people import grade, make_patient, make_signed

KNEE: Cell = ("knee_extension", "left")
HIP: Cell = ("hip_flexion", "right")
NOT_TESTED = Result("not_testable", reason="pain")
URL = "/cohort/"


def visits(patient: Patient, by: User, *grades: tuple[int, int | None], cell: Cell = KNEE) -> None:
    """Sign visits of (days ago, level), None for not testable."""
    for days, level in grades:
        result = NOT_TESTED if level is None else grade(level)
        at = timezone.now() - timedelta(days=days)
        make_signed(patient, by, {cell: result}, tested_at=at)


def named(clinic: Clinic, by: User, name: str, **more: Any) -> Patient:
    return make_patient(clinic, by, family_name=name, **more)


def ask(client: Client, **question: Any) -> PlainPage:
    response = client.get(URL, question)
    assert response.status_code == 200
    return PlainPage(response.content.decode())


def names(page: PlainPage) -> list[str]:
    """Return the family names of the planted patients on a page, in order."""
    found = [word for word in page.text.replace(",", " ").split() if word.startswith("Zz")]
    return list(dict.fromkeys(found))


def relapse(patient: Patient, by: User, days: int, **more: Any) -> Event:
    day = timezone.now().date() - timedelta(days=days)
    return Event.objects.create(patient=patient, kind="relapse", started=day, entered_by=by, **more)


def exported(client: Client, question: str) -> list[dict[str, str]]:
    response = client.post(f"{URL}export/?{question}")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))  # type: ignore[attr-defined]
