"""Amending, voiding and moving: with a reason, by the right person, once."""

from collections.abc import Callable

import pytest
from django.test import Client

from assessments.actions import amend_assessment, void_assessment
from assessments.history import Result
from assessments.models import Amendment, Assessment, AssessmentStatus
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.actions import archive_patient
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.saving import HIP, KNEE
from tests.assessments.views.visiting import (
    AsUser,
    address,
    answers_like_nothing,
    corrected,
    events,
    form_of,
    refused_events,
)
from tests.people import grade, make_draft, make_patient, make_signed

HIP_CELL, KNEE_CELL = ("hip_flexion", "right"), ("knee_extension", "left")
Role = Callable[[str], Client]
WAYS = {
    "amend": Action.ASSESSMENT_AMENDED,
    "void": Action.ASSESSMENT_VOIDED,
    "move": Action.ASSESSMENT_MOVED,
}


@pytest.fixture
def signed(patient: Patient, physio: User) -> Assessment:
    results = {
        HIP_CELL: grade(0, limiters=("tone",), note="n"),
        KNEE_CELL: Result("not_testable", reason="spasticity"),
    }
    return make_signed(patient, physio, results)


@pytest.fixture
def right(signed: Assessment, lead: User) -> Patient:
    """The patient to whom the record belongs."""
    return make_patient(signed.clinic, lead, record_number="R-17", family_name="Right")


@pytest.fixture
def role(request: pytest.FixtureRequest, as_user: AsUser) -> Role:
    return lambda name: as_user(request.getfixturevalue(name))


def to(right: Patient) -> dict[str, str]:
    return {"record_number": right.record_number, "birth_date": str(right.birth_date)}


