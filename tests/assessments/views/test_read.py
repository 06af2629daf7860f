"""A record as it stands: readable for good, never editable in place."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from assessments.actions import amend_assessment, move_assessment, void_assessment
from assessments.entry.drafts import discard_draft
from assessments.history import Result
from assessments.models import Assessment
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.actions import archive_patient
from patients.models import Patient
from tests.assessments.saving import HIP, KNEE, put, sign, value
from tests.assessments.views.visiting import (
    AsUser,
    address,
    answers_like_nothing,
    events,
    page,
    queries,
)
from tests.people import grade, make_draft, make_patient, make_signed

HIP_CELL, KNEE_CELL = ("hip_flexion", "right"), ("knee_extension", "left")


@pytest.fixture
def signed(patient: Patient, physio: User) -> Assessment:
    """A record of one zero, one not testable and one not done."""
    results = {
        HIP_CELL: grade(0, limiters=("tone",), note="<b>sore & stiff</b>"),
        KNEE_CELL: Result("not_testable", reason="pain"),
        ("hip_flexion", "left"): Result("not_done", reason="declined"),
    }
    return make_signed(patient, physio, results, pain=0, note="seen at home")


@pytest.mark.parametrize("role", ["physio", "colleague", "lead", "clinician", "admin"])
def test_everyone_of_the_clinic_reads_it(
    request: pytest.FixtureRequest, as_user: AsUser, signed: Assessment, role: str
) -> None:
    found = page(as_user(request.getfixturevalue(role)), "read", signed)
    assert "tested by Pia Physio" in found.text
    assert found.marked["patient-banner"]["data-patient"] == str(signed.patient_id)


def test_to_a_stranger_it_does_not_exist(
    as_user: AsUser, signed: Assessment, stranger: User
) -> None:
    answers_like_nothing(as_user(stranger), "read", signed)


def test_without_a_sign_in_there_is_only_the_sign_in(signed: Assessment) -> None:
    response = Client().get(address("read", signed))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_looked_at(
    as_user: AsUser, signed: Assessment, physio: User, method: str
) -> None:
    assert getattr(as_user(physio), method)(address("read", signed)).status_code == 405


def test_no_one_keeps_a_copy_of_the_page(as_user: AsUser, signed: Assessment, physio: User) -> None:
    assert as_user(physio).get(address("read", signed))["Cache-Control"] == "no-store"


def test_only_graded_cells_count_as_tested(
    as_user: AsUser, signed: Assessment, physio: User
) -> None:
    text = page(as_user(physio), "read", signed).text
    assert "1 of 24 tested, 2 not testable or not done" in text


def test_the_four_states_look_different(as_user: AsUser, signed: Assessment, physio: User) -> None:
    looks = [
        known["class"]
        for tag, known in page(as_user(physio), "read", signed).tags
        if tag == "span" and known.get("class", "").startswith("grade ")
    ]
    assert looks.count("grade g0") == looks.count("grade nt") == looks.count("grade nd") == 1
    assert looks.count("grade blank") == 21


def filled_at_once(patient: Patient, physio: User, text: str) -> Assessment:
    """Return a record of one grade that was typed and two that were filled in at once."""
    draft = make_draft(patient, physio)
    at_once = value(text, entered="filled")
    cells = {HIP: "4", "hip_flexion.left": at_once, KNEE: at_once}
    return sign(put(draft, cells, by=physio), physio)


@pytest.mark.parametrize(("text", "how"), [("5", " as normal."), ("3", ".")])
def test_what_was_filled_in_at_once_is_marked_and_counted(
    as_user: AsUser, patient: Patient, physio: User, text: str, how: str
) -> None:
    shown = page(as_user(physio), "read", filled_at_once(patient, physio, text)).text
    assert f"2 of 24 filled in at once{how}" in shown
    assert f"Hip flexion 4 {text} filled in at once" in shown
    assert shown.count(f"{text} filled in at once") == 2


def test_a_grade_that_was_amended_since_was_not_filled_in_at_once(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    record = filled_at_once(patient, physio, "5")
    changes = {KNEE_CELL: grade(4)}
    amend_assessment(record, changes, reason="r", by=physio, revision=record.revision)
    shown = page(as_user(physio), "read", record).text
    assert "1 of 24 filled in at once as normal." in shown
    assert shown.count("5 filled in at once") == 1


def test_a_record_typed_cell_by_cell_tells_of_no_filling(
    as_user: AsUser, signed: Assessment, physio: User
) -> None:
    assert "filled in at once" not in page(as_user(physio), "read", signed).text


def test_voiding_leaves_the_signers_statement_and_tells_its_own(
    as_user: AsUser, signed: Assessment, physio: User
) -> None:
    void_assessment(signed, reason="wrong day", by=physio, revision=signed.revision)
    text = page(as_user(physio), "read", signed).text.partition("Signature")[2]
    said = "The results are as the tester found them", "Entered in error"
    assert text.index(said[0]) < text.index(said[1])
    assert text.count("By Pia Physio") == 2


def test_reasons_limiters_and_notes_stand_beside_escaped(
    as_user: AsUser, signed: Assessment, physio: User
) -> None:
    response = as_user(physio).get(address("read", signed))
    text = response.content.decode()
    assert "Limited by tone · &lt;b&gt;sore &amp; stiff&lt;/b&gt;" in text
    assert "<b>sore" not in text
    assert "NT Pain" in text


def test_a_context_answer_of_zero_is_shown(
    as_user: AsUser, signed: Assessment, physio: User
) -> None:
    text = page(as_user(physio), "read", signed).text
    assert "Pain now, 0-10 0" in text
    assert "seen at home" in text
    assert "EDSS" not in text


def test_the_time_is_the_clinics(as_user: AsUser, patient: Patient, physio: User) -> None:
    at = timezone.now().replace(year=2024, month=6, day=30, hour=22, minute=5)
    record = make_signed(patient, physio, {HIP_CELL: grade(6)}, tested_at=at)
    assert "2024-07-01" in page(as_user(physio), "read", record).text


@pytest.mark.parametrize(
    ("role", "ways"),
    [
        ("physio", {"amend", "void"}),
        ("colleague", set()),
        ("lead", {"amend", "void", "move"}),
        ("clinician", set()),
    ],
)
def test_the_ways_to_correct_follow_the_role(
    request: pytest.FixtureRequest, as_user: AsUser, signed: Assessment, role: str, ways: set[str]
) -> None:
    links = page(as_user(request.getfixturevalue(role)), "read", signed).links
    assert {way for way in ("amend", "void", "move") if address(way, signed) in links} == ways


def test_a_record_of_an_archived_patient_is_still_read(
    as_user: AsUser, signed: Assessment, patient: Patient, physio: User
) -> None:
    archive_patient(patient, by=physio)
    assert "1 of 24 tested" in page(as_user(physio), "read", signed).text


def test_an_amended_record_says_what_was_changed_why_and_by_whom(
    as_user: AsUser, signed: Assessment, lead: User, clinician: User
) -> None:
    added = ("knee_flexion", "right")
    changes = {HIP_CELL: grade(9), added: grade(12)}
    amend_assessment(signed, changes, reason="read wrongly", by=lead, revision=signed.revision)
    found = page(as_user(clinician), "read", signed)
    assert "Lea Lead: read wrongly" in found.text
    assert "Right hip flexion: 0 → 4" in found.text
    assert "Right knee flexion: not assessed → 5" in found.text
    assert sum(known.get("class") == "amended" for _tag, known in found.tags) == 2


def test_a_voided_record_stays_readable_and_cannot_be_corrected(
    as_user: AsUser, signed: Assessment, lead: User
) -> None:
    void_assessment(signed, reason="tested with splints", by=lead, revision=signed.revision)
    found = page(as_user(lead), "read", signed)
    assert "Voided by Lea Lead" in found.text
    assert "tested with splints" in found.text
    assert "1 of 24 tested" in found.text
    assert not {address(way, signed) for way in ("amend", "void", "move")} & set(found.links)


def test_a_moved_record_and_its_tombstone_point_at_each_other(
    as_user: AsUser, signed: Assessment, lead: User
) -> None:
    right = make_patient(signed.clinic, lead)
    copy = move_assessment(signed, to=right, reason="mixed up", by=lead, revision=signed.revision)
    tombstone, moved = (page(as_user(lead), "read", each) for each in (signed, copy))
    assert address("read", copy) in tombstone.links
    assert "Filed anew on the right patient" in tombstone.text
    assert address("read", signed) in moved.links
    assert "First filed on another patient." in moved.text


def test_ones_own_draft_leads_to_its_grid(
    as_user: AsUser, patient: Patient, physio: User, lead: User
) -> None:
    draft = make_draft(patient, physio)
    for person in (physio, lead):
        assert as_user(person).get(address("read", draft))["Location"] == address("record", draft)


@pytest.mark.parametrize("role", ["colleague", "clinician"])
def test_a_colleagues_draft_says_whose_it_is_and_shows_no_score(
    request: pytest.FixtureRequest, as_user: AsUser, patient: Patient, physio: User, role: str
) -> None:
    draft = put(make_draft(patient, physio), {HIP: "3", "context.note": "canary"}, by=physio)
    found = page(as_user(request.getfixturevalue(role)), "read", draft)
    assert "Pia Physio has not signed this yet" in found.text
    assert "canary" not in found.text
    assert not any("grade" in known.get("class", "") for _tag, known in found.tags)


def test_a_discarded_draft_is_gone(as_user: AsUser, patient: Patient, physio: User) -> None:
    draft = make_draft(patient, physio)
    discard_draft(draft, by=physio)
    assert as_user(physio).get(address("read", draft)).status_code == 404
    assert as_user(physio).get(address("read", uuid4())).status_code == 404


def test_reading_is_told_once_an_hour(
    as_user: AsUser, signed: Assessment, clinician: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(as_user(clinician), "read", signed)
    page(as_user(clinician), "read", signed)
    assert events(Action.PATIENT_VIEWED) == 1
    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr("mmt.audit.log.timezone.now", lambda: later)
    as_user(clinician).get(address("read", signed))
    assert events(Action.PATIENT_VIEWED) == 2
    assert AuditEvent.objects.filter(action=Action.PATIENT_VIEWED, actor=clinician.email).exists()


def test_the_questions_asked_do_not_grow_with_the_record(
    as_user: AsUser, signed: Assessment, physio: User
) -> None:
    counts = []
    for level in (1, 2, 3, 4):
        changes = {cell: grade(level) for cell in signed.cells[: 6 * level]}
        signed.refresh_from_db()
        amend_assessment(signed, changes, reason="r", by=physio, revision=signed.revision)
        counts.append(len(queries(as_user(physio), address("read", signed))))
    assert len(set(counts)) == 1
    assert counts[0] <= 13


def test_a_record_is_drawn_on_the_body_until_it_is_voided(
    as_user: AsUser, signed: Assessment, physio: User
) -> None:
    figures = [
        known.get("data-chart") for _tag, known in page(as_user(physio), "read", signed).tags
    ]
    assert figures.count("body-map") == 1
    void_assessment(signed, reason="wrong patient", by=physio, revision=signed.revision)
    voided = [known.get("data-chart") for _tag, known in page(as_user(physio), "read", signed).tags]
    assert "body-map" not in voided


def test_paper_says_whose_clinic_as_of_when_and_who_printed(
    as_user: AsUser, signed: Assessment, clinician: User
) -> None:
    text = page(as_user(clinician), "read", signed).text
    assert f"{signed.clinic} · as of {signed.clinic.now():%Y-%m-%d}" in text
    assert f"printed by {clinician.name}" in text
