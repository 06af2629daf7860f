"""Drafts: started once, saved as often as it takes, never against another page."""

import copy
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from assessments.entry.adding import FEW
from assessments.entry.content import draft_keys
from assessments.entry.drafts import (
    AlreadyUsed,
    Conflicts,
    NoLongerADraft,
    add_movement,
    discard_draft,
    save_operations,
    start_draft,
)
from assessments.models import Assessment, Draft
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.saving import (
    HIP,
    KNEE,
    OTHER_PAGE,
    PAGE,
    THIRD_PAGE,
    batch_of,
    op,
    put,
    texts,
)
from tests.people import grade, make_draft, make_patient, make_signed


@pytest.fixture
def assessment(patient: Patient, physio: User) -> Assessment:
    return make_draft(patient, physio)


def save(assessment: Assessment, *ops: dict[str, Any], client: UUID = PAGE) -> Draft:
    batch = batch_of(assessment, *ops, client=client)
    return save_operations(assessment.pk, batch, by=assessment.entered_by)


def again(assessment: Assessment, **other: Any) -> Assessment:
    """Return the same form's assessment as a second request would build it."""
    same = copy.copy(assessment)
    for name, value in other.items():
        setattr(same, name, value)
    return same


def test_starting_saves_an_empty_draft_and_tells_the_log_once(assessment: Assessment) -> None:
    draft = Draft.objects.get(pk=assessment.pk)
    assert (draft.cells, draft.clients, draft.revision) == ({}, {}, 0)
    event = AuditEvent.objects.get(action=Action.DRAFT_STARTED)
    assert (event.target, event.patient_id) == (str(assessment.pk), assessment.patient_id)


def test_the_same_form_sent_twice_starts_one_assessment(
    assessment: Assessment, physio: User
) -> None:
    found = start_draft(again(assessment), by=physio)
    assert found.pk == assessment.pk
    assert Assessment.objects.count() == Draft.objects.count() == 1
    assert AuditEvent.objects.filter(action=Action.DRAFT_STARTED).count() == 1


def test_the_same_form_sent_again_after_scoring_keeps_the_scores(
    assessment: Assessment, physio: User
) -> None:
    put(assessment, {HIP: "4"}, by=physio)
    start_draft(again(assessment), by=physio)
    assert texts(assessment) == {HIP: "4"}


def test_an_id_of_another_patients_record_is_refused(assessment: Assessment, physio: User) -> None:
    other = make_patient(assessment.clinic, physio)
    with pytest.raises(AlreadyUsed):
        start_draft(again(assessment, patient=other), by=physio)


def test_an_id_of_another_persons_record_is_refused(
    assessment: Assessment, colleague: User
) -> None:
    with pytest.raises(AlreadyUsed):
        start_draft(again(assessment, tester=colleague, entered_by=colleague), by=colleague)


@pytest.mark.parametrize(
    "other", [{"battery": "mrc_sum_60"}, {"profile": "kendall"}, {"tested_at": timezone.now()}]
)
def test_an_id_with_another_choice_is_refused_not_silently_forgotten(
    assessment: Assessment, physio: User, other: dict[str, Any]
) -> None:
    with pytest.raises(AlreadyUsed):
        start_draft(again(assessment, **other), by=physio)


def test_an_id_of_a_discarded_draft_is_refused(assessment: Assessment, physio: User) -> None:
    discard_draft(assessment, by=physio)
    with pytest.raises(AlreadyUsed):
        start_draft(again(assessment), by=physio)


def test_saving_keeps_what_was_typed_and_says_by_whom(assessment: Assessment) -> None:
    draft = save(assessment, op(HIP, "4", limiters=["pain"], note="tired"))
    cell = draft.cells[HIP]
    assert (cell["text"], cell["limiters"], cell["note"]) == ("4", ["pain"], "tired")
    assert (cell["rev"], cell["client"], cell["by"]) == (1, str(PAGE), "Pia Physio")


@pytest.mark.parametrize("text", ["9", "4 or 5", "NT", "ND because", "<script>", "x" * 4000])
def test_what_is_no_grade_is_kept_as_well(assessment: Assessment, text: str) -> None:
    save(assessment, op(HIP, text))
    assert texts(assessment) == {HIP: text}


def test_a_cell_cleared_is_kept_as_cleared(assessment: Assessment) -> None:
    save(assessment, op(HIP, "4"))
    save(assessment, op(HIP, "", seq=2))
    assert texts(assessment) == {HIP: ""}


def test_a_replay_changes_nothing(assessment: Assessment) -> None:
    first = save(assessment, op(HIP, "4"), op(KNEE, "3", seq=2))
    second = save(assessment, op(HIP, "4"), op(KNEE, "3", seq=2))
    assert (second.revision, second.cells) == (first.revision, first.cells)


def test_a_number_taken_before_is_skipped_whatever_it_says(assessment: Assessment) -> None:
    save(assessment, op(HIP, "4", seq=5))
    save(assessment, op(HIP, "2", seq=5), op(KNEE, "1", seq=4))
    assert texts(assessment) == {HIP: "4"}


