"""Blind pairs: sealed while open, then the first one counts and the second is kept."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from assessments.actions import amend_assessment, move_assessment, void_assessment
from assessments.entry.drafts import AlreadyUsed, discard_draft, restore_draft
from assessments.entry.forms import ContextForm
from assessments.entry.second import start_second_test
from assessments.exchange.selection import Selection, Standing
from assessments.models import Assessment, BlindPair, Progress, QualityMark
from assessments.pairing import CannotPair, release
from assessments.querysets import load_history
from mmt.accounts.models import User
from mmt.accounts.roles import Role
from mmt.audit.models import Action
from patients.models import Patient
from tests.assessments.pairs import begin, complete, second_of
from tests.assessments.saving import put, sign
from tests.assessments.views.visiting import events
from tests.people import grade, make_draft, make_patient, make_signed, make_user

HIP, KNEE = ("hip_flexion", "right"), ("knee_extension", "left")
ZERO, FIVE = {"hip_flexion.right": "0"}, {"hip_flexion.right": "5"}


def noon(days_ago: int, patient: Patient) -> datetime:
    at = timezone.now().astimezone(patient.clinic.zone) - timedelta(days=days_ago)
    return at.replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def first(patient: Patient, physio: User) -> Assessment:
    """Of two visits the later one; hip flexion fell from 5 to 3."""
    make_signed(patient, physio, {HIP: grade(12)}, tested_at=noon(200, patient))
    return make_signed(patient, physio, {HIP: grade(6)}, tested_at=noon(1, patient))


def latest(patient: Patient) -> int | None:
    return Progress.objects.filter(patient=patient).values_list("latest_level", flat=True).first()


def counted(patient: Patient) -> list[Any]:
    """Return the visits that charts, exports and the read model know, which must agree."""
    visits = [visit.id for visit in load_history(patient).visits]
    for standing in Standing:
        exported = Selection(patient.clinic, standing=standing).assessments()
        mine = exported.filter(patient=patient).exclude(status="voided")
        assert [each.pk for each in mine] == visits
    assert Progress.objects.get(patient=patient).latest_assessment_id == visits[-1]
    return visits


def test_a_second_test_seals_both_and_neither_counts(
    first: Assessment, patient: Patient, colleague: User
) -> None:
    begin(first, colleague)
    assert set(Assessment.objects.filter(apart="sealed")) == set(
        Assessment.objects.filter(tested_at__gte=first.tested_at)
    )
    assert len(counted(patient)) == 1
    assert latest(patient) == 12
    patient.refresh_from_db()
    assert patient.last_seen == noon(200, patient).date()


def test_while_one_is_unsigned_nothing_is_let_out(
    first: Assessment, patient: Patient, colleague: User, physio: User
) -> None:
    second = begin(first, colleague)
    first.refresh_from_db()
    amend_assessment(first, {HIP: grade(3)}, reason="Slip.", by=physio, revision=first.revision)
    assert latest(patient) == 12
    complete(second, colleague, ZERO)
    assert latest(patient) == 3


def test_once_both_are_signed_the_first_counts_and_the_second_is_kept(
    first: Assessment, patient: Patient, colleague: User
) -> None:
    second = complete(begin(first, colleague), colleague, ZERO)
    second.refresh_from_db()
    first.refresh_from_db()
    assert (first.apart, second.apart) == ("", "second")
    assert counted(patient)[-1] == first.pk
    assert latest(patient) == 6
    assert first.is_in_force
    assert not second.is_in_force
    assert BlindPair.objects.get().is_complete
    done = (Action.BLIND_PAIR_OPENED, Action.BLIND_PAIR_COMPLETED, Action.BLIND_PAIR_ENDED)
    assert [events(action) for action in done] == [1, 1, 0]


def test_the_second_may_be_signed_before_the_first(
    patient: Patient, physio: User, colleague: User
) -> None:
    first = make_draft(patient, physio, tested_at=noon(1, patient))
    complete(begin(first, colleague), colleague, ZERO)
    assert latest(patient) is None
    sign(put(first, FIVE, by=physio), physio)
    assert counted(patient) == [first.pk]
    assert latest(patient) == 12


def test_a_signature_on_a_page_from_before_the_pair_lets_nothing_out(
    patient: Patient, physio: User, colleague: User
) -> None:
    first = make_draft(patient, physio, tested_at=noon(1, patient))
    seen = put(first, FIVE, by=physio)
    begin(first, colleague)
    assert seen.apart == ""
    sign(seen, physio)
    assert Assessment.objects.get(pk=first.pk).is_sealed
    assert latest(patient) is None


def test_a_discarded_second_test_ends_the_pair_and_the_first_counts_at_once(
    first: Assessment, patient: Patient, colleague: User
) -> None:
    second = begin(first, colleague)
    discard_draft(second, by=colleague)
    assert latest(patient) == 6
    assert BlindPair.objects.get().ended_by == colleague
    assert events(Action.BLIND_PAIR_ENDED) == 1
    restore_draft(second, by=colleague)
    assert Assessment.objects.get(pk=second.pk).apart == ""
    begin(first, make_other(patient))  # and another may try


def make_other(patient: Patient) -> User:
    return make_user("other@harbour.test", patient.clinic, Role.PHYSIOTHERAPIST, "Otto Other")


def test_an_ended_pair_makes_two_records_like_any_other(
    first: Assessment, patient: Patient, colleague: User, lead: User
) -> None:
    open_first = make_draft(patient, first.tester, tested_at=first.tested_at)
    second = complete(begin(open_first, colleague), colleague, ZERO)
    assert release(second, reason="Never finished.", by=lead)
    assert not release(second, reason="Again.", by=lead)
    second.refresh_from_db()
    assert second.is_in_force
    assert latest(patient) == 0


def test_without_its_first_the_second_counts(
    first: Assessment, patient: Patient, colleague: User, physio: User
) -> None:
    second = complete(begin(first, colleague), colleague, ZERO)
    first.refresh_from_db()
    void_assessment(first, reason="Not this patient.", by=physio, revision=first.revision)
    assert counted(patient)[-1] == second.pk
    assert latest(patient) == 0


def test_a_sealed_record_moved_to_another_patient_is_a_record_like_any_other(
    first: Assessment, patient: Patient, colleague: User, physio: User, lead: User
) -> None:
    begin(first, colleague)
    first.refresh_from_db()
    other = make_patient(patient.clinic, physio)
    copy = move_assessment(first, to=other, reason="Mixed up.", by=lead, revision=first.revision)
    assert copy.apart == ""
    assert counted(other) == [copy.pk]
    assert latest(patient) == 12


def test_the_same_form_sent_twice_makes_one_pair(first: Assessment, colleague: User) -> None:
    second = second_of(first, colleague)
    started = start_second_test(first, second, by=colleague)
    again = second_of(first, colleague, id=second.pk)
    assert start_second_test(first, again, by=colleague) == started
    assert BlindPair.objects.count() == 1


def test_the_id_of_an_ordinary_draft_makes_no_pair(
    first: Assessment, patient: Patient, colleague: User
) -> None:
    at = first.tested_at + timedelta(minutes=5)
    draft = make_draft(patient, colleague, tested_at=at)
    with pytest.raises(AlreadyUsed):
        start_second_test(first, second_of(first, colleague, id=draft.pk), by=colleague)
    assert not BlindPair.objects.exists()


def test_a_record_is_paired_once_and_not_when_it_is_gone(
    first: Assessment, patient: Patient, colleague: User, physio: User
) -> None:
    other = make_other(patient)
    second = begin(first, colleague)
    with pytest.raises(CannotPair):
        begin(first, other)
    with pytest.raises(CannotPair):
        begin(second, other)
    draft = make_draft(patient, physio, tested_at=noon(3, patient))
    discard_draft(draft, by=physio)
    with pytest.raises(CannotPair):
        begin(draft, other)
    assert BlindPair.objects.count() == 1


@pytest.mark.parametrize(("hours", "fits"), [(-12, True), (-13, False), (-2, True), (-36, False)])
def test_a_draft_of_a_pair_does_not_leave_its_day(
    hours: int, fits: bool, first: Assessment, patient: Patient, colleague: User
) -> None:
    second = begin(first, colleague)
    at = (noon(1, patient) + timedelta(hours=hours)).astimezone(patient.clinic.zone)
    form = ContextForm({"context.tested_at": f"{at:%Y-%m-%dT%H:%M}"}, instance=second)
    assert ("tested_at" not in form.errors) is fits


def test_marks_follow_what_counts(first: Assessment, colleague: User) -> None:
    of_first = QualityMark.objects.filter(assessment=first)
    assert of_first.count() == 1  # one cell of many: under half tested
    second = begin(first, colleague)
    assert of_first.count() == 0
    complete(second, colleague, ZERO)
    assert of_first.count() == 1
    assert not QualityMark.objects.filter(assessment=second).exists()
