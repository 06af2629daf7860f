"""Emergency access: by number and birth date alone, for a reason, for a while, seen by all."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from assessments.models import Assessment
from mmt.accounts.models import Clinic, Membership, User
from mmt.audit.models import Action, AuditEvent, Outcome
from patients.models import EmergencyAccess, Patient
from tests.people import grade, make_patient, make_signed, make_user
from tests.refusals import refused_by

AsUser = Callable[[User], Client]
WHY = {"kind": "treatment", "reason": "Fell in our waiting room."}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def ask(client: Client, patient: Patient, **fields: str) -> Any:
    said = {"record_number": patient.record_number, "birth_date": str(patient.birth_date)}
    return client.post("/emergency/", said | WHY | fields)


def can_read(by: User, patient: Patient, as_user: AsUser) -> bool:
    return as_user(by).get(f"/patients/{patient.pk}/").status_code == 200


def told(action: Action = Action.EMERGENCY_OPENED) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


def test_it_opens_one_patient_and_tells_the_clinic_at_once(
    patient: Patient, physio: User, admin: User, stranger: User, as_user: AsUser,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    signed = make_signed(patient, physio, {("hip_flexion", "right"): grade(0)})
    other = make_patient(patient.clinic, physio)
    client = as_user(stranger)
    with django_capture_on_commit_callbacks(execute=True):
        answer = ask(client, patient)
    assert answer.headers["Location"] == f"/patients/{patient.pk}/"
    assert "End it now" in client.get(f"/patients/{patient.pk}/").content.decode()
    assert client.get(f"/assessments/{signed.pk}/").status_code == 200
    assert list(Assessment.objects.visible_to(stranger_now(stranger))) == [signed]
    assert client.get(f"/patients/{other.pk}/").status_code == 404
    [event] = told()
    assert (event.actor_id, event.patient_id) == (stranger.pk, patient.pk)
    assert (event.chain, event.detail["reason"]) == (str(patient.clinic_id), WHY["reason"])
    [message] = mail.outbox
    assert message.to == [admin.email]
    for words in (patient.family_name, patient.record_number, WHY["reason"]):
        assert words not in message.body + message.subject


def stranger_now(person: User) -> User:
    return User.objects.get(pk=person.pk)


def test_it_ends_by_itself_and_by_hand(
    patient: Patient, stranger: User, as_user: AsUser, clock: time_machine.Traveller
) -> None:
    ask(as_user(stranger), patient)
    clock.shift(timedelta(hours=4) - timedelta(seconds=1))
    assert can_read(stranger, patient, as_user)
    clock.shift(2)
    assert not can_read(stranger, patient, as_user)
    for _opening in range(2):
        ask(as_user(stranger), patient)
    assert can_read(stranger, patient, as_user)
    for _click in range(2):
        as_user(stranger).post(f"/emergency/patients/{patient.pk}/end/")
    assert not can_read(stranger, patient, as_user)
    assert [event.actor_id for event in told(Action.EMERGENCY_ENDED)] == [stranger.pk] * 2


@pytest.mark.parametrize("how", ["role", "clinic", "person"])
def test_it_ends_where_the_right_to_it_ends(
    how: str, patient: Patient, stranger: User, as_user: AsUser
) -> None:
    ask(as_user(stranger), patient)
    match how:
        case "role":
            Membership.objects.filter(user=stranger).update(active=False)
        case "clinic":
            Clinic.objects.update(emergency_access=False)
        case _:
            User.objects.filter(pk=stranger.pk).update(is_active=False)
    assert not can_read(stranger, patient, as_user)


def test_every_wrong_try_gets_one_answer_and_few_are_allowed(
    hillside: Clinic, patient: Patient, foreign_patient: Patient, stranger: User, as_user: AsUser,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    client = as_user(stranger)
    Clinic.objects.create(name="Third", slug="third", time_zone="Europe/London")
    wrong = {
        "number": ask(client, patient, record_number="T-nobody"),
        "born": ask(client, patient, birth_date="1980-04-13"),
        "own": ask(client, foreign_patient),
    }
    patient.clinic.emergency_access = False
    patient.clinic.save()
    wrong["refused"] = ask(client, patient)
    said = "No patient of another clinic can be opened with these."
    answered = [name for name, answer in wrong.items() if said in answer.content.decode()]
    assert answered == list(wrong)
    patient.clinic.emergency_access = True
    patient.clinic.save()
    ask(client, patient, record_number="T-fifth")
    assert ask(client, patient).status_code == 429
    assert [event.outcome for event in told()] == [Outcome.REFUSED] * 5
    assert {event.chain for event in told()} == {str(hillside.pk)}
    assert not any("T-" in str(event.detail) for event in told())
    clock.shift(timedelta(hours=1, seconds=1))
    assert ask(as_user(stranger), patient).status_code == 302


@pytest.mark.parametrize(
    ("name", "value"),
    [("reason", ""), ("reason", "too short"), ("reason", " " * 30), ("reason", "-" * 30),
     ("kind", ""), ("kind", "curious"), ("birth_date", "soon"), ("record_number", "a\0b")],
)  # fmt: skip
def test_what_is_missing_is_named_and_opens_nothing(
    name: str, value: str, patient: Patient, stranger: User, as_user: AsUser
) -> None:
    answer = ask(as_user(stranger), patient, **{name: value})
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {name}
    assert not EmergencyAccess.objects.exists()
    assert told() == []


def test_two_of_one_number_and_birth_date_are_not_guessed_at(
    patient: Patient, stranger: User, as_user: AsUser
) -> None:
    third = Clinic.objects.create(name="Third", slug="third", time_zone="Europe/London")
    someone = make_user("someone@third.test", third, "physiotherapist")
    make_patient(third, someone, record_number=patient.record_number)
    assert ask(as_user(stranger), patient).status_code == 200
    assert not EmergencyAccess.objects.exists()


def test_administrators_look_at_it_once_and_it_stands_on_the_patients_list(
    hillside: Clinic, patient: Patient, stranger: User, admin: User, as_user: AsUser
) -> None:
    ask(as_user(stranger), patient)
    access = EmergencyAccess.objects.get()
    client = as_user(admin)
    assert "opened the record of Winters" in client.get("/").content.decode()
    other = make_user("admin@hillside.test", hillside, "administrator")
    assert "Winters" not in as_user(other).get("/").content.decode()
    page = client.get(f"/emergency/{access.pk}/review/").content.decode()
    assert WHY["reason"] in page
    for _click in range(2):
        client.post(f"/emergency/{access.pk}/review/")
    assert "Emergency access" not in client.get("/").content.decode()
    assert len(told(Action.EMERGENCY_REVIEWED)) == 1
    accesses = client.get(f"/audit/patients/{patient.pk}/").content.decode()
    assert "opened the record from another clinic" in accesses
    assert "Stan Stranger (physiotherapist, Hillside Test)" in accesses


def test_a_clinic_may_refuse_and_says_so_on_the_log(
    harbour: Clinic, admin: User, stranger: User, as_user: AsUser
) -> None:
    as_user(admin).post("/emergency/clinics/harbour/", {})
    harbour.refresh_from_db()
    assert not harbour.emergency_access
    [event] = told(Action.CLINIC_CHANGED)
    assert event.detail["after"] == {"emergency_access": False}
    assert "Call the patient’s clinic" in as_user(stranger).get("/emergency/").content.decode()


def test_the_password_is_asked_for_again(
    patient: Patient, stranger: User, settings: Any, as_user: AsUser
) -> None:
    client = as_user(stranger)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = -1
    for answer in (client.get("/emergency/"), ask(client, patient)):
        assert "/reauthenticate/" in answer.headers["Location"]
    assert not EmergencyAccess.objects.exists()


def write(**fields: object) -> Callable[[EmergencyAccess], object]:
    return lambda access: EmergencyAccess.objects.filter(pk=access.pk).update(**fields)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
CASES = [
    ("emergency_ends_after_it_began", write(until=LONG_AGO)),
    ("emergency_ended_after_it_began", write(ended_at=LONG_AGO)),
    ("emergency_known_kind", write(kind="curious")),
    ("emergency_says_why", write(reason="short")),
    ("emergency_reviewed_by_somebody", write(reviewed_at=LONG_AGO)),
]


@pytest.mark.parametrize(("rule", "write"), CASES)
def test_database_refuses(
    rule: str, write: Callable[[EmergencyAccess], object], patient: Patient, stranger: User
) -> None:
    now = timezone.now()
    access = EmergencyAccess.objects.create(
        patient=patient, person=stranger, until=now + timedelta(hours=4), **WHY
    )
    with refused_by(rule):
        write(access)
