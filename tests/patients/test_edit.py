"""Editing, archiving and taking back a patient."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import ROLE_PERMISSIONS, Permission, Role
from mmt.audit.models import Action, AuditEvent
from patients.actions import add_functional_test, void_functional_test
from patients.cards import EVENT
from patients.forms import state_of
from patients.happenings import void_happening
from patients.models import FunctionalTest, Patient
from tests.patients.happened import make
from tests.people import grade, make_patient, make_signed

AsUser = Callable[[User], Client]


@pytest.fixture
def as_physio(as_user: AsUser, physio: User) -> Client:
    return as_user(physio)


def address(patient: Patient, name: str = "edit") -> str:
    return reverse(f"patients:{name}", args=[patient.pk])


def typed(patient: Patient, **fields: Any) -> dict[str, Any]:
    known = {
        "seen": state_of(patient),
        "record_number": patient.record_number,
        "family_name": patient.family_name,
        "given_names": patient.given_names,
        "birth_date": str(patient.birth_date),
        "sex": patient.sex,
    }
    return known | fields


def test_saves_and_tells_before_and_after(
    as_physio: Client, patient: Patient, physio: User
) -> None:
    answer = as_physio.post(address(patient), typed(patient, family_name="Summers"))
    assert answer.headers["Location"] == reverse("assessments:person", args=[patient.pk])
    patient.refresh_from_db()
    assert (patient.family_name, patient.sort_name) == ("Summers", "summers alma")
    told = AuditEvent.objects.get(action=Action.PATIENT_EDITED)
    assert told.actor_id == physio.pk
    assert told.detail == {
        "before": {"family_name": "Winters"},
        "after": {"family_name": "Summers"},
    }


def test_an_edit_that_changes_nothing_tells_nothing(as_physio: Client, patient: Patient) -> None:
    assert as_physio.post(address(patient), typed(patient)).status_code == 302
    assert not AuditEvent.objects.filter(action=Action.PATIENT_EDITED).exists()


def test_shows_what_stands_and_the_patient_on_top(as_physio: Client, patient: Patient) -> None:
    html = as_physio.get(address(patient)).content.decode()
    assert 'value="Winters"' in html
    assert 'id="patient-banner"' in html
    assert f'data-patient="{patient.pk}"' in html


def test_the_banner_never_shows_what_is_only_typed(as_physio: Client, patient: Patient) -> None:
    answer = as_physio.post(address(patient), typed(patient, family_name="Typed", birth_date="x"))
    banner = answer.content.decode().split('id="patient-banner"')[1].split("</section>")[0]
    assert "Winters" in banner
    assert "Typed" not in banner


def test_a_visit_to_the_page_is_told(as_physio: Client, patient: Patient, physio: User) -> None:
    as_physio.get(address(patient))
    told = AuditEvent.objects.get(action=Action.PATIENT_VIEWED)
    assert (told.actor_id, told.patient_id) == (physio.pk, patient.pk)


def test_another_patients_number_is_refused_on_its_field(
    as_physio: Client, patient: Patient, harbour: Clinic, physio: User
) -> None:
    other = make_patient(harbour, physio, family_name="Other", record_number="Q-7")
    answer = as_physio.post(address(patient), typed(patient, record_number="q-7"))
    assert list(answer.context["form"].errors) == ["record_number"]
    assert other.record_number == "Q-7"


def test_ones_own_number_may_change_its_case(as_physio: Client, patient: Patient) -> None:
    number = patient.record_number.lower()
    assert as_physio.post(address(patient), typed(patient, record_number=number)).status_code == 302


def test_the_clinic_cannot_be_changed(
    as_physio: Client, patient: Patient, harbour: Clinic, hillside: Clinic
) -> None:
    as_physio.post(address(patient), typed(patient, clinic=str(hillside.pk), family_name="New"))
    patient.refresh_from_db()
    assert patient.clinic == harbour


def test_a_stale_page_overwrites_nothing_and_says_what_stands(
    as_physio: Client, patient: Patient
) -> None:
    form = typed(patient, given_names="Mine")
    as_physio.post(address(patient), typed(patient, given_names="Theirs"))
    answer = as_physio.post(address(patient), form)
    assert "Given names: Theirs" in answer.context["form"].non_field_errors()[0]
    assert 'value="Mine"' in answer.content.decode()
    patient.refresh_from_db()
    assert patient.given_names == "Theirs"


def test_after_being_told_one_may_save(as_physio: Client, patient: Patient) -> None:
    form = typed(patient, given_names="Mine")
    as_physio.post(address(patient), typed(patient, given_names="Theirs"))
    told = as_physio.post(address(patient), form)
    assert (
        as_physio.post(address(patient), form | {"seen": told.context["seen"]}).status_code == 302
    )
    patient.refresh_from_db()
    assert patient.given_names == "Mine"


def test_a_mistake_does_not_make_a_stale_page_fresh(as_physio: Client, patient: Patient) -> None:
    form = typed(patient, given_names="Mine")
    as_physio.post(address(patient), typed(patient, given_names="Theirs"))
    mistaken = as_physio.post(address(patient), form | {"birth_date": "x"})
    answer = as_physio.post(address(patient), form | {"seen": mistaken.context["seen"]})
    assert answer.context["form"].non_field_errors()


def test_a_new_name_like_another_patients_is_asked_about(
    as_physio: Client, patient: Patient, harbour: Clinic, physio: User
) -> None:
    make_patient(harbour, physio, family_name="Twin", birth_date=patient.birth_date)
    answer = as_physio.post(address(patient), typed(patient, family_name="Twin"))
    assert len(answer.context["similar"]) == 1


def test_an_old_likeness_is_not_asked_about_again(
    as_physio: Client, patient: Patient, harbour: Clinic, physio: User
) -> None:
    make_patient(harbour, physio, family_name="Winters", birth_date=patient.birth_date)
    assert as_physio.post(address(patient), typed(patient, weaker_side="left")).status_code == 302


def test_archives_and_takes_back(as_physio: Client, patient: Patient) -> None:
    as_physio.post(address(patient, "archive"))
    as_physio.post(address(patient, "archive"))
    patient.refresh_from_db()
    assert patient.archived_at is not None
    as_physio.post(address(patient, "restore"))
    as_physio.post(address(patient, "restore"))
    patient.refresh_from_db()
    assert patient.archived_at is None
    told = AuditEvent.objects.filter(patient_id=patient.pk).values_list("action", flat=True)
    assert list(told).count(Action.PATIENT_ARCHIVED) == 1
    assert list(told).count(Action.PATIENT_RESTORED) == 1


@pytest.mark.parametrize("name", ["archive", "restore"])
def test_a_link_changes_nothing(as_physio: Client, patient: Patient, name: str) -> None:
    assert as_physio.get(address(patient, name)).status_code == 405


@pytest.mark.parametrize("name", ["edit", "archive", "restore"])
def test_a_foreign_patient_is_not_there(
    as_physio: Client, foreign_patient: Patient, name: str
) -> None:
    answer = as_physio.post(address(foreign_patient, name), {"family_name": "Taken"})
    assert answer.status_code == 404
    assert "Elsewhere" not in answer.content.decode()
    assert not AuditEvent.objects.filter(
        action__in=[Action.PATIENT_VIEWED, Action.PATIENT_ARCHIVED]
    ).exists()


@pytest.mark.parametrize("name", ["edit", "archive", "restore"])
def test_only_who_may_edit_patients_changes_one(
    as_physio: Client, patient: Patient, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        ROLE_PERMISSIONS, Role.PHYSIOTHERAPIST, frozenset({Permission.SEE_PATIENTS})
    )
    assert as_physio.post(address(patient, name), {}).status_code == 403


def test_a_birth_date_shows_as_it_was_given_whatever_the_time_zone(
    as_physio: Client, patient: Patient, harbour: Clinic
) -> None:
    for zone in ("Pacific/Apia", "Pacific/Pago_Pago"):
        Clinic.objects.filter(pk=harbour.pk).update(time_zone=zone)
        as_physio.post(address(patient), typed(patient, birth_date="1980-04-12"))
        patient.refresh_from_db()
        assert patient.birth_date == date(1980, 4, 12)
        assert 'value="1980-04-12"' in as_physio.get(address(patient)).content.decode()


def test_a_birth_date_after_a_visit_is_refused_by_name(
    patient: Patient, physio: User, as_physio: Client
) -> None:
    visit = datetime(2026, 11, 1, tzinfo=UTC)
    make_signed(patient, physio, {("hip_flexion", "right"): grade(0)}, tested_at=visit)
    moved = typed(patient, birth_date=str(date(2026, 11, 22)))
    with time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC)):
        answer = as_physio.post(address(patient), moved)
    problems = answer.context["form"].errors["birth_date"]
    assert problems == ["This patient was assessed before this day."]


@pytest.mark.parametrize(("zone", "hour"), [("America/New_York", 25), ("Australia/Sydney", 23)])
def test_a_birth_date_is_held_against_the_day_of_a_visit_at_the_clinic_and_in_utc(
    patient: Patient, physio: User, as_physio: Client, zone: str, hour: int
) -> None:
    Clinic.objects.filter(pk=patient.clinic_id).update(time_zone=zone)
    visit = datetime(2024, 5, 1, tzinfo=UTC) + timedelta(hours=hour)
    make_signed(patient, physio, {("hip_flexion", "right"): grade(0)}, tested_at=visit)
    answer = as_physio.post(address(patient), typed(patient, birth_date="2024-05-02"))
    assert list(answer.context["form"].errors) == ["birth_date"]


def test_a_birth_date_after_an_entry_is_refused_but_for_one_in_error(
    patient: Patient, physio: User, as_physio: Client
) -> None:
    moved = typed(patient, birth_date="2024-05-03")
    test = FunctionalTest(patient=patient, kind="berg", tested_on=date(2024, 5, 2), first=40)
    add_functional_test(test, by=physio)
    row = make(EVENT, patient, physio, started=date(2024, 5, 2))
    for void in (void_functional_test, void_happening):
        problems = as_physio.post(address(patient), moved).context["form"].errors["birth_date"]
        assert problems == ["Something is entered of a day before this one."]
        void(test if void is void_functional_test else row, reason="Another's.", by=physio)
    assert as_physio.post(address(patient), moved).status_code == 302
