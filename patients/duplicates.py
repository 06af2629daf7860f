"""Patients who may be the same person: a hint to look, never a reason to refuse."""

from collections import defaultdict
from collections.abc import Hashable
from datetime import date
from itertools import permutations
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from .models import Patient
from .names import fold
from .querysets import PatientQuerySet


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
    """Return the patients that `similar_to` would find for one another, of one clinic, by name.

    One query, for those alone who share a birth date or a full name with somebody.
    """
    of_clinic = patients.model.objects.filter(
        clinic=OuterRef("clinic"), archived_at__isnull=True
    ).exclude(pk=OuterRef("pk"))
    same_day = Exists(of_clinic.filter(birth_date=OuterRef("birth_date")))
    same_name = Exists(of_clinic.filter(sort_name=OuterRef("sort_name")))
    rows = patients.filter(same_day | same_name).by_name()
    groups: dict[Hashable, list[_Known]] = defaultdict(list)
    for known in map(_Known._make, rows.values_list("pk", "birth_date", *_Known._fields[2:])):
        groups[known.birth_date].append(known)
        groups[known.sort_name].append(known)
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for group in groups.values():
        for one, other in permutations(group, 2):
            if other.pk not in found.get(one.pk, ()) and _alike(one, other):
                found[one.pk].append(other.pk)
    return found


class _Known(NamedTuple):
    pk: UUID
    birth_date: date
    sort_name: str
    family_name: str
    given_names: str


def _alike(one: _Known, other: _Known) -> bool:
    if one.sort_name == other.sort_name:
        return True
    # The folded names share no word: then they are not equal either, and need no folding.
    if set(one.sort_name.split()).isdisjoint(other.sort_name.split()):
        return False
    return one.birth_date == other.birth_date and not _names(one).isdisjoint(_names(other))


def _names(patient: Patient | _Known) -> set[str]:
    return {fold(patient.family_name), fold(patient.given_names)}