def test_a_late_request_takes_only_what_is_new_of_it(assessment: Assessment) -> None:
    save(assessment, op(HIP, "4", seq=1))
    save(assessment, op(HIP, "4", seq=1), op(KNEE, "3", seq=2))
    assert texts(assessment) == {HIP: "4", KNEE: "3"}
    assert Draft.objects.get(pk=assessment.pk).revision == 2


def test_of_two_changes_of_a_cell_the_later_number_stands(assessment: Assessment) -> None:
    save(assessment, op(HIP, "2", seq=2), op(HIP, "4", seq=1))
    assert texts(assessment) == {HIP: "2"}


def test_pages_number_their_changes_apart(assessment: Assessment) -> None:
    save(assessment, op(HIP, "4", seq=900))
    save(assessment, op(KNEE, "3", seq=1), client=OTHER_PAGE)
    assert texts(assessment) == {HIP: "4", KNEE: "3"}
    clients = Draft.objects.get(pk=assessment.pk).clients
    assert clients == {str(PAGE): 900, str(OTHER_PAGE): 1}


def test_the_same_cell_changed_in_two_pages_is_a_conflict_with_both_told(
    assessment: Assessment,
) -> None:
    save(assessment, op(HIP, "4"))
    with pytest.raises(Conflicts) as conflict:
        save(assessment, op(HIP, "2"), client=OTHER_PAGE)
    [found] = conflict.value.conflicts
    assert (found.key, found.yours["text"], found.theirs["text"]) == (HIP, "2", "4")
    assert conflict.value.draft.revision == 1


def test_a_conflict_takes_nothing_of_its_request(assessment: Assessment) -> None:
    save(assessment, op(HIP, "4"))
    with pytest.raises(Conflicts):
        save(assessment, op(KNEE, "1", seq=1), op(HIP, "2", seq=2), client=OTHER_PAGE)
    assert texts(assessment) == {HIP: "4"}
    assert str(OTHER_PAGE) not in Draft.objects.get(pk=assessment.pk).clients


def test_the_same_content_from_two_pages_is_no_conflict(assessment: Assessment) -> None:
    save(assessment, op(HIP, "4", note="n"))
    save(assessment, op(HIP, "4", note="n"), client=OTHER_PAGE)
    assert texts(assessment) == {HIP: "4"}


@pytest.mark.parametrize("other", [{"note": "m"}, {"limiters": ["tone"]}, {"entered": "filled"}])
def test_the_same_grade_with_something_else_beside_it_is_a_conflict(
    assessment: Assessment, other: dict[str, Any]
) -> None:
    save(assessment, op(HIP, "4"))
    with pytest.raises(Conflicts):
        save(assessment, op(HIP, "4", **other), client=OTHER_PAGE)


def test_a_page_that_has_seen_the_change_may_build_on_it(assessment: Assessment) -> None:
    save(assessment, op(HIP, "4"))
    save(assessment, op(HIP, "2", base=1), client=OTHER_PAGE)
    assert texts(assessment) == {HIP: "2"}


def test_a_page_whose_change_was_overwritten_learns_of_it(assessment: Assessment) -> None:
    save(assessment, op(HIP, "4"))
    save(assessment, op(HIP, "2", base=1), client=OTHER_PAGE)
    with pytest.raises(Conflicts) as conflict:
        save(assessment, op(HIP, "3", seq=2, base=1))
    assert conflict.value.conflicts[0].theirs["text"] == "2"


def test_a_change_that_comes_again_is_not_built_on_what_its_page_never_saw(
    assessment: Assessment,
) -> None:
    """The answer to the first was lost, and another page went on from it."""
    save(assessment, op(HIP, "3"))
    save(assessment, op(HIP, "4", base=1), client=OTHER_PAGE)
    with pytest.raises(Conflicts) as conflict:
        save(assessment, op(HIP, "3"), op(KNEE, "5", seq=2))
    [found] = conflict.value.conflicts
    assert (found.key, found.yours["text"], found.theirs["text"]) == (HIP, "3", "4")
    assert texts(assessment) == {HIP: "4"}
    save(assessment, op(HIP, "3", seq=3, base=2))  # a person looked, and kept it
    assert texts(assessment) == {HIP: "3"}


def test_a_page_that_changed_twice_is_in_no_conflict_with_itself(assessment: Assessment) -> None:
    save(assessment, op(HIP, "4", seq=1, base=0))
    save(assessment, op(HIP, "5", seq=2, base=0))
    assert texts(assessment) == {HIP: "5"}


def test_a_third_page_is_in_conflict_with_the_newest_change_only(assessment: Assessment) -> None:
    save(assessment, op(HIP, "4"))
    save(assessment, op(KNEE, "3"), client=OTHER_PAGE)
    with pytest.raises(Conflicts) as conflict:
        save(assessment, op(KNEE, "1", base=1), op(HIP, "1", seq=2, base=1), client=THIRD_PAGE)
    assert [found.key for found in conflict.value.conflicts] == [KNEE]


