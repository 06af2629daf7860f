"""Registering a patient."""

from collections.abc import Callable
from datetime import date
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import ROLE_PERMISSIONS, Permission, Role
from mmt.audit.models import Action, AuditEvent
from patients.forms import PatientForm
from patients.models import Patient
from tests.people import make_patient

AsUser = Callable[[User], Client]
REGISTER = reverse("patients:register")


@pytest.fixture
def as_physio(as_user: AsUser, physio: User) -> Client:
    return as_user(physio)


def typed(**fields: Any) -> dict[str, Any]:
    known = {
        "new_id": str(uuid4()),
        "record_number": "H-1",
        "family_name": "Marsh",
        "given_names": "Callum",
        "birth_date": "1996-05-21",
        "sex": "male",
    }
    return known | fields


def test_registers_and_leads_to_the_patient(
    as_physio: Client, harbour: Clinic, physio: User
) -> None:
    answer = as_physio.post(
        REGISTER, typed(onset="2019-01-01", ms_course="rrms", weaker_side="left")
    )
    patient = Patient.objects.get()
    assert answer.headers["Location"] == reverse("assessments:person", args=[patient.pk])
    assert (patient.clinic, patient.family_name, patient.birth_date, patient.weaker_side) == (
        harbour,
        "Marsh",
        date(1996, 5, 21),
        "left",
    )
    told = AuditEvent.objects.get(action=Action.PATIENT_REGISTERED)
    assert (told.actor_id, told.patient_id) == (physio.pk, patient.pk)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("family_name", "   ", "This field is required."),
        ("family_name", "\u00a0\u2003", "This field is required."),
        ("family_name", "\u200b", "Enter at least one letter or digit."),
        ("given_names", "...", "Enter at least one letter or digit."),
        ("given_names", "Cal\0lum", "This holds signs that cannot be seen."),
        ("given_names", "Cal\u202elum", "This holds signs that cannot be seen."),
        ("family_name", "x" * 101, "at most 100 characters"),
        ("family_name", "x" * 60_000, "at most 100 characters"),
        ("record_number", "", "This field is required."),
        ("record_number", "9" * 400, "at most 40 characters"),
        ("birth_date", "1879-12-31", "This is before 1880."),
        ("birth_date", "0001-01-01", "This is before 1880."),
        ("birth_date", "10000-01-01", "Write the date as"),
        ("birth_date", "1981-02-29", "Write the date as"),
        ("birth_date", "yesterday", "Write the date as"),
        ("birth_date", "2999-01-01", "This is in the future."),
        ("onset", "1996-05-20", "This is before the patient was born."),
        ("course_since", "1990-01-01", "This is before the patient was born."),
        ("onset", "2999-01-01", "This is in the future."),
        ("sex", "unsaid", "Select a valid choice."),
        ("ms_course", "benign", "Select a valid choice."),
        ("new_id", "x", "Enter a valid UUID."),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(
    as_physio: Client, harbour: Clinic, field: str, value: str, problem: str
) -> None:
    answer = as_physio.post(REGISTER, typed(**{field: value}))
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert problem in form.errors[field][0]
    assert 'value="H-1"' in answer.content.decode() or field == "record_number"
    assert not Patient.objects.exists()


def test_names_are_kept_composed_and_with_single_spaces(as_physio: Client, harbour: Clinic) -> None:
    as_physio.post(REGISTER, typed(family_name="  van  der\tMist ", given_names="Zoe\u0308"))
    patient = Patient.objects.get()
    assert (patient.family_name, patient.given_names) == ("van der Mist", "Zoë")


@pytest.mark.parametrize("born", ["21/05/1996", "21.05.1996", "21 May 1996", " 1996-05-21 "])
def test_takes_a_birth_date_as_people_write_it(
    as_physio: Client, harbour: Clinic, born: str
) -> None:
    as_physio.post(REGISTER, typed(birth_date=born))
    assert Patient.objects.get().birth_date == date(1996, 5, 21)


