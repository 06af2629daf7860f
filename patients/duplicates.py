"""Patients who may be the same person: a hint to look, never a reason to refuse."""

from django.db.models import Q

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


def _names(patient: Patient) -> set[str]:
    return {fold(patient.family_name), fold(patient.given_names)}
