"""Drafts on the start page: going on, putting aside, taking back; a second test of a day."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assessments.models import Assessment, Draft
from mmt.accounts.models import Clinic, User
from mmt.audit.models import Action, AuditEvent
from patients.actions import archive_patient
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.saving import HIP, KNEE, put
from tests.assessments.views.visiting import (
    AsUser,
    address,
    answers_like_nothing,
    events,
    page,
    queries,
    refused_events,
)
from tests.people import grade, make_draft, make_patient, make_signed

ONE_SCORE = {("hip_flexion", "right"): grade(0)}


@pytest.fixture
def draft(patient: Patient, physio: User) -> Assessment:
    return make_draft(patient, physio)


def start(client: Client) -> PlainPage:
    return PlainPage(client.get("/").content.decode())


def age(draft: Assessment, **since: int) -> None:
    """Let a draft have been begun this long ago."""
    Assessment.objects.filter(pk=draft.pk).update(entered_at=timezone.now() - timedelta(**since))


def discarded(draft: Assessment, **since: float) -> None:
    Draft.objects.filter(pk=draft.pk).update(discarded_at=timezone.now() - timedelta(**since))


def aside_of(client: Client, draft: Assessment) -> bool:
    """Whether the start page offers to take this draft back."""
    return address("restore_draft", draft) in [
        form.attributes.get("action") for form in start(client).forms
    ]


def test_a_draft_says_when_it_was_begun_and_how_far_it_is(
    as_user: AsUser, harbour: Clinic, draft: Assessment, physio: User
) -> None:
    put(draft, {HIP: "0", KNEE: "NT pain"}, by=physio)
    begun = Assessment.objects.get().entered_at.astimezone(harbour.zone)
    text = start(as_user(physio)).text
    assert f"MS clinic screen · draft from {begun:%H:%M} · 2 of 24 entered" in text


@pytest.mark.parametrize("typed", ["", "  ", "9", "4 or 5"])
def test_what_is_no_grade_is_not_counted_as_entered(
    as_user: AsUser, draft: Assessment, physio: User, typed: str
) -> None:
    put(draft, {HIP: typed, KNEE: "0"}, by=physio)
    assert "1 of 24 entered" in start(as_user(physio)).text


def test_a_draft_of_another_day_says_which(
    as_user: AsUser, harbour: Clinic, draft: Assessment, physio: User
) -> None:
    age(draft, days=3)
    day = harbour.now() - timedelta(days=3)
    assert f"draft from {day:%Y-%m-%d}" in start(as_user(physio)).text


def test_a_draft_of_an_archived_patient_says_so_and_can_be_gone_on_with(
    as_user: AsUser, patient: Patient, draft: Assessment, physio: User
) -> None:
    assert "archived" not in start(as_user(physio)).text
    archive_patient(patient, by=physio)
    found = start(as_user(physio))
    assert "Winters, Álma archived" in found.text
    assert as_user(physio).get(address("record", draft)).status_code == 200


def test_discarding_on_the_start_page_offers_to_undo_it(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    put(draft, {HIP: "0"}, by=physio)
    form = start(client).form(action=address("discard", draft))
    answer = client.post(address("discard", draft), form, follow=True)
    shown = PlainPage(answer.content.decode())
    assert "The draft was discarded." in shown.text
    asked = [each.attributes.get("action", "") for each in shown.forms]
    undo = [action for action in asked if "restore" in action]
    assert undo == [address("restore_draft", draft)] * 2  # in the message and in the list
    assert client.post(undo[0])["Location"] == address("record", draft)
    assert page(client, "record", draft).cells[HIP]["value"] == "0"


def test_the_undo_stands_on_the_patients_page_too(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    shown = as_user(physio).post(address("discard", draft), follow=True)
    assert shown.request["PATH_INFO"] == address("person", draft.patient)
    assert f'action="{address("restore_draft", draft)}"' in shown.content.decode()


def test_taking_back_twice_is_told_to_the_log_once(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    client.post(address("discard", draft))
    for _time in range(2):
        assert client.post(address("restore_draft", draft))["Location"] == address("record", draft)
    assert events(Action.DRAFT_RESTORED) == 1
    told = AuditEvent.objects.get(action=Action.DRAFT_RESTORED)
    assert (told.target, told.patient_id) == (str(draft.pk), draft.patient_id)


def test_after_thirty_days_a_draft_is_not_taken_back_and_that_is_said(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    discarded(draft, days=30, minutes=1)
    assert not aside_of(client, draft)
    shown = client.post(address("restore_draft", draft), follow=True).content.decode()
    assert "discarded more than 30 days ago" in shown
    assert Draft.objects.get(pk=draft.pk).discarded_at is not None
    assert events(Action.DRAFT_RESTORED) == 0


def test_up_to_thirty_days_a_draft_is_taken_back(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    discarded(draft, days=29, hours=23)
    assert aside_of(client, draft)
    client.post(address("restore_draft", draft))
    assert Draft.objects.get(pk=draft.pk).discarded_at is None


def test_a_signed_record_is_not_taken_back_but_shown(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    signed = make_signed(patient, physio, ONE_SCORE)
    response = as_user(physio).post(address("restore_draft", signed))
    assert response["Location"] == address("read", signed)


def test_a_colleague_may_neither_see_nor_take_back_what_i_discarded(
    as_user: AsUser, draft: Assessment, colleague: User
) -> None:
    discarded(draft, days=1)
    client = as_user(colleague)
    assert not aside_of(client, draft)
    assert client.post(address("restore_draft", draft)).status_code == 403
    assert refused_events() == [(Action.DRAFT_RESTORED, str(draft.pk))]
    assert Draft.objects.get(pk=draft.pk).discarded_at is not None


def test_a_lead_may_take_back_what_anybody_discarded(
    as_user: AsUser, draft: Assessment, lead: User
) -> None:
    discarded(draft, days=1)
    as_user(lead).post(address("restore_draft", draft))
    assert Draft.objects.get(pk=draft.pk).discarded_at is None


def test_a_discarded_draft_is_nothing_to_another_clinic(
    as_user: AsUser, draft: Assessment, stranger: User
) -> None:
    discarded(draft, days=1)
    answers_like_nothing(as_user(stranger), "restore_draft", draft)


def test_the_lead_sees_drafts_older_than_a_day_with_whose_they_are(
    as_user: AsUser, draft: Assessment, lead: User, physio: User
) -> None:
    client = as_user(lead)
    age(draft, hours=23)
    assert address("record", draft) not in start(client).links
    age(draft, hours=50)
    found = start(client)
    assert "Pia Physio, 2 days old" in found.text
    assert address("record", draft) in found.links
    assert "Drafts older than a day" not in start(as_user(physio)).text


def test_the_lead_sees_no_old_drafts_of_another_clinic(
    as_user: AsUser, foreign_patient: Patient, stranger: User, lead: User
) -> None:
    foreign = make_draft(foreign_patient, stranger)
    age(foreign, days=4)
    found = start(as_user(lead))
    assert "No draft has waited for more than a day." in found.text
    assert "Elsewhere" not in found.text


def test_the_questions_asked_do_not_grow_with_the_drafts(
    as_user: AsUser, harbour: Clinic, physio: User, lead: User
) -> None:
    counts = []
    for many in (2, 12):
        for _number in range(many):
            mine, put_aside = (make_draft(make_patient(harbour, lead), lead) for _each in "ab")
            age(mine, days=3)
            discarded(put_aside, days=1)
        counts.append(len(queries(as_user(lead), "/")))
    assert counts[0] == counts[1] <= 6


@pytest.fixture
def morning(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the clock away from the clinic's midnight, where an hour ago is yesterday."""
    noon = patient.clinic.midnight() + timedelta(hours=12)
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)


