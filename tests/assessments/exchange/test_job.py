"""Large exports are made in the background; and who may take out what."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from assessments.exchange import formats
from assessments.exchange.selection import Shape
from assessments.models import SavedQuestion
from mmt.accounts.models import Clinic, Membership, User
from mmt.audit.models import Action, AuditEvent
from mmt.jobs import queue
from mmt.jobs.models import Job, State
from mmt.jobs.work import Work, perform
from patients.models import Patient
from tests.people import grade, make_patient, make_signed

from .files import as_bytes, read

KNEE = ("knee_extension", "right")
LEASE = timedelta(seconds=60)
WORKBOOK = {
    "clinic": "harbour",
    "status": "in_force",
    "layout": "long",
    "format": "xlsx",
    "people": "named",
}
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that does not stream is expected to take long."""
    monkeypatch.setattr(formats, "JOB_SECONDS", 0)


@pytest.fixture
def asked(slow: None, as_user: SignIn, admin: User, patient: Patient, physio: User) -> Job:
    make_signed(patient, physio, {KNEE: grade(0)})
    answer = as_user(admin).post(reverse("exports:index"), WORKBOOK)
    assert answer.headers["Location"] == reverse("jobs:index")
    return Job.objects.get()


def perform_next() -> Job:
    job = queue.claim(LEASE)
    assert job
    perform(Work(job, LEASE))
    job.refresh_from_db()
    return job


def body(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content)


def test_a_large_workbook_is_made_in_the_background_and_taken_later(
    asked: Job, harbour: Clinic, as_user: SignIn, admin: User
) -> None:
    assert (asked.total, asked.owner, asked.clinic) == (1, admin, harbour)
    assert perform_next().state == State.DONE
    file = as_user(admin).get(reverse("jobs:file", args=[asked.pk]))
    assert body(file) == as_bytes(harbour, Shape(format="xlsx"))
    assert "mmt-scores-" in file.headers["Content-Disposition"]
    [event] = AuditEvent.objects.filter(action=Action.EXPORTED, actor_id=admin.pk)
    assert (event.detail["format"], event.detail["rows"]) == ("xlsx", 1)


def test_what_streams_never_waits(
    slow: None, as_user: SignIn, admin: User, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(0)})
    for kind in ("csv", "jsonl"):
        answer = as_user(admin).post(reverse("exports:index"), WORKBOOK | {"format": kind})
        assert b"knee_extension" in body(answer)
    assert not Job.objects.exists()


def test_a_small_workbook_comes_at_once(
    as_user: SignIn, admin: User, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(0)})
    assert body(as_user(admin).post(reverse("exports:index"), WORKBOOK)).startswith(b"PK")


def test_a_right_lost_meanwhile_leaves_no_file(asked: Job, admin: User) -> None:
    Membership.objects.filter(user=admin).update(active=False)
    job = perform_next()
    assert (job.state, job.error) == (State.FAILED, "You no longer have the right to this.")
    assert not AuditEvent.objects.filter(action=Action.EXPORTED).exists()


def test_a_right_lost_afterwards_keeps_the_file_from_its_owner(
    asked: Job, as_user: SignIn, admin: User
) -> None:
    perform_next()
    client = as_user(admin)
    Membership.objects.filter(user=admin).update(active=False)
    assert client.get(reverse("jobs:file", args=[asked.pk])).status_code == 403


def test_the_name_of_a_job_names_nobody(asked: Job, patient: Patient) -> None:
    assert asked.title == "Export: Workbook"
    assert patient.family_name not in str(asked.arguments)


def test_a_clinician_gets_records_without_the_people_and_no_others(
    as_user: SignIn, clinician: User, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(0)})
    client, page = as_user(clinician), reverse("exports:index")
    choice = WORKBOOK | {"format": "csv"}
    assert "people" in client.post(page, choice).context["form"].errors
    for people in ({"people": "deidentified"}, {"people": ""}):
        answer = client.post(page, choice | people)
        assert "-deidentified-" in answer.headers["Content-Disposition"]
        [row] = read(body(answer))
        assert row["grade"] == "0"
        assert "family_name" not in row