ALLOWED = {
    ("amend", "physio"),
    ("void", "physio"),
    ("amend", "lead"),
    ("void", "lead"),
    ("move", "lead"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", ["physio", "colleague", "lead", "clinician"])
def test_who_may_correct(role: Role, signed: Assessment, way: str, who: str) -> None:
    client = role(who)
    answers = {client.get(address(way, signed)).status_code for _time in range(2)}
    assert answers == ({200} if (way, who) in ALLOWED else {403})


@pytest.mark.parametrize("way", WAYS)
def test_the_page_names_the_record(role: Role, signed: Assessment, way: str) -> None:
    assert signed.signed_at
    tested = f"{signed.local_tested_at:%Y-%m-%d %H:%M}"
    at = f"{signed.signed_at.astimezone(signed.clinic.zone):%Y-%m-%d %H:%M}"
    text = PlainPage(role("lead").get(address(way, signed)).content.decode()).text
    assert f"MS clinic screen, {tested} · tested by Pia Physio · signed by Pia Physio" in text
    assert f"on {at}" in text


@pytest.mark.parametrize(
    ("way", "who"), [("amend", "colleague"), ("void", "clinician"), ("move", "physio")]
)
def test_a_refusal_says_why_tells_the_log_and_changes_nothing(
    role: Role, signed: Assessment, way: str, who: str
) -> None:
    form = {"revision": "1", "reason": "r", HIP: "4", "key": str(signed.pk)}
    response = role(who).post(address(way, signed), form)
    text = PlainPage(response.content.decode()).text
    assert response.status_code == 403
    assert "lead physiotherapist can" in text
    assert "Winters" not in text
    assert refused_events() == [(WAYS[way], str(signed.pk))]
    assert Assessment.objects.get(pk=signed.pk).status == AssessmentStatus.SIGNED


@pytest.mark.parametrize("way", WAYS)
def test_to_a_stranger_the_record_does_not_exist(
    as_user: AsUser, signed: Assessment, stranger: User, way: str
) -> None:
    answers_like_nothing(as_user(stranger), way, signed)


@pytest.mark.parametrize("way", WAYS)
def test_without_a_sign_in_there_is_only_the_sign_in(signed: Assessment, way: str) -> None:
    assert Client().post(address(way, signed))["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("method", ["put", "delete"])
def test_odd_methods_are_refused(role: Role, signed: Assessment, way: str, method: str) -> None:
    assert getattr(role("lead"), method)(address(way, signed)).status_code == 405


@pytest.mark.parametrize("way", WAYS)
def test_a_draft_is_not_corrected(role: Role, patient: Patient, physio: User, way: str) -> None:
    response = role("lead").get(address(way, make_draft(patient, physio)))
    assert response.status_code == 403
    assert "This assessment is not signed yet." in response.content.decode()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("reason", ["", "   ", "x" * 301, "\0"])
def test_without_a_fitting_reason_nothing_happens(
    role: Role, signed: Assessment, right: Patient, way: str, reason: str
) -> None:
    typed = {"reason": reason, HIP: "4"} | to(right)
    response = corrected(role("lead"), way, signed, **typed)
    found = PlainPage(response.content.decode())
    assert response.status_code == 200
    assert found.marked["id_reason"]["aria-invalid"] == "true"
    assert Assessment.objects.get(pk=signed.pk).status == AssessmentStatus.SIGNED


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 400])
def test_a_broken_hidden_field_is_told_where_it_is_seen(
    role: Role, signed: Assessment, right: Patient, way: str, revision: str
) -> None:
    typed = {"reason": "r", "revision": revision, HIP: "4"} | to(right)
    response = corrected(role("lead"), way, signed, **typed)
    assert "This form is not whole. Open it again." in response.content.decode()


@pytest.mark.parametrize("way", WAYS)
def test_a_page_that_shows_an_older_record_changes_nothing_and_keeps_what_was_typed(
    role: Role, signed: Assessment, physio: User, right: Patient, way: str
) -> None:
    client = role("lead")
    form = form_of(client, way, signed) | {"reason": "my reason", KNEE: "3"} | to(right)
    amend_assessment(signed, {HIP_CELL: grade(9)}, reason="a", by=physio, revision=signed.revision)
    response = client.post(address(way, signed), form)
    found = PlainPage(response.content.decode())
    assert response.status_code == 409
    assert "Somebody changed this record meanwhile." in found.text
    assert found.marked["id_reason"]["value"] == "my reason"
    assert Assessment.objects.get(pk=signed.pk).status == AssessmentStatus.AMENDED
    assert Amendment.objects.count() == 1


def test_two_clicks_void_once(role: Role, signed: Assessment) -> None:
    client = role("physio")
    form = form_of(client, "void", signed) | {"reason": "r"}
    first, second = (client.post(address("void", signed), form) for _click in range(2))
    assert first["Location"] == second["Location"] == address("read", signed)
    assert events(Action.ASSESSMENT_VOIDED) == 1
    assert refused_events() == []


def test_a_voided_record_is_amended_no_more(role: Role, signed: Assessment, lead: User) -> None:
    void_assessment(signed, reason="r", by=lead, revision=signed.revision)
    response = role("lead").get(address("amend", signed))
    assert response.status_code == 403
    assert "This assessment was voided." in response.content.decode()


def test_a_record_is_moved_to_the_right_patient(
    role: Role, signed: Assessment, right: Patient
) -> None:
    response = corrected(role("lead"), "move", signed, reason="mixed up", **to(right))
    copy = Assessment.objects.get(patient=right)
    assert response["Location"] == address("read", copy)
    assert copy.moved_from_id == signed.pk
    assert Assessment.objects.get(pk=signed.pk).status == AssessmentStatus.VOIDED


def test_two_clicks_move_once(role: Role, signed: Assessment, right: Patient) -> None:
    client = role("lead")
    form = form_of(client, "move", signed) | {"reason": "r"} | to(right)
    client.post(address("move", signed), form)
    response = client.post(address("move", signed), form)
    assert response["Location"] == address("read", signed)
    assert Assessment.objects.filter(patient=right).count() == 1


@pytest.mark.parametrize("wrong", ["number", "birth", "archived", "same", "foreign"])
def test_a_record_is_moved_only_to_a_known_patient_of_the_clinic(
    role: Role, signed: Assessment, right: Patient, foreign_patient: Patient, wrong: str
) -> None:
    typed = to(right)
    if wrong == "number":
        typed["record_number"] = "R-18"
    elif wrong == "birth":
        typed["birth_date"] = "1980-04-13"
    elif wrong == "archived":
        archive_patient(right, by=signed.tester)
    elif wrong == "same":
        typed = to(signed.patient)
    else:
        typed = to(foreign_patient)
    response = corrected(role("lead"), "move", signed, reason="r", **typed)
    assert "No other active patient of this clinic" in response.content.decode()
    assert Assessment.objects.get(pk=signed.pk).status == AssessmentStatus.SIGNED


def test_a_record_is_not_moved_to_someone_born_later(
    role: Role, signed: Assessment, lead: User
) -> None:
    child = make_patient(signed.clinic, lead, birth_date=signed.local_tested_at.date())
    Patient.objects.filter(pk=child.pk).update(birth_date="2400-01-01")
    response = corrected(
        role("lead"),
        "move",
        signed,
        reason="r",
        record_number=child.record_number,
        birth_date="2400-01-01",
    )
    assert "The test was before this patient was born." in response.content.decode()


def test_every_correction_is_one_event_of_the_person_with_the_reason(
    role: Role, signed: Assessment, lead: User, right: Patient
) -> None:
    client = role("lead")
    corrected(client, "amend", signed, reason="first", **{HIP: "4"})
    corrected(client, "move", signed, reason="second", **to(right))
    corrected(client, "void", Assessment.objects.get(patient=right), reason="third")
    told = AuditEvent.objects.filter(action__in=WAYS.values(), actor_id=lead.pk)
    assert [(event.action, event.detail.get("reason")) for event in told.order_by("sequence")] == [
        (Action.ASSESSMENT_AMENDED, "first"),
        (Action.ASSESSMENT_MOVED, None),  # told of the wrong patient
        (Action.ASSESSMENT_MOVED, None),  # and of the right one: it stands with the record
        (Action.ASSESSMENT_VOIDED, "third"),
    ]
    assert Assessment.objects.get(pk=signed.pk).void_reason == "second"
