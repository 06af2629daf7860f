"""Results that the database packs for us come back as they were recorded."""

from typing import Any

import pytest

from assessments import querysets
from assessments.history import Result
from assessments.querysets import load_history, results_of
from mmt.accounts.models import User
from patients.models import Patient
from tests.people import grade, make_draft, make_signed

KNEE, ANKLE, HIP = (
    ("knee_extension", "right"),
    ("ankle_dorsiflexion", "left"),
    ("hip_flexion", "right"),
)


@pytest.mark.parametrize("note", ["a\x1fb\x1ec", '"\\ \u2028', "0", "Łąka\ttab"])
def test_whatever_a_note_holds_parts_nothing(patient: Patient, physio: User, note: str) -> None:
    recorded = {
        KNEE: grade(9, note=note, limiters=("pain", "fatigue"), confirmed=("jump", "pace")),
        ANKLE: Result("not_testable", None, "contracture"),
        HIP: grade(0),
    }
    record = make_signed(patient, physio, recorded)
    assert results_of([record.pk]) == {record.pk: recorded}


@pytest.mark.parametrize(
    "beside",
    [
        {},
        {"limiters": ("pain",)},
        {"position": "supine"},
        {"confirmed": ("jump",)},
        {"note": "0"},
    ],
)
@pytest.mark.parametrize("level", [0, 12])
def test_whatever_stands_beside_a_grade_comes_back(
    patient: Patient, physio: User, level: int, beside: dict[str, Any]
) -> None:
    recorded = {KNEE: grade(level, **beside), HIP: grade(3)}
    record = make_signed(patient, physio, recorded)
    assert results_of([record.pk])[record.pk] == recorded


def test_equal_results_of_a_history_are_one_object(patient: Patient, physio: User) -> None:
    for _visit in range(2):
        make_signed(patient, physio, {KNEE: grade(9), HIP: grade(9)})
    first, second = load_history(patient).visits
    assert len({id(each.results[cell]) for each in (first, second) for cell in (KNEE, HIP)}) == 1


def test_there_may_be_more_records_than_are_asked_for_at_once(
    patient: Patient, physio: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(querysets, "AT_ONCE", 2)
    visits = [make_signed(patient, physio, {KNEE: grade(level)}).pk for level in range(5)]
    found = results_of(visits)
    assert [found[each][KNEE].level for each in visits] == [*range(5)]
    assert results_of([]) == {}


def test_a_record_without_results_has_none(patient: Patient, physio: User) -> None:
    draft = make_draft(patient, physio)
    assert results_of([draft.pk])[draft.pk] == {}
