"""Reviewing and signing: asked about, never blocked without a reason, and done once."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assessments.entry.drafts import add_movement, save_operations
from assessments.models import Assessment, AssessmentStatus, Score
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent, Outcome
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.saving import HIP, KNEE, PAGE, batch_of, every_cell, op, put, value
from tests.assessments.views.visiting import AsUser, address, page, queries, signature
from tests.people import grade, make_draft, make_signed

QUICK = {"quick": "yes"}


@pytest.fixture
def draft(patient: Patient, physio: User) -> Assessment:
    return make_draft(patient, physio)


@pytest.fixture
def client(as_user: AsUser, physio: User) -> Client:
    return as_user(physio)


def press(client: Client, draft: Assessment, **more: str) -> Any:
    """Press "Sign" on a page that shows the draft as it stands."""
    return client.post(address("sign", draft), signature(draft, **more))


def status(draft: Assessment) -> str:
    return Assessment.objects.get(pk=draft.pk).status


def shown(response: Any) -> PlainPage:
    assert response.status_code == 200
    return PlainPage(response.content.decode())


def test_the_review_says_what_is_missing_by_name(
    client: Client, draft: Assessment, physio: User
) -> None:
    put(draft, every_cell(draft, "4") | {KNEE: ""}, by=physio)
    text = page(client, "sign", draft).text
    assert "23 of 24 tested" in text
    assert "1 cell is empty" in text
    assert "Left knee extension" in text


def test_one_tested_movement_is_enough(client: Client, draft: Assessment, physio: User) -> None:
    put(draft, {HIP: "0"}, by=physio)
    response = press(client, draft)
    assert response["Location"] == address("read", draft)
    assert "1 of 24 tested" in page(client, "read", draft).text
    assert Score.objects.get().level == 0


def test_nothing_recorded_cannot_be_signed(client: Client, draft: Assessment) -> None:
    found = shown(press(client, draft))
    assert "Score at least one movement." in found.text
    assert "disabled" in found.marked["sign"]
    assert status(draft) == AssessmentStatus.DRAFT


def test_every_state_is_signed_as_itself(client: Client, draft: Assessment, physio: User) -> None:
    cells = {
        HIP: value("0", limiters=["pain", "tone"], note="n"),
        KNEE: value("NT", reason="pain"),
        "hip_flexion.left": "ND declined",
    }
    put(draft, cells, by=physio)
    press(client, draft)
    rows = Score.objects.order_by("status").values_list("status", "level", "reason", "limiters")
    assert list(rows) == [
        ("graded", 0, "", "pain tone"),
        ("not_done", None, "declined", ""),
        ("not_testable", None, "pain", ""),
    ]


def test_the_review_shows_every_cell_as_it_will_be_signed(
    client: Client, draft: Assessment, physio: User
) -> None:
    cells = {
        HIP: value("0", entered="filled", note="sore"),
        KNEE: value("NT", reason="pain"),
        "hip_flexion.left": "ND declined",
        "knee_extension.right": "4 or 5",
    }
    put(draft, cells, by=physio)
    text = page(client, "sign", draft).text
    assert "1 of 24 tested, 2 not testable or not done" in text
    shown = text.partition("All that is signed")[2]
    assert "Hip flexion 0 filled in at once sore – ND Declined Declined" in shown
    assert "Knee extension to correct NT NT Pain Pain" in shown
    assert "Hip abduction not assessed not assessed" in shown


def test_a_cell_that_is_no_grade_blocks_and_is_named(
    client: Client, draft: Assessment, physio: User
) -> None:
    put(draft, every_cell(draft, "4") | {HIP: "4 or 5", KNEE: "NT"}, by=physio)
    found = shown(press(client, draft))
    assert "Right hip flexion : “4 or 5” is not a grade." in found.text
    assert "Left knee extension : Give a reason" in found.text
    assert f"{address('record', draft)}#{HIP}" in found.links
    assert status(draft) == AssessmentStatus.DRAFT


@pytest.mark.parametrize(
    ("name", "label"), [("pain", "Pain now, 0-10"), ("tested_at", "Tested at")]
)
def test_a_context_field_that_is_wrong_blocks_and_is_named(
    client: Client, draft: Assessment, physio: User, name: str, label: str
) -> None:
    put(draft, {HIP: "4", f"context.{name}": "eleven"}, by=physio)
    found = shown(press(client, draft))
    assert label in found.text
    assert status(draft) == AssessmentStatus.DRAFT


def test_what_changed_since_last_time_is_told(
    client: Client, patient: Patient, physio: User
) -> None:
    before = {("hip_flexion", "right"): grade(0), ("knee_extension", "left"): grade(9)}
    make_signed(patient, physio, before, tested_at=timezone.now() - timedelta(days=90))
    draft = put(make_draft(patient, physio), {HIP: "1", KNEE: "2"}, by=physio)
    text = page(client, "sign", draft).text
    assert "Left knee extension 4 → 2 worse two grades or more: as meant?" in text
    assert "Right hip flexion 0 → 1 better" in text
    assert text.index("Left knee") < text.index("Right hip flexion 0")


def test_a_jump_is_asked_about_and_never_refused(
    client: Client, patient: Patient, physio: User
) -> None:
    before = {("hip_flexion", "right"): grade(12)}
    make_signed(patient, physio, before, tested_at=timezone.now() - timedelta(days=90))
    draft = make_draft(patient, physio)
    put(draft, every_cell(draft, "4") | {HIP: "0"}, by=physio)
    assert "two grades or more" in shown(press(client, draft, **QUICK)).text
    assert press(client, draft)["Location"] == address("read", draft)


def test_a_full_grid_with_nothing_to_ask_is_signed_at_once(
    client: Client, draft: Assessment, physio: User
) -> None:
    put(draft, every_cell(draft, "4"), by=physio)
    assert press(client, draft, **QUICK)["Location"] == address("read", draft)
    assert status(draft) == AssessmentStatus.SIGNED


@pytest.mark.parametrize(
    "asks", [{HIP: ""}, {HIP: value("5", entered="filled")}, {HIP: "9"}], ids=str
)
def test_with_something_to_ask_one_key_opens_the_review(
    client: Client, draft: Assessment, physio: User, asks: Mapping[str, Any]
) -> None:
    put(draft, every_cell(draft, "4") | asks, by=physio)
    assert "Review and sign" in shown(press(client, draft, **QUICK)).text
    assert status(draft) == AssessmentStatus.DRAFT


def test_cells_filled_at_once_must_be_confirmed(
    client: Client, draft: Assessment, physio: User
) -> None:
    put(draft, {HIP: value("5", entered="filled"), KNEE: "4"}, by=physio)
    found = shown(press(client, draft))
    assert "Confirm the scores that were filled in at once." in found.text
    assert found.marked["filled"].get("checked") is None
    assert press(client, draft, filled_confirmed="yes").status_code == 302
    assert dict(Score.objects.values_list("movement", "entered")) == {
        "hip_flexion": "filled",
        "knee_extension": "typed",
    }


@pytest.mark.parametrize("revision", ["", "0", "x", "-1", "9" * 400])
def test_a_page_that_shows_an_older_draft_signs_nothing(
    client: Client, draft: Assessment, physio: User, revision: str
) -> None:
    put(draft, {HIP: "4"}, by=physio)
    found = shown(client.post(address("sign", draft), signature(draft, revision)))
    assert "The draft changed meanwhile. Look again before signing." in found.text
    assert status(draft) == AssessmentStatus.DRAFT


@pytest.mark.parametrize("quick", ["", "yes"])
@pytest.mark.parametrize("patient_id", ["", "x", "0b0e7a52-0000-4000-8000-000000000000"])
def test_a_page_of_another_patient_signs_nothing(
    client: Client, draft: Assessment, physio: User, patient_id: str, quick: str
) -> None:
    put(draft, every_cell(draft, "4"), by=physio)
    form = signature(draft, quick=quick) | {"patient": patient_id}
    found = shown(client.post(address("sign", draft), form))
    assert "This page belongs to another patient. Nothing was signed." in found.text
    assert status(draft) == AssessmentStatus.DRAFT


def test_both_pages_that_sign_say_whom_they_are_about(client: Client, draft: Assessment) -> None:
    for name, form in (("record", "sign-form"), ("sign", "signing")):
        sent = page(client, name, draft).form(id=form)
        assert sent["patient"] == str(draft.patient_id), name


def test_a_movement_added_in_another_tab_is_looked_at_first(
    client: Client, draft: Assessment, physio: User
) -> None:
    put(draft, every_cell(draft, "4"), by=physio)
    form = signature(draft)
    add_movement(draft, "neck_flexion")
    shown(client.post(address("sign", draft), form))
    assert status(draft) == AssessmentStatus.DRAFT
    assert "neck_flexion" in Assessment.objects.get(pk=draft.pk).movements


def seen_by(draft: Assessment, made: int, **later: int) -> str:
    """Return what a page with scripts tells that was made of the draft at this revision."""
    cells = dict.fromkeys(every_cell(draft, ""), made)
    return json.dumps({"client": str(PAGE), "made": made, "cells": cells | later})


def test_what_another_page_put_in_is_looked_at_first(
    client: Client, draft: Assessment, physio: User
) -> None:
    """This page's last save was answered with a revision that holds the other's change, too."""
    put(draft, {KNEE: "0"}, by=physio)
    save_operations(draft.pk, batch_of(draft, op(HIP, "4")), by=physio)
    found = shown(press(client, draft, seen=seen_by(draft, 0)))
    assert "The draft changed meanwhile. Look again before signing." in found.text
    assert status(draft) == AssessmentStatus.DRAFT
    assert press(client, draft, seen=seen_by(draft, 0, **{KNEE: 1})).status_code == 302
    assert status(draft) == AssessmentStatus.SIGNED


def test_a_page_made_since_has_seen_it(client: Client, draft: Assessment, physio: User) -> None:
    put(draft, {KNEE: "0", "context.note": "tired"}, by=physio)
    save_operations(draft.pk, batch_of(draft, op(HIP, "4")), by=physio)
    assert press(client, draft, seen=seen_by(draft, 1)).status_code == 302


def test_a_movement_that_the_page_does_not_show_is_looked_at_first(
    client: Client, draft: Assessment, physio: User
) -> None:
    put(draft, {HIP: "4"}, by=physio)
    told = seen_by(draft, 1)
    add_movement(draft, "neck_flexion")
    shown(press(client, draft, seen=told))
    assert status(draft) == AssessmentStatus.DRAFT


@pytest.mark.parametrize(
    "told",
    ["x", "null", "[]", "{}", "[" * 9999, '{"client": 1, "made": "", "cells": 3}', '"\\ud800"'],
    ids=range(7),
)
def test_a_page_whose_words_cannot_be_read_has_seen_nothing(
    client: Client, draft: Assessment, physio: User, told: str
) -> None:
    put(draft, {HIP: "4"}, by=physio)
    shown(press(client, draft, seen=told))
    assert status(draft) == AssessmentStatus.DRAFT


def test_a_change_between_review_and_signature_is_looked_at_first(
    client: Client, draft: Assessment, physio: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assessments.views import sign as view

    signs = view.sign_assessment

    def changed_just_before(*args: Any, **kwargs: Any) -> Assessment:
        put(draft, {HIP: "1"}, by=physio)
        return signs(*args, **kwargs)

    put(draft, {HIP: "4"}, by=physio)
    monkeypatch.setattr(view, "sign_assessment", changed_just_before)
    response = press(client, draft)
    assert response["Location"] == address("sign", draft)
    assert not Score.objects.exists()


def test_two_clicks_make_one_record_and_one_event(
    client: Client, draft: Assessment, physio: User
) -> None:
    put(draft, {HIP: "4"}, by=physio)
    form = signature(draft)
    first, second = (client.post(address("sign", draft), form) for _click in range(2))
    assert first["Location"] == second["Location"] == address("read", draft)
    assert Score.objects.count() == 1
    event = AuditEvent.objects.get(action=Action.ASSESSMENT_SIGNED)
    assert (event.target, event.actor_id) == (str(draft.pk), physio.pk)
    assert (event.patient_id, event.outcome) == (draft.patient_id, Outcome.DONE)
    told = {"results": 1, "graded": 1, "tester": str(physio.pk)}
    assert event.detail == told | {"signature": draft.signatures.get().hash}


def test_the_context_as_typed_is_signed(client: Client, draft: Assessment, physio: User) -> None:
    typed = {"pain": "0", "edss": "6.5", "note": "<i>x</i>", "tested_at": "2024-02-29T08:15"}
    put(draft, {HIP: "4"} | {f"context.{name}": text for name, text in typed.items()}, by=physio)
    press(client, draft)
    signed = Assessment.objects.get(pk=draft.pk)
    assert (signed.pain, str(signed.edss), signed.note) == (0, "6.5", "<i>x</i>")
    assert f"{signed.local_tested_at:%Y-%m-%d %H:%M}" == "2024-02-29 08:15"


def test_a_lead_signs_with_her_own_name_for_the_tester(
    as_user: AsUser, draft: Assessment, physio: User, lead: User
) -> None:
    put(draft, {HIP: "4"}, by=physio)
    press(as_user(lead), draft)
    signed = Assessment.objects.get(pk=draft.pk)
    assert (signed.tester, signed.signed_by) == (physio, lead)


def test_a_signed_record_is_not_signed_again(
    as_user: AsUser, draft: Assessment, physio: User, clinician: User
) -> None:
    put(draft, {HIP: "4"}, by=physio)
    press(as_user(physio), draft)
    for person in (physio, clinician):
        response = as_user(person).get(address("sign", draft))
        assert response["Location"] == address("read", draft)


def test_an_attempt_to_sign_a_colleagues_draft_is_told_as_one(
    as_user: AsUser, draft: Assessment, physio: User, colleague: User
) -> None:
    put(draft, {HIP: "4"}, by=physio)
    assert press(as_user(colleague), draft).status_code == 403
    event = AuditEvent.objects.get(action=Action.ASSESSMENT_SIGNED)
    assert (event.outcome, event.actor_id) == (Outcome.REFUSED, colleague.pk)
    assert status(draft) == AssessmentStatus.DRAFT


def test_reviewing_asks_the_same_of_the_database_however_long_the_history(
    client: Client, patient: Patient, physio: User
) -> None:
    draft = make_draft(patient, physio, battery="full")
    put(draft, every_cell(draft, "3"), by=physio)
    counts = [len(queries(client, address("sign", draft)))]
    for day in range(3):
        levels = {cell: grade(day) for cell in draft.cells}
        at = timezone.now() - timedelta(days=9 - day)
        make_signed(patient, physio, levels, battery="full", tested_at=at)
    counts.append(len(queries(client, address("sign", draft))))
    assert counts == [6, 6]
