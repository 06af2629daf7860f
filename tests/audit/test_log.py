"""The audit log: chained, append-only, one event a viewing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction

from mmt.accounts.models import User
from mmt.audit.log import erase_words, record, record_viewing
from mmt.audit.models import Action, Alarm, AuditEvent, Chain, Exported, Refusal, Viewing
from patients.models import Patient
from tests.refusals import refused_by

Write = Callable[[AuditEvent], object]


@pytest.fixture
def event(physio: User) -> AuditEvent:
    return record(Action.SIGN_IN, by=physio)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 3, 1, 10, 59, tzinfo=UTC), tick=False) as clock:
        yield clock


def update(**fields: object) -> Write:
    return lambda event: AuditEvent.objects.filter(pk=event.pk).update(**fields)


def insert(**fields: object) -> Write:
    def write(event: AuditEvent) -> object:
        known = {
            "chain": event.chain,
            "sequence": event.sequence + 1,
            "at": event.at,
            "action": "sign_in",
            "outcome": "done",
            "hash": "0" * 64,
        }
        return AuditEvent.objects.bulk_create([AuditEvent(**(known | fields))])

    return write


def see_twice(event: AuditEvent) -> object:
    seen = {"actor_id": uuid4(), "patient_id": uuid4(), "hour": event.at}
    return Viewing.objects.bulk_create([Viewing(**seen), Viewing(**seen)])


def refuse_twice(event: AuditEvent) -> object:
    seen = {"actor_id": uuid4(), "pattern": "read", "hour": event.at}
    return Refusal.objects.bulk_create([Refusal(**seen), Refusal(**seen)])


def export_twice(event: AuditEvent) -> object:
    row = {"patient_id": uuid4(), "event_id": event.pk}
    return Exported.objects.bulk_create([Exported(**row), Exported(**row)])


def change_exported(event: AuditEvent) -> object:
    Exported.objects.create(patient_id=uuid4(), event_id=event.pk)
    return Exported.objects.update(event_id=99)


def alarm(**fields: object) -> Write:
    def write(event: AuditEvent) -> object:
        known = {"chain": "house", "key": "a", "said": "Look.", "raised_at": event.at} | fields
        return Alarm.objects.create(**known) and Alarm.objects.create(**known)

    return write


CASES: list[tuple[str, Write]] = [
    ("audit_only_words_of_the_erased_go", update(actor="nobody")),
    ("audit_only_words_of_the_erased_go", update(sequence=99)),
    ("audit_only_words_of_the_erased_go", update(detail={})),
    ("audit_append_only", lambda event: AuditEvent.objects.filter(pk=event.pk).delete()),
    ("audit_one_link_a_place", lambda event: insert(sequence=event.sequence)(event)),
    ("audit_known_outcome", insert(outcome="maybe")),
    ("audit.viewing.pk", see_twice),
    ("audit.refusal.pk", refuse_twice),
    ("audit.exported.pk", export_twice),
    ("audit_exported_append_only", change_exported),
    ("audit.alarm.key", alarm()),
    ("alarm_goes_with_who_and_why", alarm(acknowledged_at=datetime(2026, 1, 1, tzinfo=UTC))),
    ("alarm_goes_with_who_and_why", alarm(reason="because")),
]


@pytest.mark.parametrize(("rule", "write"), CASES)
def test_database_refuses(rule: str, write: Write, event: AuditEvent) -> None:
    with refused_by(rule):
        write(event)


def test_the_log_cannot_be_emptied_at_once(event: AuditEvent) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE.")
    with refused_by("audit_append_only"), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_auditevent")


def test_each_event_holds_the_hash_of_the_one_before(patient: Patient, physio: User) -> None:
    for _visit in range(3):
        record(Action.PATIENT_VIEWED, by=physio, clinic_id=patient.clinic_id)
    events = list(AuditEvent.objects.filter(chain=str(patient.clinic_id)).order_by("sequence"))
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert [event.previous_hash for event in events] == ["", *(event.hash for event in events)][:-1]
    assert Chain.objects.get(name=str(patient.clinic_id)).hash == events[-1].hash


def test_each_clinic_has_its_own_chain(patient: Patient, foreign_patient: Patient) -> None:
    first = AuditEvent.objects.filter(sequence=1, action=Action.PATIENT_REGISTERED)
    assert {event.chain for event in first} == {
        str(patient.clinic_id),
        str(foreign_patient.clinic_id),
    }


def test_what_was_read_back_has_the_hash_that_was_written(event: AuditEvent) -> None:
    stored = AuditEvent.objects.get(pk=event.pk)
    assert stored.computed_hash() == stored.hash


def test_words_about_a_patient_go_only_after_the_erasure_was_told(
    patient: Patient, physio: User
) -> None:
    about = {"clinic_id": patient.clinic_id, "patient_id": patient.pk}
    with refused_by("audit_only_words_of_the_erased_go"):
        erase_words(**about)
    record(Action.PATIENT_ERASED, by=physio, **about, detail={"basis": "consent"})
    assert erase_words(**about) == 1
    registered, erased = AuditEvent.objects.filter(patient_id=patient.pk).order_by("sequence")
    assert (registered.detail, registered.salt) == ({}, "")
    assert erased.detail == {"basis": "consent"}
    assert [each.computed_hash() for each in (registered, erased)] == [registered.hash, erased.hash]
    with refused_by("audit_only_words_of_the_erased_go"):
        AuditEvent.objects.filter(pk=registered.pk).update(detail={"name": "Somebody"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("salt", "x"),
        ("erased_hash", "0" * 64),
        ("actor", "somebody@else.test"),
        ("action", Action.EXPORTED),
        ("sequence", 7),
        ("at", datetime(2020, 1, 1, tzinfo=UTC)),
        ("patient_id", uuid4()),
        ("detail", {"rows": 0}),
        ("outcome", "refused"),
        ("target", "x"),
        ("request_id", "x"),
        ("address", "10.0.0.1"),
        ("previous_hash", "0" * 64),
    ],
)
def test_an_edit_changes_the_hash(event: AuditEvent, name: str, value: object) -> None:
    setattr(event, name, value)
    assert event.computed_hash() != event.hash


@pytest.mark.django_db(transaction=True)
def test_nothing_is_told_outside_a_transaction(committed_db: None) -> None:
    with pytest.raises(RuntimeError):
        record(Action.SIGN_OUT, by=None)


def test_what_fails_is_not_told(physio: User) -> None:
    with transaction.atomic():
        record(Action.EXPORTED, by=physio)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.filter(action=Action.EXPORTED).exists()


def see(patient: Patient, by: User) -> int:
    record_viewing(by=by, clinic_id=patient.clinic_id, patient_id=patient.pk)
    return AuditEvent.objects.filter(action=Action.PATIENT_VIEWED).count()


def test_a_viewing_is_told_once_an_hour(
    patient: Patient, physio: User, clock: time_machine.Traveller
) -> None:
    assert [see(patient, physio), see(patient, physio)] == [1, 1]
    clock.shift(60)  # 11:00, the next hour
    assert [see(patient, physio), see(patient, physio)] == [2, 2]


def test_a_viewing_is_told_of_each_person_and_patient(
    patient: Patient, foreign_patient: Patient, physio: User, colleague: User
) -> None:
    assert [see(patient, physio), see(patient, colleague), see(foreign_patient, physio)] == [
        1,
        2,
        3,
    ]
    newest = AuditEvent.objects.filter(action=Action.PATIENT_VIEWED).order_by("-id").first()
    assert newest is not None
    assert (newest.actor_id, newest.patient_id) == (physio.pk, foreign_patient.pk)
