"""The start page: what waits for this person."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assessments.entry.drafts import discard_draft
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from mmt.audit.models import Action
from patients.actions import archive_patient
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.views.visiting import AsUser, address, events, queries
from tests.people import grade, make_draft, make_patient, make_signed, make_user

LONG_AGO = timedelta(days=400)
HIP = {("hip_flexion", "right"): grade(0)}


def start(client: Client) -> PlainPage:
    response = client.get("/")
    assert response.status_code == 200
    return PlainPage(response.content.decode())


def test_without_a_sign_in_it_leads_to_the_sign_in() -> None:
    response = Client().get("/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_looked_at(as_user: AsUser, physio: User, method: str) -> None:
    assert getattr(as_user(physio), method)("/").status_code == 405


def test_a_physiotherapist_finds_the_drafts_of_her_own(
    as_user: AsUser, patient: Patient, physio: User, colleague: User
) -> None:
    mine, hers = make_draft(patient, physio), make_draft(patient, colleague)
    links = start(as_user(physio)).links
    assert address("record", mine) in links
    assert address("record", hers) not in links


def test_a_clinician_finds_no_list_of_drafts(
    as_user: AsUser, patient: Patient, physio: User, clinician: User
) -> None:
    draft = make_draft(patient, physio)
    page = start(as_user(clinician))
    assert address("record", draft) not in page.links
    assert "My drafts" not in page.text


def test_a_patient_last_seen_long_ago_is_due(
    as_user: AsUser, patient: Patient, physio: User, clinician: User
) -> None:
    make_signed(patient, physio, HIP, tested_at=timezone.now() - LONG_AGO)
    assert "Winters, Álma last seen" in start(as_user(clinician)).text


def test_a_patient_seen_lately_or_archived_is_not_due(
    as_user: AsUser, harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, HIP)
    archived = make_patient(harbour, physio, family_name="Gone")
    make_signed(archived, physio, HIP, tested_at=timezone.now() - LONG_AGO)
    archive_patient(archived, by=physio)
    assert "Nobody is overdue." in start(as_user(physio)).text


def test_nothing_of_another_clinic_is_there(
    as_user: AsUser, patient: Patient, physio: User, stranger: User
) -> None:
    make_signed(patient, physio, HIP, tested_at=timezone.now() - LONG_AGO)
    make_draft(patient, physio)
    page = start(as_user(stranger))
    assert "Winters" not in page.text
    assert str(patient.pk) not in " ".join(page.links)


def test_who_has_left_a_clinic_finds_no_draft_of_it(
    as_user: AsUser, patient: Patient, hillside: Clinic, physio: User
) -> None:
    """Not even their own, nor one that could be taken back."""
    make_draft(patient, physio)
    discard_draft(make_draft(patient, physio), by=physio)
    Membership.objects.create(user=physio, clinic=hillside, role=Role.LEAD)
    assert start(as_user(physio)).text.count("Winters") >= 2
    physio.memberships.filter(clinic=patient.clinic).update(active=False)
    assert "Winters" not in start(as_user(physio)).text


def test_who_works_in_two_clinics_finds_both(
    as_user: AsUser, patient: Patient, foreign_patient: Patient, physio: User, stranger: User
) -> None:
    make_signed(patient, physio, HIP)
    make_signed(foreign_patient, stranger, HIP)
    Membership.objects.create(user=stranger, clinic=patient.clinic, role=Role.CLINICIAN)
    text = start(as_user(stranger)).text
    assert "Winters" in text
    assert "Elsewhere" in text


def test_a_person_without_a_clinic_is_told_so(as_user: AsUser, harbour: Clinic) -> None:
    nobody = make_user("new@harbour.test", harbour, Role.LEAD)
    nobody.memberships.update(active=False)
    assert "No clinic yet" in start(as_user(nobody)).text


def test_a_list_of_names_is_no_viewing_of_a_patient(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, HIP)
    start(as_user(physio))
    assert events(Action.PATIENT_VIEWED) == 0


def test_the_questions_asked_do_not_grow_with_the_data(
    as_user: AsUser, harbour: Clinic, physio: User
) -> None:
    counts = []
    for _round in range(2):
        for _number in range(3):
            someone = make_patient(harbour, physio)
            make_signed(someone, physio, HIP, tested_at=timezone.now() - LONG_AGO)
            make_draft(someone, physio)
        counts.append(len(queries(as_user(physio), "/")))
    assert counts[0] == counts[1] <= 5
