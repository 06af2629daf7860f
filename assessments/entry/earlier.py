"""What was known of a patient's cells before: the last grade, and what was not testable since."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max, QuerySet, Window
from django.db.models.functions import RowNumber

from mmt.kept import Kept

from .. import instrument
from ..consistency import Last
from ..history import Cell
from ..models import Assessment, Progress, Score
from ..querysets import in_force

Graded = dict[Cell, tuple[int, datetime]]
EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def last_known(assessment: Assessment) -> Mapping[Cell, Last]:
    """Return what is known of each cell that was graded before this visit, and of each that it asks
    for and that was not testable.

    Two queries; a third for a visit of the past, where a later one must not count as the last. A
    visit that has not begun comes after all.
    """
    graded = _graded(assessment)
    found = {cell: Last(level) for cell, (level, _at) in graded.items()}
    for movement, side, at in _not_testable(assessment, graded):
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
    latest = {
        (movement, side): (level, at)
        for movement, side, level, at in _kept_progress(assessment.patient_id)
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
    before = Score.objects.filter(
        in_force("assessment__"),
        assessment__patient=assessment.patient_id,
        assessment__tested_at__lte=assessment.tested_at,
        level__isnull=False,
    )
    rows = before.annotate(place=place)
    return {
        (movement, side): (level, at)
        for movement, side, level, at in rows.filter(place=1).values_list(
            "movement", "side", "level", "assessment__tested_at"
        )
        if level is not None
    }


def _not_testable(assessment: Assessment, graded: Graded) -> list[tuple[str, str, datetime]]:
    """Return when each cell was last not testable; one that was graded since may be missing.

    Where all that is asked for was graded once, visits before all these grades are not read.
    """
    times = [graded[cell][1] for cell in assessment.cells if cell in graded]
    since = min(times) if len(times) == len(assessment.cells) else EVER[0]
    until = EVER[1] if assessment._state.adding else assessment.tested_at
    return _kept_not_testable(assessment.patient_id, since, until)


def _untestable(patient: UUID, since: datetime, until: datetime) -> QuerySet[Score, Any]:
    rows = Score.objects.filter(
        in_force("assessment__"),
        assessment__patient=patient,
        assessment__tested_at__gt=since,
        assessment__tested_at__lte=until,
        status=instrument.Status.NOT_TESTABLE.value,
    )
    return rows.values_list("movement", "side").annotate(at=Max("assessment__tested_at")).order_by()


_kept_progress = Kept(
    lambda patient: Progress.objects.filter(patient=patient).values_list(
        "movement", "side", "latest_level", "latest_at"
    )
)
_kept_not_testable = Kept(_untestable)
