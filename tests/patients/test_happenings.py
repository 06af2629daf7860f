"""Events and interventions on a patient's time axis."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.actions import add_functional_test, archive_patient
from patients.cards import EVENT
from patients.models import Event, FunctionalTest, Intervention, Patient
from tests.patients.happened import make

AsUser = Callable[[User], Client]


@pytest.fixture
def as_physio(as_user: AsUser, physio: User) -> Client:
    return as_user(physio)


def event(patient: Patient) -> str:
    return reverse("assessments:add_event", args=[patient.pk])


def intervention(patient: Patient) -> str:
    return reverse("assessments:add_intervention", args=[patient.pk])


def typed(**fields: Any) -> dict[str, Any]:
    return {"new_id": str(uuid4()), "kind": "relapse", "started": "2024-05-02"} | fields


def done(**fields: Any) -> dict[str, Any]:
    return typed(kind="medication", name="baclofen", dose="10 mg at night") | fields


def test_an_event_is_added_and_told(as_physio: Client, patient: Patient, physio: User) -> None:
    answer = as_physio.post(event(patient), typed(ended="2024-05-20", note="Left leg."))
    added = Event.objects.get()
    assert answer.headers["Location"] == reverse("assessments:person", args=[patient.pk])
    assert (added.patient, added.entered_by, added.ended) == (patient, physio, date(2024, 5, 20))
    assert AuditEvent.objects.get(action=Action.EVENT_ADDED).target == str(added.pk)


def test_an_intervention_is_added_and_told(as_physio: Client, patient: Patient) -> None:
    as_physio.post(intervention(patient), done())
    added = Intervention.objects.get()
    assert (added.name, added.dose, added.ended) == ("baclofen", "10 mg at night", None)
    assert AuditEvent.objects.get(action=Action.INTERVENTION_ADDED).target == str(added.pk)


def test_nothing_is_entered_about_an_archived_patient(
    as_physio: Client, patient: Patient, physio: User
) -> None:
    """It would be erased with the rest, should that be asked for."""
    row = make(EVENT, patient, physio)
    test = FunctionalTest(patient=patient, kind="berg", tested_on=row.started, first=40)
    add_functional_test(test, by=physio)
    archive_patient(patient, by=physio)
    person = as_physio.get(reverse("assessments:person", args=[patient.pk])).content.decode()
    for name, *of in (
        ("assessments:add_event",),
        ("assessments:edit_event", row.pk),
        ("assessments:void_event", row.pk),
        ("assessments:judge_weakness",),
        ("patients:add_functional_test",),
        ("patients:void_functional_test", test.pk),
    ):
        address = reverse(name, args=[patient.pk, *of])
        answer = as_physio.post(address, typed(reason="Another's."))
        assert (answer.status_code, address in person) == (403, False)
        assert "Take the record back first." in answer.content.decode()
    assert reverse("patients:edit", args=[patient.pk]) in person


def test_says_that_it_is_no_prescription(as_physio: Client, patient: Patient) -> None:
    html = as_physio.get(intervention(patient)).content.decode()
    assert "For charting only, not a prescription." in html
    assert 'id="patient-banner"' in html


LATER = "2999-01-01"


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("kind", "", "This field is required."),
        ("kind", "party", "Select a valid choice."),
        ("started", "", "This field is required."),
        ("started", "1980-04-11", "This is before the patient was born."),
        ("started", LATER, "This is in the future."),
        ("ended", "2024-05-01", "This is before the first day."),
        ("ended", LATER, "This is in the future."),
        ("note", "x" * 201, "at most 200 characters"),
        ("note", "\0", "Null characters are not allowed."),
        ("new_id", "", "This field is required."),
    ],
)
def test_a_wrong_field_is_named(
    as_physio: Client, patient: Patient, field: str, value: str, problem: str
) -> None:
    form = as_physio.post(event(patient), typed(**{field: value})).context["form"]
    assert list(form.errors) == [field]
    assert problem in form.errors[field][0]
    assert not Event.objects.exists()


def test_an_intervention_may_have_a_planned_end(as_physio: Client, patient: Patient) -> None:
    assert as_physio.post(intervention(patient), done(ended=LATER)).status_code == 302


def test_nothing_is_preselected(as_physio: Client, patient: Patient) -> None:
    assert as_physio.get(event(patient)).context["form"]["kind"].value() is None


def test_the_same_form_sent_twice_adds_one(as_physio: Client, patient: Patient) -> None:
    form = typed()
    assert [as_physio.post(event(patient), form).status_code for _ in range(2)] == [302, 302]
    assert Event.objects.count() == 1
    assert AuditEvent.objects.filter(action=Action.EVENT_ADDED).count() == 1


def test_a_used_form_with_other_content_adds_another(as_physio: Client, patient: Patient) -> None:
    form = done()
    as_physio.post(intervention(patient), form)
    as_physio.post(intervention(patient), form | {"name": "fampridine"})
    assert Intervention.objects.count() == 2


def test_the_id_of_a_foreign_event_changes_nothing_there(
    as_physio: Client, patient: Patient, foreign_patient: Patient, stranger: User
) -> None:
    foreign = Event.objects.create(
        patient=foreign_patient, kind="relapse", started=date(2024, 5, 2), entered_by=stranger
    )
    assert as_physio.post(event(patient), typed(new_id=str(foreign.pk))).status_code == 302
    assert Event.objects.filter(patient=patient).count() == 1
    foreign.refresh_from_db()
    assert foreign.patient == foreign_patient