@pytest.mark.parametrize("number", ["T-1", "t-1", " t-1 "])
def test_a_record_number_is_of_one_patient(
    as_physio: Client, harbour: Clinic, physio: User, number: str
) -> None:
    make_patient(harbour, physio, record_number="T-1")
    answer = as_physio.post(REGISTER, typed(record_number=number))
    assert list(answer.context["form"].errors) == ["record_number"]
    assert "Marsh" in answer.content.decode()


def test_a_record_number_taken_at_the_same_moment_is_a_field_error(
    as_physio: Client, harbour: Clinic, physio: User
) -> None:
    make_patient(harbour, physio, record_number="h-1")
    answers = iter([False, True])  # free when the form is checked, taken when it is saved
    with patch.object(PatientForm, "number_is_taken", lambda _form: next(answers)):
        answer = as_physio.post(REGISTER, typed())
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["record_number"]


def test_the_same_form_sent_twice_registers_one_patient(as_physio: Client, harbour: Clinic) -> None:
    form = typed()
    first, second = as_physio.post(REGISTER, form), as_physio.post(REGISTER, form)
    assert first.headers["Location"] == second.headers["Location"]
    assert Patient.objects.count() == 1
    assert AuditEvent.objects.filter(action=Action.PATIENT_REGISTERED).count() == 1


def test_a_used_form_can_register_the_next_patient(as_physio: Client, harbour: Clinic) -> None:
    form = typed()
    as_physio.post(REGISTER, form)
    as_physio.post(
        REGISTER,
        {**form, "record_number": "H-2", "family_name": "Nordlys"}
        | {"given_names": "Hanne", "birth_date": "1981-08-20"},
    )
    assert Patient.objects.count() == 2


def test_the_id_of_a_foreign_patient_shows_nothing_and_changes_nothing(
    as_physio: Client, harbour: Clinic, foreign_patient: Patient
) -> None:
    answer = as_physio.post(REGISTER, typed(new_id=str(foreign_patient.pk)))
    assert answer.status_code == 302
    assert str(foreign_patient.pk) not in answer.headers["Location"]
    foreign_patient.refresh_from_db()
    assert foreign_patient.family_name == "Elsewhere"


@pytest.mark.parametrize(
    "like",
    [
        {"family_name": "MÁRSH", "given_names": "Other", "birth_date": date(1996, 5, 21)},
        {"family_name": "Other", "given_names": "callum", "birth_date": date(1996, 5, 21)},
        {"family_name": "Callum", "given_names": "Marsh", "birth_date": date(1996, 5, 21)},
        {"family_name": "Marsh", "given_names": "Callum", "birth_date": date(1950, 1, 1)},
    ],
)
def test_a_like_patient_is_shown_before_anything_is_saved(
    as_physio: Client, harbour: Clinic, physio: User, like: dict[str, Any]
) -> None:
    other = make_patient(harbour, physio, **like)
    html = as_physio.post(REGISTER, typed()).content.decode()
    assert "Is it the same person?" in html
    assert reverse("assessments:person", args=[other.pk]) in html
    assert 'value="Marsh"' in html
    assert Patient.objects.count() == 1


def test_a_like_patient_never_blocks(as_physio: Client, harbour: Clinic, physio: User) -> None:
    other = make_patient(harbour, physio, family_name="Marsh", birth_date=date(1996, 5, 21))
    answer = as_physio.post(REGISTER, typed(someone_else=str(other.pk)))
    assert answer.status_code == 302
    assert Patient.objects.count() == 2


def test_having_looked_at_one_does_not_hide_another(
    as_physio: Client, harbour: Clinic, physio: User
) -> None:
    first = make_patient(harbour, physio, family_name="Marsh", birth_date=date(1996, 5, 21))
    make_patient(harbour, physio, given_names="Callum", birth_date=date(1996, 5, 21))
    answer = as_physio.post(REGISTER, typed(someone_else=str(first.pk)))
    assert len(answer.context["similar"]) == 2


