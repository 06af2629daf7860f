"""A patient's page: what changed, every assessment, what happened between them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assessments.actions import amend_assessment, void_assessment
from assessments.entry.drafts import discard_draft
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.actions import archive_patient
from patients.cards import KINDS
from patients.happenings import add_happening
from patients.models import Event, Patient
from tests.assessments.views.visiting import (
    AsUser,
    address,
    answers_like_nothing,
    events,
    page,
    queries,
)
from tests.patients.happened import make
from tests.people import grade, make_draft, make_signed

HIP = ("hip_flexion", "right")
MONTH = timedelta(days=30)
AT = datetime(2024, 3, 4, 2, tzinfo=UTC)  # midday at the clinic


@pytest.mark.parametrize("role", ["physio", "colleague", "lead", "clinician", "admin"])
def test_everyone_of_the_clinic_sees_the_patient(
    request: pytest.FixtureRequest, as_user: AsUser, patient: Patient, role: str
) -> None:
    found = page(as_user(request.getfixturevalue(role)), "person", patient)
    assert "Winters, Álma" in found.text
    assert found.marked["patient-banner"]["data-patient"] == str(patient.pk)


def test_to_a_stranger_the_patient_does_not_exist(
    as_user: AsUser, patient: Patient, stranger: User
) -> None:
    answers_like_nothing(as_user(stranger), "person", patient)
    assert events(Action.PATIENT_VIEWED) == 0


def test_a_role_taken_away_counts_at_once(as_user: AsUser, patient: Patient, physio: User) -> None:
    client = as_user(physio)
    assert client.get(address("person", patient)).status_code == 200
    physio.memberships.update(active=False)
    assert client.get(address("person", patient)).status_code == 404


def test_without_a_sign_in_there_is_only_the_sign_in(patient: Patient) -> None:
    response = Client().get(address("person", patient))
    assert response.status_code == 302
    assert b"Winters" not in response.content


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_looked_at(as_user: AsUser, patient: Patient, physio: User, method: str) -> None:
    assert getattr(as_user(physio), method)(address("person", patient)).status_code == 405


@pytest.mark.parametrize(("role", "may"), [("physio", True), ("lead", True), ("clinician", False)])
def test_who_may_record_finds_the_way_to_a_new_assessment(
    request: pytest.FixtureRequest, as_user: AsUser, patient: Patient, role: str, may: bool
) -> None:
    found = page(as_user(request.getfixturevalue(role)), "person", patient)
    assert (address("new", patient) in found.links) is may


def test_an_archived_patient_is_seen_and_not_recorded(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    archive_patient(patient, by=physio)
    found = page(as_user(physio), "person", patient)
    assert "archived" in found.text
    assert address("new", patient) not in found.links


def test_every_status_is_told(as_user: AsUser, patient: Patient, physio: User) -> None:
    make_draft(patient, physio)
    signed, amended, voided = (make_signed(patient, physio, {HIP: grade(6)}) for _ in range(3))
    amend_assessment(
        amended, {HIP: grade(9)}, reason="typed wrong", by=physio, revision=amended.revision
    )
    void_assessment(voided, reason="a test", by=physio, revision=voided.revision)
    found = page(as_user(physio), "person", patient)
    for status in ("draft, not signed", "signed", "amended", "voided"):
        assert f" {status} " in found.text
    assert address("read", signed) in found.links


def test_a_discarded_draft_is_not_listed(as_user: AsUser, patient: Patient, physio: User) -> None:
    draft = make_draft(patient, physio)
    discard_draft(draft, by=physio)
    assert address("read", draft) not in page(as_user(physio), "person", patient).links


def test_a_fall_below_gravity_is_told_with_both_grades(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {HIP: grade(6)}, tested_at=timezone.now() - MONTH)
    make_signed(patient, physio, {HIP: grade(0)})
    text = page(as_user(physio), "person", patient).text
    assert "Right hip flexion" in text
    assert "antigravity crossed" in text.lower()


def test_changes_between_one_pair_of_visits_name_it_once(
    as_user: AsUser, patient: Patient, physio: User, colleague: User
) -> None:
    hips = (HIP, ("hip_flexion", "left"))
    for at, by, level in ((AT, physio, 12), (AT + 2 * MONTH, colleague, 3)):
        make_signed(patient, by, dict.fromkeys(hips, grade(level)), tested_at=at)
    text = page(as_user(physio), "person", patient).text
    told = "2024-03-04, tested by Pia Physio → 2024-05-03, tested by Cora Colleague"
    assert text.count(told) == 1
    assert text.index(told) < text.index("Left hip flexion")


def test_changes_of_several_visits_name_theirs_each(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    left = ("hip_flexion", "left")
    make_signed(patient, physio, {HIP: grade(12), left: grade(12)}, tested_at=AT)
    make_signed(patient, physio, {HIP: grade(3), left: grade(3)}, tested_at=AT + MONTH)
    make_signed(patient, physio, {HIP: grade(0)}, tested_at=AT + 2 * MONTH)
    text = page(as_user(physio), "person", patient).text
    for day in ("2024-04-03", "2024-05-03"):
        assert text.count(f"2024-03-04 → {day}, tested by Pia Physio") == 1


def test_what_is_not_listed_for_want_of_room_is_counted(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    cells = make_draft(patient, physio).cells[:12]
    fallen = {cell: grade(3 if place < 8 else 9) for place, cell in enumerate(cells)}
    make_signed(patient, physio, dict.fromkeys(cells, grade(12)), tested_at=AT)
    make_signed(patient, physio, fallen, tested_at=AT + MONTH)
    assert "And 4 to watch" in page(as_user(physio), "person", patient).text
    patient.clinic.change_flags = False
    patient.clinic.save()
    assert "And 4 more" in page(as_user(physio), "person", patient).text


def test_a_voided_visit_counts_in_no_comparison(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {HIP: grade(6)}, tested_at=timezone.now() - MONTH)
    wrong = make_signed(patient, physio, {HIP: grade(0)})
    void_assessment(wrong, reason="a test", by=physio, revision=wrong.revision)
    assert "One visit so far." in page(as_user(physio), "person", patient).text


def test_looking_is_told_once_an_hour(as_user: AsUser, patient: Patient, physio: User) -> None:
    for _time in range(3):
        page(as_user(physio), "person", patient)
    viewed = AuditEvent.objects.filter(action=Action.PATIENT_VIEWED)
    assert [(event.patient_id, event.actor) for event in viewed] == [(patient.pk, physio.email)]


def test_each_person_who_looks_is_told(
    as_user: AsUser, patient: Patient, physio: User, clinician: User
) -> None:
    page(as_user(physio), "person", patient)
    page(as_user(clinician), "person", patient)
    assert events(Action.PATIENT_VIEWED) == 2


def test_the_questions_asked_do_not_grow_with_the_history(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    counts = []
    for years in range(2):
        for month in range(3):
            at = timezone.now() - MONTH * (1 + month + 12 * years)
            make_signed(patient, physio, {HIP: grade(month)}, tested_at=at)
            make_draft(patient, physio)
            event = Event(patient=patient, kind="fall", started=date(2020, 1, 1 + month))
            add_happening(event, by=physio)
            for kind in KINDS:
                make(kind, patient, physio)
        counts.append(len(queries(as_user(physio), address("person", patient))))
    assert counts[0] == counts[1] <= 15
