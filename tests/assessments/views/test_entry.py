"""The grid, its doors, discarding, one movement more."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assessments import instrument
from assessments.entry.drafts import discard_draft
from assessments.models import Assessment, Draft
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.saving import HIP, every_cell, put, sign, texts
from tests.assessments.views.visiting import (
    AsUser,
    address,
    answers_like_nothing,
    events,
    page,
    queries,
    refused_events,
)
from tests.people import grade, make_draft, make_signed

SCORES = {"id": "score-form"}


@pytest.fixture
def draft(patient: Patient, physio: User) -> Assessment:
    return make_draft(patient, physio)


@pytest.mark.parametrize("name", ["record", "sign", "discard", "add_movement", "save"])
def test_to_a_stranger_a_draft_does_not_exist(
    as_user: AsUser, draft: Assessment, stranger: User, name: str
) -> None:
    answers_like_nothing(as_user(stranger), name, draft)
    assert {action for action, _target in refused_events()} == {Action.ACCESS_REFUSED}


def test_to_a_stranger_the_patient_does_not_exist(
    as_user: AsUser, patient: Patient, stranger: User
) -> None:
    answers_like_nothing(as_user(stranger), "new", patient)


@pytest.mark.parametrize("name", ["record", "sign", "discard", "add_movement", "save", "new"])
def test_without_a_sign_in_there_is_only_the_sign_in(draft: Assessment, name: str) -> None:
    about = draft.patient if name == "new" else draft
    for response in (Client().get(address(name, about)), Client().post(address(name, about))):
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", ["discard", "add_movement", "save"])
def test_what_changes_something_is_not_done_by_looking(
    as_user: AsUser, draft: Assessment, physio: User, name: str
) -> None:
    assert as_user(physio).get(address(name, draft)).status_code == 405


@pytest.mark.parametrize("name", ["record", "new", "sign"])
@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_odd_methods_are_refused(
    as_user: AsUser, draft: Assessment, physio: User, name: str, method: str
) -> None:
    about = draft.patient if name == "new" else draft
    assert getattr(as_user(physio), method)(address(name, about)).status_code == 405


@pytest.mark.parametrize("name", ["record", "discard", "add_movement", "sign"])
@pytest.mark.parametrize("role", ["colleague", "clinician"])
def test_a_draft_of_someone_else_is_closed_and_the_attempt_told(
    request: pytest.FixtureRequest, as_user: AsUser, draft: Assessment, role: str, name: str
) -> None:
    response = as_user(request.getfixturevalue(role)).post(address(name, draft), {"x": "y"})
    assert response.status_code == 403
    assert "Winters" not in response.content.decode()
    [(_action, target)] = refused_events()
    assert target == str(draft.pk)
    assert Draft.objects.get(pk=draft.pk).discarded_at is None
    assert events(Action.PATIENT_VIEWED) == 0


def test_the_event_of_a_refused_attempt_says_who_whom_and_why(
    as_user: AsUser, draft: Assessment, colleague: User
) -> None:
    as_user(colleague).post(address("discard", draft))
    event = AuditEvent.objects.get(action=Action.DRAFT_DISCARDED)
    assert (event.outcome, event.actor_id) == ("refused", colleague.pk)
    assert (event.chain, event.patient_id) == (str(draft.clinic_id), draft.patient_id)
    assert event.detail == {"reason": "This draft belongs to another physiotherapist."}


def test_a_lead_physiotherapist_may_finish_a_colleagues_draft(
    as_user: AsUser, draft: Assessment, lead: User
) -> None:
    assert "hip_flexion.right" in page(as_user(lead), "record", draft).cells


def test_the_grid_holds_what_scripts_rely_on(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    found = page(as_user(physio), "record", draft)
    assert len(found.cells) == 24
    assert found.marked["score-grid"]["data-codes"] == "0 1 2 3 4 5"
    assert found.marked["save-state"]["data-state"] == "saved"
    assert found.marked["save-state"]["data-waiting"] == "0"
    assert found.marked["patient-banner"]["data-patient"] == str(draft.patient_id)
    assert {"sign", "score-form", "sign-form", "announce"} < set(found.marked)


def test_a_previous_zero_is_shown_and_nothing_is_preselected(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    before = timezone.now() - timedelta(days=90)
    make_signed(patient, physio, {("hip_flexion", "right"): grade(0)}, tested_at=before)
    found = page(as_user(physio), "record", make_draft(patient, physio))
    assert found.cells[HIP]["data-was"] == "0"
    assert "was 0" in found.text
    assert {cell["value"] for cell in found.cells.values()} == {""}


def test_fatigue_and_pain_of_last_time_are_never_offered(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    before = timezone.now() - timedelta(days=90)
    around = {"pain": 7, "fatigue_before": 8, "device": "walker"}
    make_signed(patient, physio, {("hip_flexion", "right"): grade(0)}, tested_at=before, **around)
    form = page(as_user(physio), "record", make_draft(patient, physio)).form(**SCORES)
    assert [form[f"context.{name}"] for name in around] == ["", "", ""]


@pytest.mark.parametrize(
    ("query", "first"),
    [("", "Sitting"), ("?order=region", "Hips"), ("?order=__class__", "Sitting")],
)
def test_the_order_is_in_the_address(
    as_user: AsUser, draft: Assessment, physio: User, query: str, first: str
) -> None:
    text = page(as_user(physio), "record", draft, query).text
    other = {"Sitting": "Hips", "Hips": "Sitting"}[first]
    assert text.find(first) > 0
    assert text.find(other) == -1 or text.find(first) < text.find(other)


def test_the_questions_asked_of_the_database_are_four_whatever_the_history(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    draft = make_draft(patient, physio, battery="full")
    counts = [len(queries(as_user(physio), address("record", draft)))]
    for day in range(3):
        levels = {cell: grade(day) for cell in draft.cells}
        at = timezone.now() - timedelta(days=9 - day)
        make_signed(patient, physio, levels, battery="full", tested_at=at)
    put(draft, every_cell(draft, "3") | {"context.pain": "2"}, by=physio)
    asked = queries(as_user(physio), address("record", draft))
    counts.append(len(asked))
    assert counts == [4, 4], "\n".join(asked)


def test_a_discarded_draft_is_out_of_sight_and_kept(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    put(draft, {HIP: "4"}, by=physio)
    client = as_user(physio)
    response = client.post(address("discard", draft))
    assert response["Location"] == address("person", draft.patient)
    assert client.get(address("record", draft)).status_code == 404
    assert client.post(address("discard", draft)).status_code == 404
    assert texts(draft) == {HIP: "4"}
    assert events(Action.DRAFT_DISCARDED) == 1


def test_a_draft_discarded_in_the_same_moment_is_no_fault(
    as_user: AsUser, draft: Assessment, physio: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assessments.views import entry

    opened = entry.get_assessment

    def opened_just_before(*args: object, **kwargs: object) -> Assessment:
        found = opened(*args, **kwargs)  # type: ignore[arg-type]
        discard_draft(found, by=physio)
        return found

    form = page(as_user(physio), "record", draft).form(**SCORES) | {HIP: "4"}
    monkeypatch.setattr(entry, "get_assessment", opened_just_before)
    assert as_user(physio).post(address("record", draft), form).status_code == 302


@pytest.mark.parametrize("name", ["discard", "add_movement"])
def test_a_draft_signed_in_the_same_moment_is_no_fault(
    as_user: AsUser,
    draft: Assessment,
    physio: User,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    from assessments.views import drafts, entry

    opened = entry.get_assessment

    def opened_just_before(*args: object, **kwargs: object) -> Assessment:
        found = opened(*args, **kwargs)  # type: ignore[arg-type]
        sign(put(draft, {HIP: "2"}, by=physio), physio)
        return found

    for views in (drafts, entry):
        monkeypatch.setattr(views, "get_assessment", opened_just_before)
    response = as_user(physio).post(address(name, draft), {"movement": "neck_flexion"})
    assert response["Location"] == address("read", draft)
    assert "neck_flexion" not in Assessment.objects.get(pk=draft.pk).movements


def test_one_movement_more_has_its_cells(as_user: AsUser, draft: Assessment, physio: User) -> None:
    client = as_user(physio)
    assert "neck_flexion.midline" not in page(client, "record", draft).cells
    client.post(address("add_movement", draft), {"movement": "neck_flexion"})
    assert len(page(client, "record", draft).cells) == 25


@pytest.mark.parametrize("movement", ["", "toe_wriggling", "\0", "x" * 60_000])
def test_an_unknown_movement_is_refused_in_words(
    as_user: AsUser, draft: Assessment, physio: User, movement: str
) -> None:
    client = as_user(physio)
    response = client.post(address("add_movement", draft), {"movement": movement}, follow=True)
    assert "Movement: choose one from the list." in response.content.decode()
    assert len(Assessment.objects.get(pk=draft.pk).cells) == 24


def test_every_movement_can_be_added(as_user: AsUser, draft: Assessment, physio: User) -> None:
    client = as_user(physio)
    offered = {
        known["value"]
        for tag, known in page(client, "record", draft).tags
        if tag == "option" and known.get("value", "") in instrument.MOVEMENTS
    }
    assert offered == set(instrument.MOVEMENTS) - set(draft.movements)
