"""The grades in force, and what is known of their times: what the read model of change is derived
from.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from mmt.kept import Kept
from patients.models import Event, EventKind

from .models import Assessment, Score
from .querysets import in_force

# patient, movement, side
Place = tuple[UUID, str, str]
# (tested at on the wall clock there, level) of each cell's grades, earliest first
Series = Mapping[Place, Sequence[tuple[datetime, int]]]


def relapses_of(patients: Collection[UUID]) -> Mapping[UUID, list[date]]:
    found = defaultdict(list)
    for patient, started in _kept_onsets(sorted(patients)):
        found[patient].append(started)
    return found


_kept_onsets = Kept(
    lambda patients: Event.objects.filter(
        patient__in=patients, kind=EventKind.RELAPSE, voided_at__isnull=True
    ).values_list("patient_id", "started")
)


def series_of(places: Collection[Place]) -> Series:
    """Return the grades of these cells: two queries for each patient."""
    movements: dict[UUID, set[str]] = defaultdict(set)
    for patient, movement, _side in places:
        movements[patient].add(movement)
    found: dict[Place, list[Any]] = defaultdict(list)
    for patient, wanted in movements.items():
        grades = by_visit(_kept_grades(patient, sorted(wanted)))
        for visit, at, zone in _kept_visits(patient):
            there = at.astimezone(ZoneInfo(zone))
            for movement, side, level in grades.get(visit, ()):
                found[patient, movement, side].append((there, level))
    return found


def by_visit(rows: Iterable[tuple[Any, ...]]) -> Mapping[str, list[tuple[str, str, Any]]]:
    """Return what `grades_of` gives by visit: (movement, side, level)."""
    found: dict[str, list[tuple[str, str, Any]]] = defaultdict(list)
    for visit, movement, side, level in rows:
        found[visit].append((movement, side, level))
    return found


def visits_in_order(patients: Collection[UUID]) -> QuerySet[Assessment]:
    """Return the visits in force of these patients, earliest first."""
    found = Assessment.objects.filter(patient__in=patients).in_force()
    return found.order_by("tested_at", "entered_at", "pk")


def grades_of(
    patients: Collection[UUID], movements: Collection[str] | None
) -> QuerySet[Score, Any]:
    """Return the grades of these movements (None: all), each with the id of its visit as text: as
    a UUID of each it would take as long as the rest, and so would the time of the visit.
    """
    scores = graded_scores(patients, movements).order_by()
    return scores.values_list(Cast("assessment_id", TextField()), "movement", "side", "level")


_kept_grades = Kept(lambda patient, movements: grades_of([patient], movements))
_kept_visits = Kept(
    lambda patient: visits_in_order([patient]).values_list(
        Cast("pk", TextField()), "tested_at", "time_zone"
    )
)


def graded_scores(patients: Collection[UUID], movements: Collection[str] | None) -> QuerySet[Score]:
    """Return the grades in force of these patients and movements (None: all), earliest first."""
    found = Score.objects.filter(
        in_force("assessment__"), assessment__patient__in=patients, status="graded"
    )
    if movements is not None:
        found = found.filter(movement__in=movements)
    return found.order_by("assessment__tested_at", "assessment__entered_at", "assessment_id")
