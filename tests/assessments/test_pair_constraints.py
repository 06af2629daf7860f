"""What the database refuses about blind pairs and marks, whoever writes."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from assessments.models import Assessment, BlindPair, QualityMark
from assessments.pairing import day_of
from mmt.accounts.models import User
from patients.models import Patient
from tests.people import grade, make_patient, make_signed
from tests.refusals import refused_by

LONG_AGO = datetime(2019, 5, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Records:
    """A signed record, its tester, a colleague, and another patient of the clinic."""

    signed: Assessment
    by: User
    colleague: User
    other: Patient


@pytest.fixture
def records(patient: Patient, physio: User, colleague: User) -> Records:
    signed = make_signed(patient, physio, {("hip_flexion", "right"): grade(12)})
    return Records(signed, physio, colleague, make_patient(patient.clinic, physio))


Write = Callable[[Records], object]


def filled(records: Records, fields: dict[str, Any]) -> dict[str, Any]:
    return {name: each(records) if callable(each) else each for name, each in fields.items()}


def pair(records: Records, **fields: Any) -> BlindPair:
    """Pair the signed record with a draft of the colleague, past every rule of the code."""
    second = copy(records.signed)
    known = {"tester": records.colleague, "entered_by": records.colleague, "status": "draft"}
    known |= {"id": uuid4(), "signed_by": None, "signed_at": None}
    for name, value in (known | filled(records, fields)).items():
        setattr(second, name, value)
    second.save(force_insert=True)
    begins, ends = day_of(records.signed)
    return BlindPair.objects.create(
        first=records.signed, second=second, day_begins=begins, day_ends=ends
    )


def pair_with(**fields: Any) -> Write:
    return lambda records: pair(records, **fields)


def pair_with_itself(records: Records) -> object:
    begins, ends = day_of(records.signed)
    known = {"first": records.signed, "second": records.signed}
    # Ended, so that the trigger, which would tell first, has nothing to say.
    ended = {"ended_at": timezone.now(), "ended_by": records.by, "end_reason": "Never was."}
    return BlindPair.objects.create(**known, **ended, day_begins=begins, day_ends=ends)


def pair_then(**fields: Any) -> Write:
    def write(records: Records) -> object:
        made = pair(records)
        return BlindPair.objects.filter(pk=made.pk).update(**filled(records, fields))

    return write


def paired_draft_then(**fields: Any) -> Write:
    def write(records: Records) -> object:
        made = pair(records)
        drafts = Assessment.objects.filter(pk=made.second_id)
        return drafts.update(**filled(records, fields))

    return write


def keep_apart(apart: str, status: str) -> Write:
    def write(records: Records) -> object:
        made = pair(records)
        key = made.second_id if status == "draft" else made.first_id
        return Assessment.objects.filter(pk=key).update(apart=apart)

    return write


def mark(*kinds: str) -> Write:
    return lambda records: [
        QualityMark.objects.bulk_create(
            [QualityMark(assessment=records.signed, clinic_id=records.signed.clinic_id, kind=kind)]
        )
        for kind in kinds
    ]


CASES: list[tuple[str, Write]] = [
    ("assessment_known_apart", keep_apart("hidden", "signed")),
    ("assessment_known_apart", keep_apart("second", "draft")),
    ("blind_pair_of_two_records_in_a_day", pair_with_itself),
    ("blind_pair_ended_has_who_when_and_why", pair_then(ended_at=timezone.now())),
    ("blind_pair_ended_has_who_when_and_why", pair_then(end_reason="But not when.")),
    ("blind_pair_one_at_a_time", lambda records: [pair(records), pair(records)]),
    ("blind_pair_of_two_testers_and_one_test", pair_with(tester=lambda r: r.by)),
    ("blind_pair_of_two_testers_and_one_test", pair_with(entered_by=lambda r: r.by)),
    ("blind_pair_of_two_testers_and_one_test", pair_with(battery="lower_limb")),
    ("blind_pair_of_two_testers_and_one_test", pair_with(battery_version=9)),
    ("blind_pair_of_two_testers_and_one_test", pair_with(profile="mrc_plus_minus")),
    ("blind_pair_of_two_testers_and_one_test", pair_with(patient=lambda r: r.other)),
    ("blind_pair_of_two_testers_and_one_test", pair_with(tested_at=LONG_AGO)),
    (
        "blind_pair_of_two_testers_and_one_test",
        pair_then(day_begins=lambda r: r.signed.tested_at + timedelta(seconds=1)),
    ),
    (
        "blind_pair_never_deleted",
        lambda r: pair(r) and BlindPair.objects.all()._raw_delete("default"),
    ),
    ("blind_pair_stays_one_test", paired_draft_then(tested_at=LONG_AGO)),
    ("blind_pair_stays_one_test", paired_draft_then(battery="lower_limb")),
    ("blind_pair_stays_one_test", paired_draft_then(tester=lambda r: r.by)),
    ("quality_mark_known_kind", mark("ugly")),
    ("assessments.qualitymark.pk", mark("one_grade", "one_grade")),
]


@pytest.mark.parametrize(("rule", "write"), CASES)
def test_database_refuses(rule: str, write: Write, records: Records) -> None:
    with refused_by(rule):
        write(records)


def test_an_ended_pair_leaves_room_for_another(records: Records) -> None:
    ended = {"ended_at": timezone.now(), "ended_by": records.by, "end_reason": "Given up."}
    assert pair_then(**ended)(records) == 1
    assert pair(records)
