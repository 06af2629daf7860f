"""Patients who may be the same person: a hint to look, never a reason to refuse."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from .models import Patient
from .names import fold
from .querysets import PatientQuerySet

Key = TypeVar("Key", UUID, int)


def similar_to(patient: Patient, among: PatientQuerySet) -> list[Patient]:
    """Return who was born the same day and shares a name, or has the same full name.

    Names are compared folded; family and given names may stand the other way round.
    """
    names = _names(patient)
    full = fold(f"{patient.family_name} {patient.given_names}")
    candidates = (
        among.filter(Q(birth_date=patient.birth_date) | Q(sort_name=full[:210]))
        .exclude(pk=patient.pk)
        .select_related("clinic")
        .by_name()
    )
    return [
        other
        for other in candidates
        if other.sort_name == full[:210]
        or (other.birth_date == patient.birth_date and names & _names(other))
    ]


def look_alikes(patients: PatientQuerySet) -> dict[UUID, list[UUID]]:
    """Return who of these may be the same person as whom: born the same day and sharing a word of
    their names, or of the same full name. One query; those without a look-alike are not there.
    """
    return _alike(list(patients.values_list("pk", "birth_date", "sort_name")))


def count_look_alikes(patients: PatientQuerySet) -> int:
    """Return how many `look_alikes` finds. Keys and dates, which take longest to read, are not."""
    rows = patients.values_list(Cast("birth_date", TextField()), "sort_name")
    return len(_alike([(number, born, name) for number, (born, name) in enumerate(rows)]))


def _alike(rows: Sequence[tuple[Key, Hashable, str]]) -> dict[Key, list[Key]]:
    by_day, by_name = defaultdict(list), defaultdict(list)
    for row in rows:
        by_day[row[1]].append(row)
        by_name[row[2]].append(row[0])
    found: dict[Key, set[Key]] = defaultdict(set)
    for keys in by_name.values():
        if len(keys) > 1:
            for key in keys:
                found[key].update(keys)
    for group in by_day.values():
        if len(group) > 1:
            words = [(key, set(name.split())) for key, _born, name in group]
            for (one, mine), (other, theirs) in combinations(words, 2):
                if not mine.isdisjoint(theirs):
                    found[one].add(other)
                    found[other].add(one)
    return {key: [other for other in others if other != key] for key, others in found.items()}


def _names(patient: Patient) -> set[str]:
    return {fold(patient.family_name), fold(patient.given_names)}