@pytest.mark.parametrize(
    "unlike",
    [
        {"family_name": "Marsh", "given_names": "Other", "birth_date": date(1996, 5, 22)},
        {"family_name": "Other", "given_names": "Person", "birth_date": date(1996, 5, 21)},
    ],
)
def test_an_unlike_patient_is_no_reason_to_ask(
    as_physio: Client, harbour: Clinic, physio: User, unlike: dict[str, Any]
) -> None:
    make_patient(harbour, physio, **unlike)
    assert as_physio.post(REGISTER, typed()).status_code == 302


def test_patients_of_other_clinics_are_never_hinted_at(
    as_physio: Client, harbour: Clinic, hillside: Clinic, stranger: User
) -> None:
    make_patient(hillside, stranger, family_name="Marsh", given_names="Callum", record_number="H-1")
    assert as_physio.post(REGISTER, typed()).status_code == 302


def test_the_clinic_is_asked_for_only_where_there_is_a_choice(
    as_physio: Client, physio: User, harbour: Clinic, hillside: Clinic
) -> None:
    assert "clinic" not in as_physio.get(REGISTER).context["form"].fields
    Membership.objects.create(user=physio, clinic=hillside, role=Role.CLINICIAN)
    form = as_physio.get(REGISTER).context["form"]
    assert set(form.fields["clinic"].queryset) == {harbour, hillside}
    assert list(as_physio.post(REGISTER, typed()).context["form"].errors) == ["clinic"]
    as_physio.post(REGISTER, typed(clinic=str(hillside.pk)))
    assert Patient.objects.get().clinic == hillside


def test_a_clinic_in_which_one_only_looks_is_not_offered(
    as_physio: Client, physio: User, hillside: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every role may register today."""
    monkeypatch.setitem(ROLE_PERMISSIONS, Role.CLINICIAN, frozenset({Permission.SEE_PATIENTS}))
    Membership.objects.create(user=physio, clinic=hillside, role=Role.CLINICIAN)
    assert "clinic" not in as_physio.get(REGISTER).context["form"].fields


def test_the_clinic_must_be_ones_own(
    as_physio: Client, physio: User, harbour: Clinic, hillside: Clinic
) -> None:
    as_physio.post(REGISTER, typed(clinic=str(hillside.pk)))
    assert Patient.objects.get().clinic == harbour
    third = Clinic.objects.create(name="Third", slug="third", time_zone="UTC")
    Membership.objects.create(user=physio, clinic=third, role=Role.CLINICIAN)
    answer = as_physio.post(REGISTER, typed(record_number="2", clinic=str(hillside.pk)))
    assert "clinic" in answer.context["form"].errors


def test_the_record_number_is_checked_in_the_chosen_clinic(
    as_physio: Client, physio: User, harbour: Clinic, foreign_patient: Patient
) -> None:
    Membership.objects.create(user=physio, clinic=foreign_patient.clinic, role=Role.CLINICIAN)
    taken = typed(record_number=foreign_patient.record_number.lower())
    answer = as_physio.post(REGISTER, taken | {"clinic": str(foreign_patient.clinic_id)})
    assert list(answer.context["form"].errors) == ["record_number"]
    assert as_physio.post(REGISTER, taken | {"clinic": str(harbour.pk)}).status_code == 302


def test_only_who_may_edit_patients_registers(
    as_physio: Client, harbour: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        ROLE_PERMISSIONS, Role.PHYSIOTHERAPIST, frozenset({Permission.SEE_PATIENTS})
    )
    assert as_physio.get(REGISTER).status_code == 403
    assert as_physio.post(REGISTER, typed()).status_code == 403


def test_a_person_without_a_clinic_cannot_register(as_physio: Client, physio: User) -> None:
    Membership.objects.filter(user=physio).update(active=False)
    assert as_physio.post(REGISTER, typed()).status_code == 403


def test_an_empty_post_is_an_empty_form(as_physio: Client, harbour: Clinic) -> None:
    assert as_physio.post(REGISTER).status_code == 200
