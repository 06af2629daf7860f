"""Signing, amending, voiding, moving: what stands afterwards."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from assessments.actions import (
    NothingChanged,
    NothingToSign,
    StaleRevision,
    amend_assessment,
    move_assessment,
    sign_assessment,
    void_assessment,
)
from assessments.entry.content import Content
from assessments.entry.drafts import NoLongerADraft, discard_draft
from assessments.history import Result
from assessments.models import Amendment, Assessment, AssessmentStatus, Draft, Score, ScoreChange
from assessments.querysets import results_of
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.saving import HIP, put, sign, value
from tests.people import grade, make_draft, make_patient, make_signed
from tests.refusals import refused_by

HIP_CELL, KNEE_CELL = ("hip_flexion", "right"), ("knee_extension", "left")
OTHER_CELL = ("hip_flexion", "left")


@pytest.fixture
def signed(patient: Patient, physio: User) -> Assessment:
    results = {
        HIP_CELL: grade(0, limiters=("tone", "range"), position="supine", note="n"),
        KNEE_CELL: Result("not_testable", reason="pain"),
    }
    return make_signed(patient, physio, results, pain=3)


@pytest.fixture
def right(patient: Patient, physio: User) -> Patient:
    """The patient to whom a record filed wrongly belongs."""
    return make_patient(patient.clinic, physio)


def current(record: Assessment) -> Assessment:
    return Assessment.objects.get(pk=record.pk)


def amend(record: Assessment, changes: Any, by: User, **more: Any) -> Amendment:
    known = {"reason": "typed wrong", "revision": current(record).revision}
    return amend_assessment(record, changes, by=by, **known | more)


# Signing


def test_a_signed_draft_is_rows_and_nothing_else(patient: Patient, physio: User) -> None:
    draft = put(make_draft(patient, physio), {HIP: value("0", limiters=["pain"])}, by=physio)
    record = sign(draft, physio)
    row = Score.objects.get()
    assert (row.level, row.limiters, row.entered) == (0, "pain", "typed")
    assert (record.status, record.signed_by, record.revision) == ("signed", physio, 1)
    assert not Draft.objects.exists()


def test_signing_is_told_once_with_what_was_signed(signed: Assessment, physio: User) -> None:
    event = AuditEvent.objects.get(action=Action.ASSESSMENT_SIGNED)
    assert (event.actor_id, event.patient_id) == (physio.pk, signed.patient_id)
    assert (event.target, event.chain) == (str(signed.pk), str(signed.clinic_id))
    told = {"results": 2, "graded": 1, "tester": str(physio.pk)}
    assert event.detail == told | {"signature": signed.signatures.get().hash}


def test_a_draft_saved_since_is_not_signed(patient: Patient, physio: User) -> None:
    draft = put(make_draft(patient, physio), {HIP: "4"}, by=physio)
    with pytest.raises(StaleRevision):
        sign_assessment(draft, Content({HIP_CELL: grade(9)}), by=physio, draft_revision=0)
    assert current(draft).is_draft


def test_an_empty_draft_is_not_signed(patient: Patient, physio: User) -> None:
    draft = make_draft(patient, physio)
    with pytest.raises(NothingToSign):
        sign_assessment(draft, Content(), by=physio, draft_revision=0)


def test_a_record_is_signed_once(signed: Assessment, physio: User) -> None:
    content = Content({HIP_CELL: grade(9)}, {HIP_CELL: "typed"})
    with pytest.raises(NoLongerADraft):
        sign_assessment(signed, content, by=physio, draft_revision=0)
    assert Score.objects.count() == 2


def test_a_discarded_draft_is_not_signed(patient: Patient, physio: User) -> None:
    draft = make_draft(patient, physio)
    discard_draft(draft, by=physio)
    content = Content({HIP_CELL: grade(9)}, {HIP_CELL: "typed"})
    with pytest.raises(NoLongerADraft):
        sign_assessment(draft, content, by=physio, draft_revision=0)


def test_signing_sets_the_day_the_patient_was_last_seen(patient: Patient, physio: User) -> None:
    at = timezone.now() - timedelta(days=10)
    make_signed(patient, physio, {HIP_CELL: grade(6)}, tested_at=at)
    make_signed(patient, physio, {HIP_CELL: grade(6)}, tested_at=at - timedelta(days=300))
    patient.refresh_from_db()
    assert patient.last_seen == at.astimezone(patient.clinic.zone).date()


# Amending


def test_an_amendment_keeps_what_stood_before_and_says_why(signed: Assessment, lead: User) -> None:
    amendment = amend(signed, {HIP_CELL: grade(9, note="m")}, lead)
    change = amendment.changes.get()
    assert (amendment.by, amendment.reason) == (lead, "typed wrong")
    assert change.before == {
        "status": "graded",
        "level": 0,
        "reason": "",
        "limiters": ["tone", "range"],
        "position": "supine",
        "note": "n",
        "confirmed": [],
    }
    assert (change.after["level"], change.after["limiters"]) == (9, [])


def test_the_record_holds_the_new_value_and_is_visibly_amended(
    signed: Assessment, physio: User
) -> None:
    amend(signed, {HIP_CELL: grade(9)}, physio)
    found = results_of([signed.pk])[signed.pk]
    assert (found[HIP_CELL].level, found[HIP_CELL].amended) == (9, True)
    assert found[KNEE_CELL] == Result("not_testable", reason="pain")
    assert (current(signed).status, current(signed).revision) == ("amended", 2)


def test_a_blank_cell_is_added(signed: Assessment, physio: User) -> None:
    amendment = amend(signed, {OTHER_CELL: grade(0)}, physio)
    change = amendment.changes.get()
    assert (change.before, change.after["level"]) == (None, 0)
    assert results_of([signed.pk])[signed.pk][OTHER_CELL].level == 0


def test_only_what_differs_is_told_as_changed(signed: Assessment, physio: User) -> None:
    standing = results_of([signed.pk])[signed.pk]
    amendment = amend(signed, standing | {OTHER_CELL: grade(3)}, physio)
    assert [(each.movement, each.side) for each in amendment.changes.all()] == [OTHER_CELL]


def test_amended_twice_each_step_is_kept(signed: Assessment, physio: User) -> None:
    amend(signed, {HIP_CELL: grade(3)}, physio, reason="first")
    amend(signed, {HIP_CELL: grade(6)}, physio, reason="second")
    steps = ScoreChange.objects.order_by("amendment__at").values_list(
        "amendment__reason", "before__level", "after__level"
    )
    assert list(steps) == [("first", 0, 3), ("second", 3, 6)]


def test_an_amendment_must_change_something(signed: Assessment, physio: User) -> None:
    with pytest.raises(NothingChanged):
        amend(signed, results_of([signed.pk])[signed.pk], physio)
    assert not Amendment.objects.exists()


def test_sent_again_with_its_key_an_amendment_is_found(signed: Assessment, physio: User) -> None:
    key = uuid4()
    first = amend(signed, {HIP_CELL: grade(9)}, physio, key=key)
    second = amend(signed, {HIP_CELL: grade(9)}, physio, key=key, revision=1)
    assert first == second
    assert AuditEvent.objects.filter(action=Action.ASSESSMENT_AMENDED).count() == 1


@pytest.mark.parametrize("other", [{"reason": "another"}, {"changes": {HIP_CELL: grade(3)}}])
def test_a_key_used_for_something_else_is_refused(
    signed: Assessment, physio: User, other: dict[str, Any]
) -> None:
    key = uuid4()
    amend(signed, {HIP_CELL: grade(9)}, physio, key=key)
    with pytest.raises(StaleRevision):
        amend(signed, **{"changes": {HIP_CELL: grade(9)}, "by": physio, "key": key} | other)


def test_an_amendment_is_told_with_its_reason(signed: Assessment, lead: User) -> None:
    amendment = amend(signed, {HIP_CELL: grade(9), OTHER_CELL: grade(9)}, lead)
    event = AuditEvent.objects.get(action=Action.ASSESSMENT_AMENDED)
    assert event.actor_id == lead.pk
    known = {"amendment": str(amendment.pk), "cells": 2, "reason": "typed wrong"}
    assert event.detail == known | {"signature": signed.signatures.get(revision=2).hash}


# Voiding


def test_a_voided_record_keeps_everything_and_says_who_when_why(
    signed: Assessment, lead: User
) -> None:
    void_assessment(signed, reason="wrong leg", by=lead, revision=1)
    found = current(signed)
    assert (found.status, found.voided_by, found.void_reason) == ("voided", lead, "wrong leg")
    assert (found.signed_by, found.pain) == (signed.signed_by, 3)
    assert found.scores.count() == 2
    event = AuditEvent.objects.get(action=Action.ASSESSMENT_VOIDED)
    assert (event.target, event.detail["reason"]) == (str(signed.pk), "wrong leg")
    assert event.detail["signature"] == signed.signatures.latest("revision").hash


def test_the_patient_was_last_seen_at_what_is_left(patient: Patient, physio: User) -> None:
    record = make_signed(patient, physio, {HIP_CELL: grade(6)})
    void_assessment(record, reason="r", by=physio, revision=1)
    assert Patient.objects.get(pk=patient.pk).last_seen is None


# Moving


def test_a_moved_record_keeps_tester_signature_times_and_scores(
    signed: Assessment, right: Patient, lead: User
) -> None:
    copy = move_assessment(signed, to=right, reason="mixed up", by=lead, revision=1)
    old, new = current(signed), current(copy)
    kept = ["tester", "entered_by", "signed_by", "signed_at", "tested_at", "entered_at", "pain"]
    for name in [*kept, "battery", "battery_version", "profile", "movements", "time_zone"]:
        assert getattr(new, name) == getattr(old, name), name
    assert results_of([new.pk])[new.pk] == results_of([old.pk])[old.pk]


def test_the_wrong_patient_keeps_a_tombstone_that_points_to_the_record(
    signed: Assessment, right: Patient, lead: User
) -> None:
    copy = move_assessment(signed, to=right, reason="mixed up", by=lead, revision=1)
    tombstone = current(signed)
    assert (tombstone.status, tombstone.void_reason) == ("voided", "mixed up")
    assert (tombstone.moved_to, copy.moved_from) == (copy, tombstone)
    assert (copy.patient, copy.status, copy.voided_at) == (right, "signed", None)


def test_what_was_amended_stays_visible_on_the_moved_record(
    signed: Assessment, right: Patient, physio: User, lead: User
) -> None:
    amend(signed, {HIP_CELL: grade(9)}, physio, reason="first")
    amend(signed, {HIP_CELL: grade(6), OTHER_CELL: grade(3)}, lead, reason="second")
    copy = move_assessment(signed, to=right, reason="mixed up", by=lead, revision=3)
    assert current(copy).status == AssessmentStatus.AMENDED
    told = [
        [(each.by, each.at, each.reason, each.changes.count()) for each in record.amendments.all()]
        for record in (signed, copy)
    ]
    assert sorted(told[0], key=str) == sorted(told[1], key=str)
    found = results_of([copy.pk])[copy.pk]
    assert {cell for cell, result in found.items() if result.amended} == {HIP_CELL, OTHER_CELL}


def test_a_moved_record_can_be_amended_and_moved_on(
    signed: Assessment, right: Patient, physio: User, lead: User
) -> None:
    copy = move_assessment(signed, to=right, reason="r", by=lead, revision=1)
    amend(copy, {HIP_CELL: grade(9)}, physio)
    third = make_patient(right.clinic, lead)
    again = move_assessment(copy, to=third, reason="r", by=lead, revision=2)
    assert current(again).moved_from == copy
    assert Score.objects.get(assessment=again, movement="hip_flexion").level == 9


def test_moving_is_told_of_both_patients(signed: Assessment, right: Patient, lead: User) -> None:
    copy = move_assessment(signed, to=right, reason="r", by=lead, revision=1)
    told = AuditEvent.objects.filter(action=Action.ASSESSMENT_MOVED).order_by("sequence")
    assert [(each.patient_id, each.target, each.detail["other"]) for each in told] == [
        (signed.patient_id, str(signed.pk), str(copy.pk)),
        (right.pk, str(copy.pk), str(signed.pk)),
    ]


def test_a_record_stays_in_its_clinic_and_goes_to_someone_else(
    signed: Assessment, foreign_patient: Patient, lead: User
) -> None:
    for to in (foreign_patient, signed.patient):
        with pytest.raises(ValueError, match="another patient of its own clinic"):
            move_assessment(signed, to=to, reason="r", by=lead, revision=1)
    assert Assessment.objects.count() == 1


# What none of them does


def do(which: str, record: Assessment, right: Patient, by: User, revision: int) -> object:
    if which == "amend":
        return amend(record, {HIP_CELL: grade(9)}, by, revision=revision)
    if which == "void":
        return void_assessment(record, reason="r", by=by, revision=revision)
    return move_assessment(record, to=right, reason="r", by=by, revision=revision)


@pytest.mark.parametrize("which", ["amend", "void", "move"])
@pytest.mark.parametrize("state", ["stale", "draft", "voided"])
def test_only_a_record_in_force_as_it_was_seen_is_corrected(
    patient: Patient, right: Patient, physio: User, which: str, state: str
) -> None:
    if state == "draft":
        record = make_draft(patient, physio)
    else:
        record = make_signed(patient, physio, {HIP_CELL: grade(6)})
    if state == "voided":
        void_assessment(record, reason="r", by=physio, revision=1)
    revision = current(record).revision - (state == "stale")
    before = AuditEvent.objects.count()
    with pytest.raises(StaleRevision):
        do(which, record, right, physio, revision)
    assert AuditEvent.objects.count() == before


def test_a_birth_date_is_respected_by_the_database_too(
    signed: Assessment, right: Patient, lead: User
) -> None:
    Patient.objects.filter(pk=right.pk).update(birth_date=date(2400, 1, 1))
    with refused_by("assessment_fits_its_patient"):
        move_assessment(signed, to=right, reason="r", by=lead, revision=1)
