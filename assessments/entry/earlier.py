"""What was known of a patient's cells before: the last grade, and what was not testable since."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F, Max, QuerySet, Window
from django.db.models.functions import RowNumber

from .. import instrument
from ..consistency import Last
from ..history import Cell
from ..models import Assessment, Progress, Score
from ..querysets import in_force

Graded = dict[Cell, tuple[int, datetime]]


def last_known(assessment: Assessment) -> Mapping[Cell, Last]:
    """Return what is known of each cell that was ever graded or not testable before this visit.

    Two queries; a third for a visit of the past, where a later one must not count as the last. A
    visit that has not begun comes after all.
    """
    graded = _graded(assessment)
    found = {cell: Last(level) for cell, (level, _at) in graded.items()}
    for movement, side, at in _not_testable(assessment):
        level, graded_at = graded.get((movement, side), (None, None))
        if graded_at is None or at > graded_at:
            found[movement, side] = Last(level, not_testable=True)
    return found


def last_codes(assessment: Assessment, known: Mapping[Cell, Last]) -> dict[Cell, str]:
    """Return the last grades in the codes of this assessment's scale."""
    return {
        cell: instrument.code(last.level, assessment.profile)
        for cell, last in known.items()
        if last.level is not None
    }


def _graded(assessment: Assessment) -> Graded:
    rows = Progress.objects.filter(patient=assessment.patient_id)
    latest = {
        (movement, side): (level, at)
        for movement, side, level, at in rows.values_list(
            "movement", "side", "latest_level", "latest_at"
        )
    }
    if assessment._state.adding or all(at <= assessment.tested_at for _, at in latest.values()):
        return latest
    return _graded_before(assessment)


def _graded_before(assessment: Assessment) -> Graded:
    # The database finds the newest of each cell: all grades of a hundred visits are 6,000 rows.
    newest = ("assessment__tested_at", "assessment__entered_at", "assessment")
    place = Window(
        RowNumber(),
        partition_by=("movement", "side"),
        order_by=[F(name).desc() for name in newest],
    )
    rows = _scores_before(assessment).filter(level__isnull=False).annotate(place=place)
    return {
        (movement, side): (level, at)
        for movement, side, level, at in rows.filter(place=1).values_list(
            "movement", "side", "level", "assessment__tested_at"
        )
        if level is not None
    }


def _not_testable(assessment: Assessment) -> list[tuple[str, str, datetime]]:
    rows = _scores_before(assessment).filter(status=instrument.Status.NOT_TESTABLE.value)
    latest = rows.values("movement", "side").annotate(at=Max("assessment__tested_at")).order_by()
    return list(latest.values_list("movement", "side", "at"))


def _scores_before(assessment: Assessment) -> QuerySet[Score]:
    found = Score.objects.filter(
        in_force("assessment__"), assessment__patient=assessment.patient_id
    )
    if assessment._state.adding:
        return found
    return found.filter(assessment__tested_at__lte=assessment.tested_at)
