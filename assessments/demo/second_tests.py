"""Blind second tests of the demonstration: two testers who mostly agree, as people do; one of them
has not finished.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

from django.db.models import QuerySet

from mmt.accounts.models import Clinic, User

from .. import instrument
from ..history import Cell, Result
from ..models import Apart, Assessment, AssessmentStatus, BlindPair, Draft, Meaning, Score
from ..pairing import day_of, seal
from ..querysets import results_of
from ..signing import sign
from .corrections import AMENDED, VOIDED
from .plan import Place
from .rows import draft_content
from .showcase import RECORD_NUMBER as SHOWCASE
from .special import NAMESAKES, UNDER_HALF

PAIRS = 14
# Whose second test was begun and never signed, with what was typed.
LEFT_OPEN = "H-00227"
BEGUN = {
    "hip_flexion.right": {"text": "5"},
    "hip_flexion.left": {"text": "4"},
    "knee_extension.right": {"text": "5"},
}
# How often in a hundred the second grade is so many steps of the scale from the first.
STEPS = {0: 68, -1: 14, 1: 14, -2: 2, 2: 2}
LEFT_ALONE = (SHOWCASE, AMENDED, VOIDED, *NAMESAKES, UNDER_HALF, LEFT_OPEN)


def add_second_tests(clinic: Clinic, testers: Sequence[User], place: Place) -> None:
    """Pair the latest plain visits of some patients with a second test, some minutes later.

    Records and pairs go in complete, with the times of their day: nothing waits.
    """
    rng = Random(f"{place.seed} {place.slug} second tests")  # noqa: S311 (invented people)
    firsts = list(_candidates(clinic)[:PAIRS])
    results = results_of([first.pk for first in firsts])
    for first in firsts:
        other = next(tester for tester in testers if tester.pk != first.tester_id)
        found = {cell: _again(rng, result) for cell, result in results[first.pk].items()}
        _add(first, other, found, place)


def _candidates(clinic: Clinic) -> QuerySet[Assessment]:
    """Return the last visits of the screen on the plain scale, one a patient, newest first."""
    visits = Assessment.objects.in_force().filter(
        clinic=clinic, battery=instrument.DEFAULT_BATTERY, profile=instrument.DEFAULT_PROFILE
    )
    plain = visits.exclude(patient__record_number__in=LEFT_ALONE)
    newest = dict(plain.order_by("tested_at", "pk").values_list("patient", "pk"))
    return Assessment.objects.filter(pk__in=newest.values()).latest_first()


def _again(rng: Random, first: Result) -> Result:
    """Return what the second tester finds: mostly the same, sometimes a step off."""
    if first.level is None:
        return first._replace(note="")
    levels = instrument.profile(instrument.DEFAULT_PROFILE).levels
    [steps] = rng.choices(list(STEPS), list(STEPS.values()))
    place = min(max(levels.index(first.level) + steps, 0), len(levels) - 1)
    return Result(first.status, levels[place])


def leave_a_pair_open(clinic: Clinic, testers: Sequence[User], place: Place) -> None:
    """Begin a second test of somebody's latest visit, which then waits for it."""
    visits = Assessment.objects.in_force().filter(clinic=clinic)
    first = visits.filter(patient__record_number=LEFT_OPEN).latest_first()[0]
    other = next(tester for tester in testers if tester.pk != first.tester_id)
    second = _begin(first, other, place)
    cells, clients = draft_content(second.pk, BEGUN, other, second.entered_at)
    Draft.objects.create(
        assessment=second,
        cells=cells,
        clients=clients,
        revision=len(cells),
        saved_at=second.entered_at,
        saved_by=other,
    )
    seal(first, second, by=other)


def _add(first: Assessment, tester: User, results: Mapping[Cell, Result], place: Place) -> None:
    second, signed = _begin(first, tester, place), first.tested_at + timedelta(minutes=60)
    Score.objects.bulk_create(
        Score(
            assessment=second,
            movement=movement,
            side=side,
            status=result.status,
            level=result.level,
            reason=result.reason,
        )
        for (movement, side), result in results.items()
    )
    sign(second, Meaning.SIGNED, by=tester, at=signed)
    second.status, second.revision, second.apart = AssessmentStatus.SIGNED, 1, Apart.SECOND
    second.signed_by, second.signed_at = tester, signed
    second.save(update_fields=["status", "revision", "apart", "signed_by", "signed_at"])
    begins, ends = day_of(first)
    BlindPair.objects.create(
        first=first,
        second=second,
        day_begins=begins,
        day_ends=ends,
        opened_at=second.entered_at,
        completed_at=signed,
    )


def _begin(first: Assessment, tester: User, place: Place) -> Assessment:
    begun = first.tested_at + timedelta(minutes=35)
    return Assessment.objects.create(
        id=place.id(first.pk, "second test"),
        clinic_id=first.clinic_id,
        patient_id=first.patient_id,
        tester=tester,
        entered_by=tester,
        battery=first.battery,
        battery_version=first.battery_version,
        profile=first.profile,
        movements=first.movements,
        tested_at=begun,
        time_zone=first.time_zone,
        entered_at=begun,
    )