def test_an_administrator_of_one_clinic_gets_no_names_where_only_a_clinician(
    as_user: SignIn, admin: User, hillside: Clinic
) -> None:
    Membership.objects.create(user=admin, clinic=hillside, role="clinician")
    answer = as_user(admin).post(reverse("exports:index"), WORKBOOK | {"clinic": "hillside"})
    assert "people" in answer.context["form"].errors


@pytest.fixture
def weaker(harbour: Clinic, physio: User) -> Patient:
    """One patient who became weaker, beside one who did not."""
    steady, fell = (make_patient(harbour, physio) for _patient in range(2))
    for person, levels in ((steady, (9, 9)), (fell, (9, 3))):
        for level in levels:
            make_signed(person, physio, {KNEE: grade(level)})
    return fell


def test_the_patients_of_a_saved_question_alone(
    as_user: SignIn, admin: User, weaker: Patient
) -> None:
    query = "movement=knee_extension&movement=hip_flexion"
    saved = SavedQuestion.objects.create(owner=admin, name="Weaker", query=query)
    choice = WORKBOOK | {"format": "csv", "question": str(saved.pk)}
    rows = read(body(as_user(admin).post(reverse("exports:index"), choice)))
    assert {row["record_number"] for row in rows} == {weaker.record_number}
    [event] = AuditEvent.objects.filter(action=Action.EXPORTED)
    assert event.detail["question"] == query


def test_the_question_of_another_person_cannot_be_asked(
    as_user: SignIn, admin: User, physio: User
) -> None:
    saved = SavedQuestion.objects.create(owner=physio, name="Mine", query="direction=fell")
    answer = as_user(admin).post(reverse("exports:index"), WORKBOOK | {"question": str(saved.pk)})
    assert "question" in answer.context["form"].errors


def test_a_question_about_another_clinic_says_that_it_does_not_fit(
    as_user: SignIn, admin: User, harbour: Clinic
) -> None:
    saved = SavedQuestion.objects.create(owner=admin, name="Far", query="clinic=elsewhere")
    answer = as_user(admin).post(reverse("exports:index"), WORKBOOK | {"question": str(saved.pk)})
    assert answer.context["form"].errors["question"] == ["This question does not fit the clinic."]


def test_a_zip_of_nothing_is_asked_about(as_user: SignIn, admin: User) -> None:
    answer = as_user(admin).post(reverse("exports:index"), WORKBOOK | {"format": "zip"})
    assert answer.context["form"].errors["parts"] == ["Tick at least one file."]


def test_few_people_are_warned_of_on_the_page(
    as_user: SignIn, admin: User, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(0)})
    choice = WORKBOOK | {"people": "deidentified"}
    client, htmx = as_user(admin), {"HX-Request": "true"}
    said = client.get(reverse("exports:index"), choice, headers=htmx).content.decode()
    assert "The records are of 1 person only." in said
    said = client.get(reverse("exports:index"), WORKBOOK, headers=htmx).content.decode()
    assert "1 person only" not in said


def test_a_zip_made_in_the_background_is_the_one_asked_for(
    slow: None, as_user: SignIn, admin: User, patient: Patient, physio: User, harbour: Clinic
) -> None:
    make_signed(patient, physio, {KNEE: grade(0)})
    choice = WORKBOOK | {"format": "zip", "parts": ["csv-long", "redcap-wide"], "blanks": "on"}
    as_user(admin).post(reverse("exports:index"), choice)
    job = perform_next()
    file = body(as_user(admin).get(reverse("jobs:file", args=[job.pk])))
    shape = Shape(format="zip", parts=("csv-long", "redcap-wide"), blanks=True)
    assert io.BytesIO(file).getvalue() == as_bytes(harbour, shape)
