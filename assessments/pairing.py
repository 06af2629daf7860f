"""Blind pairs: sealing two records from one another, completing and ending the pair.

Lock the patient first, as signing does: who opens a pair waits for who signs, and the other way
round. What counts for change is derived anew each time a record is sealed or let out.
"""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from mmt.accounts.models import User
from mmt.audit.log import record
from mmt.audit.models import Action

from . import progress
from .models import Apart, Assessment, BlindPair, Score
from .quality import marks


class CannotPair(ValueError):
    """The first test is no longer one that a second can be added to."""


def pairs_of(*assessments: Assessment) -> QuerySet[BlindPair]:
    """Return the pairs of these records that were not ended: one at most for each."""
    keys = [assessment.pk for assessment in assessments]
    mine = Q(first__in=keys) | Q(second__in=keys)
    return BlindPair.objects.filter(mine, ended_at__isnull=True)


def seal(first: Assessment, second: Assessment, *, by: User) -> BlindPair:
    """Open a pair of a record and a draft of another tester, in the caller's transaction.

    Raises CannotPair where the first was voided, discarded or paired meanwhile.
    """
    locked = Assessment.objects.select_for_update(of=("self",)).get(pk=first.pk)
    discarded = Assessment.objects.filter(pk=first.pk, draft__discarded_at__isnull=False)
    if locked.status == "voided" or discarded.exists() or pairs_of(first).exists():
        raise CannotPair(str(first.pk))
    begins, ends = day_of(first)
    pair = BlindPair.objects.create(first=first, second=second, day_begins=begins, day_ends=ends)
    _set_apart(Apart.SEALED, first, second)
    _derive(first)
    _tell(Action.BLIND_PAIR_OPENED, pair, first, by)
    return pair


def settle(assessment: Assessment, *, by: User) -> None:
    """Complete the pair of a sealed record just signed, if the other one is signed too.

    The first then counts as the visit; the second is kept beside it.
    """
    pair = pairs_of(assessment).select_for_update(of=("self",)).get()
    first, second = _records(pair)
    if first.is_draft or second.is_draft:
        return
    pair.completed_at = timezone.now()
    pair.save(update_fields=["completed_at"])
    _set_apart("", first)
    _set_apart(Apart.SECOND, second)
    _derive(first)
    _tell(Action.BLIND_PAIR_COMPLETED, pair, first, by)


@transaction.atomic
def release(assessment: Assessment, *, reason: str, by: User) -> bool:
    """End the pair of a record, if there is one: each of the two is then a record like any other.

    Returns whether there was one.
    """
    progress.lock(assessment.patient)
    pair = pairs_of(assessment).select_for_update(of=("self",)).first()
    if pair is None:
        return False
    pair.ended_at, pair.ended_by, pair.end_reason = timezone.now(), by, reason
    pair.save(update_fields=["ended_at", "ended_by", "end_reason"])
    first, second = _records(pair)
    _set_apart("", first, second)
    _derive(first, second)
    _tell(Action.BLIND_PAIR_ENDED, pair, first, by, reason=reason)
    return True


def day_of(assessment: Assessment) -> tuple[datetime, datetime]:
    """Return the midnights around the day of a test, on the wall clock of its place."""
    local = assessment.local_tested_at
    begins, following = (
        datetime.combine(local.date() + timedelta(days=days), time(), local.tzinfo)
        for days in (0, 1)
    )
    return begins, following


def _records(pair: BlindPair) -> tuple[Assessment, Assessment]:
    found = Assessment.objects.select_related("patient").in_bulk([pair.first_id, pair.second_id])
    return found[pair.first_id], found[pair.second_id]


def _set_apart(apart: str, *assessments: Assessment) -> None:
    Assessment.objects.filter(pk__in=[each.pk for each in assessments]).update(apart=apart)
    for each in assessments:
        each.apart = apart


def _derive(*assessments: Assessment) -> None:
    cells = Score.objects.filter(assessment__in=assessments).values_list("movement", "side")
    progress.refresh(assessments[0].patient, list(cells))
    marks.refresh(*assessments)


def _tell(action: Action, pair: BlindPair, first: Assessment, by: User, **more: str) -> None:
    record(
        action,
        by=by,
        clinic_id=first.clinic_id,
        patient_id=first.patient_id,
        target=pair.second_id,
        detail={"first": str(pair.first_id), **more},
    )
