"""Refused attempts are events, once a person, kind of address and hour."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import time_machine
from django.test import Client
from django.utils import timezone

from mmt.accounts.models import Clinic, Scope, User
from mmt.accounts.tokens import make_token
from mmt.audit.models import Action, AuditEvent, Outcome
from patients.models import Patient

AsUser = Callable[[User], Client]


def refused(by: User) -> list[AuditEvent]:
    found = AuditEvent.objects.filter(actor_id=by.pk, outcome=Outcome.REFUSED)
    return list(found.order_by("pk"))


def test_a_foreign_patient_and_none_are_told_alike_on_ones_own_chain(
    hillside: Clinic, patient: Patient, stranger: User, as_user: AsUser
) -> None:
    client = as_user(stranger)
    client.get(f"/patients/{patient.pk}/")
    client.get(f"/patients/{uuid4()}/trends/")
    foreign, none = refused(stranger)
    assert foreign.patient_id == patient.pk
    assert foreign.detail == {"page": "assessments:person", "status": 404}
    assert {event.chain for event in (foreign, none)} == {str(hillside.pk)}
    assert {event.action for event in (foreign, none)} == {Action.ACCESS_REFUSED}


def test_a_scanner_fills_the_log_no_faster_than_once_an_hour(
    stranger: User, as_user: AsUser
) -> None:
    client = as_user(stranger)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _try in range(5):
            client.get(f"/patients/{uuid4()}/")
        assert len(refused(stranger)) == 1
        client.get(f"/assessments/{uuid4()}/")
        assert len(refused(stranger)) == 2
        clock.shift(timedelta(hours=1))
        as_user(stranger).get(f"/patients/{uuid4()}/")
        assert len(refused(stranger)) == 3


def test_what_a_role_may_not_do_is_told_once(
    patient: Patient, physio: User, clinician: User, as_user: AsUser
) -> None:
    for _try in range(3):
        as_user(clinician).get(f"/patients/{patient.pk}/assessments/new/")
    [event] = refused(clinician)
    assert (event.action, event.patient_id) == (Action.DRAFT_STARTED, patient.pk)
    as_user(physio).get("/team/")
    assert [event.detail["page"] for event in refused(physio)] == ["team:index"]


def test_a_program_is_told_as_its_person_and_wrong_addresses_are_nobodys(
    patient: Patient, stranger: User, as_user: AsUser
) -> None:
    _token, secret = make_token(name="key", scope=Scope.READ, days=30, by=stranger)
    for address in (f"/fhir/Patient/{patient.pk}", f"/api/v1/patients/{patient.pk}"):
        Client().get(address, headers={"Authorization": f"Bearer {secret}"})
    assert [event.patient_id for event in refused(stranger)] == [patient.pk] * 2
    as_user(stranger).get("/nowhere/")
    Client().get(f"/patients/{patient.pk}/")
    assert AuditEvent.objects.filter(outcome=Outcome.REFUSED).count() == 2
