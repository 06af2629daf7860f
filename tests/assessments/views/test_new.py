"""Starting an assessment."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.models import Assessment
from mmt.accounts.models import User
from mmt.audit.models import Action
from patients.actions import archive_patient
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.views.visiting import (
    AsUser,
    address,
    events,
    page,
    refused_events,
)
from tests.people import grade, make_draft, make_signed


def test_starting_takes_two_actions_and_opens_the_grid(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    client = as_user(physio)
    form = page(client, "new", patient).form(method="post", novalidate="")
    response = client.post(address("new", patient), form)
    [draft] = Assessment.objects.all()
    assert response["Location"] == address("record", draft)
    assert (draft.battery, draft.profile, draft.tester) == ("ms_clinic_screen", "mrc", physio)
    assert abs(draft.tested_at - timezone.now()) < timedelta(minutes=2)


def test_the_start_form_sent_twice_opens_the_same_grid(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    client = as_user(physio)
    form = page(client, "new", patient).form(method="post", novalidate="")
    first, second = (client.post(address("new", patient), form) for _time in range(2))
    assert first["Location"] == second["Location"]
    assert Assessment.objects.count() == events(Action.DRAFT_STARTED) == 1


def test_a_used_form_with_another_battery_says_so(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    client = as_user(physio)
    form = page(client, "new", patient).form(method="post", novalidate="")
    client.post(address("new", patient), form)
    response = client.post(address("new", patient), form | {"battery": "full"})
    assert "This form was used before." in response.content.decode()
    assert Assessment.objects.get().battery == "ms_clinic_screen"


def test_a_start_form_that_is_wrong_keeps_what_was_typed(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    client = as_user(physio)
    form = page(client, "new", patient).form(method="post", novalidate="")
    typed = form | {"battery": "full", "tested_at": "2999-01-01T10:00"}
    shown = PlainPage(client.post(address("new", patient), typed).content.decode())
    assert "This is in the future." in shown.text
    sent = shown.form(method="post", novalidate="")
    assert (sent["battery"], sent["tested_at"], sent["id"]) == (
        "full",
        "2999-01-01T10:00",
        form["id"],
    )
    assert not Assessment.objects.exists()


def test_an_unsigned_assessment_of_mine_is_offered_first(
    as_user: AsUser, patient: Patient, physio: User, colleague: User
) -> None:
    draft = make_draft(patient, physio)
    assert address("record", draft) in page(as_user(physio), "new", patient).links
    assert address("record", draft) not in page(as_user(colleague), "new", patient).links


@pytest.mark.parametrize("role", ["clinician"])
def test_who_may_not_record_may_not_start(
    request: pytest.FixtureRequest, as_user: AsUser, patient: Patient, role: str
) -> None:
    client = as_user(request.getfixturevalue(role))
    for response in (client.get(address("new", patient)), client.post(address("new", patient))):
        assert response.status_code == 403
        assert "Only a physiotherapist of this clinic" in response.content.decode()
        assert "Winters" not in response.content.decode()
    assert refused_events() == [(Action.DRAFT_STARTED, str(patient.pk))] * 2
    assert events(Action.PATIENT_VIEWED) == 0


def test_an_archived_patient_is_not_recorded(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    archive_patient(patient, by=physio)
    response = as_user(physio).get(address("new", patient))
    assert response.status_code == 403
    assert "This patient is archived." in response.content.decode()


def test_a_visit_already_signed_today_is_told(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    client, zero = as_user(physio), {("hip_flexion", "right"): grade(0)}
    today = patient.clinic.midnight()
    make_signed(patient, physio, zero, tested_at=today - timedelta(minutes=1))
    assert "Already recorded today" not in client.get(address("new", patient)).content.decode()
    signed = make_signed(patient, physio, zero, tested_at=today)
    told = client.get(address("new", patient)).content.decode()
    assert "Already recorded today" in told
    assert address("read", signed) in told