def test_nothing_is_saved_into_a_signed_record(patient: Patient, physio: User) -> None:
    signed = make_signed(patient, physio, {("hip_flexion", "right"): grade(6)})
    with pytest.raises(NoLongerADraft):
        save(signed, op(HIP, "4"))
    assert not Draft.objects.filter(pk=signed.pk).exists()


def test_nothing_is_saved_into_a_discarded_draft(assessment: Assessment, physio: User) -> None:
    save(assessment, op(HIP, "4"))
    discard_draft(assessment, by=physio)
    with pytest.raises(NoLongerADraft):
        save(assessment, op(HIP, "2", seq=2))
    assert texts(assessment) == {HIP: "4"}


def test_nothing_is_saved_under_an_id_that_nobody_made(assessment: Assessment) -> None:
    batch = batch_of(assessment, op(HIP, "4"))
    with pytest.raises(NoLongerADraft):
        save_operations(uuid4(), batch, by=assessment.entered_by)


def test_discarding_is_told_once_and_cannot_be_repeated(
    assessment: Assessment, physio: User
) -> None:
    discard_draft(assessment, by=physio)
    with pytest.raises(NoLongerADraft):
        discard_draft(assessment, by=physio)
    assert AuditEvent.objects.filter(action=Action.DRAFT_DISCARDED).count() == 1


def test_saving_leaves_no_audit_events(assessment: Assessment) -> None:
    before = AuditEvent.objects.count()
    for seq in range(1, 6):
        save(assessment, op(HIP, str(seq), seq=seq))
    assert AuditEvent.objects.count() == before


def test_a_movement_is_added_once_at_the_end(assessment: Assessment) -> None:
    planned = list(assessment.movements)
    add_movement(assessment, "neck_flexion")
    add_movement(assessment, "neck_flexion")
    assert Assessment.objects.get(pk=assessment.pk).movements == [*planned, "neck_flexion"]


def test_adding_a_movement_counts_as_a_change_of_the_draft(assessment: Assessment) -> None:
    add_movement(assessment, "neck_flexion")
    assert Draft.objects.get(pk=assessment.pk).revision == 1
    add_movement(assessment, "hip_flexion")  # in the battery already
    assert Draft.objects.get(pk=assessment.pk).revision == 1


def test_no_movement_is_added_to_a_signed_record(patient: Patient, physio: User) -> None:
    signed = make_signed(patient, physio, {("hip_flexion", "right"): grade(6)})
    with pytest.raises(NoLongerADraft):
        add_movement(signed, "neck_flexion")


def added(assessment: Assessment, *ops: dict[str, Any]) -> Draft:
    """Save as a view does that has read the draft without its cells."""
    seen = Draft.objects.defer("cells").get(pk=assessment.pk)
    batch = batch_of(assessment, *ops)
    return save_operations(assessment.pk, batch, by=assessment.entered_by, seen=seen)


def test_what_a_page_adds_unread_stands_as_if_it_had_been_read(
    patient: Patient, physio: User
) -> None:
    one, other = make_draft(patient, physio), make_draft(patient, physio)
    odd = 'a "quoted" \\ word, ü 🙂 $.x %s'
    for ops in (
        [op(HIP, "4", limiters=["pain"]), op("context.note", odd, seq=2)],
        [op(HIP, odd, seq=3, note=odd), op(KNEE, "0", seq=4)],
        [op(HIP, odd, seq=3, note=odd), op(KNEE, "1", seq=4)],  # again: nothing is new
        [op(HIP, "", seq=5)],
        [op(key, "3", seq=6 + place) for place, key in enumerate(draft_keys(one)[:FEW])],
    ):
        found, expected = added(one, *ops), save(other, *ops)
        assert found.revision == expected.revision
    at = {"at": ""}
    drafts = [Draft.objects.get(pk=each.pk) for each in (one, other)]
    cells = [{key: cell | at for key, cell in each.cells.items()} for each in drafts]
    assert cells[0] == cells[1]
    assert (drafts[0].clients, drafts[0].saved_by) == (drafts[1].clients, drafts[1].saved_by)


def test_what_changed_since_it_was_read_is_read_again(assessment: Assessment) -> None:
    seen = Draft.objects.get(pk=assessment.pk)
    save(assessment, op(HIP, "4"), client=OTHER_PAGE)
    late = batch_of(assessment, op(HIP, "2"), op(KNEE, "3", seq=2))
    with pytest.raises(Conflicts):
        save_operations(assessment.pk, late, by=assessment.entered_by, seen=seen)
    seen = Draft.objects.get(pk=assessment.pk)
    with pytest.raises(Conflicts):
        save_operations(assessment.pk, late, by=assessment.entered_by, seen=seen)
    assert texts(assessment) == {HIP: "4"}


def test_a_draft_discarded_since_it_was_read_takes_nothing(assessment: Assessment) -> None:
    seen = Draft.objects.get(pk=assessment.pk)
    discard_draft(assessment, by=assessment.entered_by)
    late = batch_of(assessment, op(HIP, "2"))
    with pytest.raises(NoLongerADraft):
        save_operations(assessment.pk, late, by=assessment.entered_by, seen=seen)
    assert texts(assessment) == {}
