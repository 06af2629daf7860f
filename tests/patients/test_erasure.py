"""Asking for an erasure: two administrators and a week, or one and a month."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from mmt.accounts.actions import change_role
from mmt.accounts.models import User
from mmt.accounts.roles import Role
from mmt.audit.models import Action, AuditEvent
from patients.actions import archive_patient, restore_patient
from patients.erasure import NotNow, ask_erasure, confirm_erasure, standing_of, withdraw_erasure
from patients.models import Erasure, LegalGround, Patient, Way
from tests.people import make_user
from tests.refusals import refused_by

WHY = "Asked in writing, see the letter."
Write = Callable[[Erasure], object]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def archived(patient: Patient, physio: User) -> Patient:
    archive_patient(patient, by=physio)
    return patient


@pytest.fixture
def second_admin(admin: User) -> User:
    return make_user("admin2@harbour.test", admin.clinics[0], Role.ADMINISTRATOR, "Abe Admin")


@pytest.fixture
def asked(archived: Patient, admin: User, second_admin: User) -> Erasure:
    return ask(archived, admin)


def ask(patient: Patient, by: User) -> Erasure:
    return ask_erasure(patient, ground=LegalGround.CONSENT, reason=WHY, by=by)


def insert(**fields: object) -> Write:
    def write(asked: Erasure) -> object:
        known = {
            "clinic": asked.clinic,
            "patient_id": uuid4(),
            "way": Way.TWO,
            "ground": LegalGround.CONSENT,
            "asked_by": asked.asked_by,
        }
        return Erasure.objects.create(**(known | fields))

    return write


def update(**fields: object) -> Write:
    return lambda asked: Erasure.objects.filter(pk=asked.pk).update(**fields)


def confirmed(asked: Erasure, **fields: object) -> int:
    other = User.objects.get(email="admin2@harbour.test")
    known = {"confirmed_by": other, "confirmed_at": NOW, "due_at": NOW + timedelta(days=7)}
    return Erasure.objects.filter(pk=asked.pk).update(**(known | fields))


def begun(asked: Erasure) -> object:
    Patient.objects.filter(pk=asked.patient_id).update(archived_at=None)
    return confirmed(asked, begun_at=NOW + timedelta(days=8))


def ended(**fields: object) -> Write:
    def write(asked: Erasure) -> object:
        confirmed(asked, withdrawn_at=NOW)
        return Erasure.objects.filter(pk=asked.pk).update(**fields)

    return write


NOW = timezone.now()
WEEK = NOW + timedelta(days=7)
CASES: list[tuple[str, Write]] = [
    ("erasure_one_standing_a_patient", lambda asked: insert(patient_id=asked.patient_id)(asked)),
    ("erasure_asked_by_somebody_on_a_ground", insert(asked_by=None)),
    ("erasure_asked_by_somebody_on_a_ground", insert(ground="")),
    ("erasure_asked_by_somebody_on_a_ground", insert(way="three")),
    (
        "erasure_confirmed_by_another",
        lambda asked: confirmed(asked, confirmed_by=asked.asked_by),
    ),
    ("erasure_confirmed_by_another", lambda asked: confirmed(asked, confirmed_at=None)),
    ("erasure_due_after_its_time", insert(due_at=WEEK)),
    ("erasure_due_after_its_time", insert(way=Way.ALONE)),
    ("erasure_due_after_its_time", lambda asked: confirmed(asked, due_at=NOW)),
    ("erasure_begun_when_due", lambda asked: confirmed(asked, begun_at=NOW)),
    ("erasure_begun_when_due", update(begun_at=WEEK)),
    (
        "erasure_done_without_its_reason",
        lambda asked: confirmed(asked, begun_at=WEEK, erased_at=WEEK),
    ),
    ("erasure_done_without_its_reason", update(erased_at=WEEK)),
    ("erasure_begins_as_asked", insert(begun_at=WEEK)),
    ("erasure_begins_as_asked", insert(confirmed_at=NOW)),
    ("erasure_stays_as_asked", update(patient_id=uuid4())),
    ("erasure_stays_as_asked", update(reason="")),
    ("erasure_stays_as_asked", update(way=Way.ALONE, due_at=NOW)),
    ("erasure_stays_as_asked", ended(withdrawn_at=None)),
    ("erasure_stays_as_asked", ended(begun_at=WEEK, erased_at=WEEK, reason="")),
    ("erasure_of_an_archived_patient", begun),
    ("erasure_never_deleted", lambda asked: Erasure.objects.filter(pk=asked.pk).delete()),
]


@pytest.mark.parametrize(("rule", "write"), CASES)
def test_database_refuses(rule: str, write: Write, asked: Erasure) -> None:
    with refused_by(rule):
        write(asked)


def test_two_decide_and_a_week_passes(
    archived: Patient, admin: User, second_admin: User, clock: time_machine.Traveller
) -> None:
    clock.shift(1)
    asked = ask(archived, admin)
    assert (asked.way, asked.due_at) == (Way.TWO, None)
    with pytest.raises(PermissionDenied):
        confirm_erasure(asked, by=admin)
    confirmed = confirm_erasure(asked, by=second_admin)
    assert confirmed.due_at == timezone.now() + timedelta(days=7)
    assert not Erasure.objects.due().exists()
    clock.shift(timedelta(days=7))
    assert list(Erasure.objects.due()) == [asked]
    told = AuditEvent.objects.filter(patient_id=archived.pk, action__startswith="erasure")
    assert [event.action for event in told.order_by("pk")] == [
        Action.ERASURE_ASKED,
        Action.ERASURE_CONFIRMED,
    ]


def test_nobody_is_made_an_administrator_to_confirm(
    asked: Erasure, admin: User, physio: User
) -> None:
    change_role(physio.memberships.get(), Role.ADMINISTRATOR, by=admin)
    with pytest.raises(PermissionDenied, match="after it was asked for"):
        confirm_erasure(asked, by=User.objects.get(pk=physio.pk))


def test_the_only_administrator_waits_a_month(
    archived: Patient, admin: User, clock: time_machine.Traveller
) -> None:
    asked = ask(archived, admin)
    assert (asked.way, asked.due_at) == (Way.ALONE, timezone.now() + timedelta(days=30))


def test_archived_twice_is_told_once_and_so_is_taken_back(
    patient: Patient, admin: User, physio: User
) -> None:
    """From two pages that were both opened before."""
    for act in (archive_patient, restore_patient):
        for by, page in [(each, Patient.objects.get(pk=patient.pk)) for each in (admin, physio)]:
            act(page, by=by)
    told = AuditEvent.objects.filter(patient_id=patient.pk).order_by("sequence")
    assert [event.action for event in told][1:] == [
        Action.PATIENT_ARCHIVED,
        Action.PATIENT_RESTORED,
    ]


def test_only_an_archived_patient_and_only_once(
    patient: Patient, admin: User, physio: User
) -> None:
    with pytest.raises(NotNow, match="Archive"):
        ask(patient, admin)
    archive_patient(patient, by=physio)
    ask(patient, admin)
    with pytest.raises(NotNow, match="already"):
        ask(patient, admin)


def test_it_can_be_withdrawn_and_ends_when_the_patient_comes_back(
    asked: Erasure, archived: Patient, second_admin: User, physio: User
) -> None:
    withdraw_erasure(asked, by=second_admin)
    with pytest.raises(NotNow):
        withdraw_erasure(asked, by=second_admin)
    with pytest.raises(NotNow):
        confirm_erasure(asked, by=second_admin)
    again = ask(archived, second_admin)
    restore_patient(archived, by=physio)
    assert standing_of(archived) is None
    again.refresh_from_db()
    assert again.withdrawn_by == physio