@pytest.mark.usefixtures("morning")
def test_my_draft_of_today_is_offered_before_a_second_test(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    client = as_user(physio)
    draft = put(make_draft(patient, physio), {HIP: "4"}, by=physio)
    shown = page(client, "new", patient)
    assert (
        f"at {draft.local_tested_at:%H:%M} (MS clinic screen), not signed: continue" in shown.text
    )
    assert "1 of 24 entered" in shown.text
    [first] = [known for tag, known in shown.tags if tag == "a" and "autofocus" in known]
    assert first["href"] == address("record", draft)
    assert "btn-primary" in first["class"]
    assert shown.text.count("Start scoring") == shown.text.count("Start scoring a second test") == 1


@pytest.mark.usefixtures("morning")
def test_a_second_test_of_the_day_must_be_asked_for(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    client = as_user(physio)
    form = page(client, "new", patient).form(method="post", novalidate="")
    draft = make_draft(patient, physio)  # meanwhile, on another device
    answer = client.post(address("new", patient), form)
    assert "continue, or a second test?" in answer.content.decode()
    assert list(Assessment.objects.all()) == [draft]
    client.post(address("new", patient), form | {"second": "yes"})
    assert Assessment.objects.count() == 2


@pytest.mark.usefixtures("morning")
def test_a_test_of_another_day_needs_no_such_word(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    client = as_user(physio)
    make_draft(patient, physio)
    form = page(client, "new", patient).form(method="post", novalidate="")
    response = client.post(address("new", patient), form | {"tested_at": "2020-03-02T10:30"})
    assert response.status_code == 302
    assert Assessment.objects.count() == 2


@pytest.mark.usefixtures("morning")
def test_a_draft_of_a_colleague_is_named_with_who_and_not_opened(
    as_user: AsUser, patient: Patient, physio: User, colleague: User
) -> None:
    draft = make_draft(patient, colleague)
    shown = page(as_user(physio), "new", patient)
    assert "Cora Colleague is recording a test of" in shown.text
    assert "Start scoring a second test" in shown.text
    assert address("record", draft) not in shown.links
