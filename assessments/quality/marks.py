"""Keeping the marks of records equal to their scores."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import QuerySet

from ..consistency import SAME_CELLS
from ..models import Assessment, QualityMark, QualityMarkKind, Score


def kinds_of(levels: Sequence[int], asked: int) -> list[QualityMarkKind]:
    """Return what deserves a look: of the grades given, and how many cells were asked for.

    [proposal] Under half of them graded; or the same grade in all of twelve cells or more.
    """
    found = []
    if 2 * len(levels) < asked:
        found.append(QualityMarkKind.UNDER_HALF)
    if len(levels) >= SAME_CELLS and len(set(levels)) == 1:
        found.append(QualityMarkKind.ONE_GRADE)
    return found


def refresh(*assessments: Assessment) -> None:
    """Derive the marks of these records anew, in the caller's transaction: what does not count
    has none.
    """
    keys = [assessment.pk for assessment in assessments]
    QualityMark.objects.filter(assessment__in=keys).delete()
    counting = list(Assessment.objects.in_force().filter(pk__in=keys))
    levels: dict[UUID, list[int]] = defaultdict(list)
    graded = Score.objects.filter(assessment__in=counting, level__isnull=False)
    for pk, level in graded.values_list("assessment_id", "level"):
        if level is not None:
            levels[pk].append(level)
    mark((each, levels[each.pk]) for each in counting)


def mark(found: Iterable[tuple[Assessment, Sequence[int]]]) -> None:
    """Mark records that have no marks yet, by the levels of their grades."""
    QualityMark.objects.bulk_create(
        QualityMark(assessment_id=each.pk, clinic_id=each.clinic_id, kind=kind)
        for each, levels in found
        for kind in kinds_of(levels, len(each.cells))
    )


def forget(records: QuerySet[Assessment]) -> None:
    """Take the marks of records away that count no more."""
    QualityMark.objects.filter(assessment__in=records).delete()
