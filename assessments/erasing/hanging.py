"""Every row that hangs on a patient, found by the foreign keys of the tables themselves: one that
is added later goes with its patient without being named here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.models import CareContact, Event, FunctionalTest, Intervention, Patient, Referral

from ..models import Assessment, Letter, Weakness

Model = type[models.Model]
TITLES: Mapping[Promise, tuple[Model, ...]] = {
    gettext_lazy("assessments, drafts and voided ones among them"): (Assessment,),
    gettext_lazy("letters and reports"): (Letter,),
    gettext_lazy("functional tests"): (FunctionalTest,),
    gettext_lazy("events, treatments and referrals"): (Event, Intervention, Referral),
    gettext_lazy("people of the care team"): (CareContact,),
    gettext_lazy("judgements of weakness"): (Weakness,),
}


def hanging() -> Mapping[Model, frozenset[str]]:
    """Return each table that reaches a patient or a record with the keys by which it does, those
    first on which nothing else hangs.
    """
    keys: dict[Model, set[str]] = {Patient: set()}
    waiting: list[Model] = [Patient]
    while waiting:
        target = waiting.pop()
        for key in _keys_to(target):
            if key.model not in keys:
                waiting.append(key.model)
            keys.setdefault(key.model, set()).add(key.name)
    return {model: frozenset(keys[model]) for model in _leaves_first(keys)}


def rows_of(
    patient: Patient, records: Sequence[UUID]
) -> dict[Model, "models.QuerySet[models.Model]"]:
    """Return what hangs on the patient and on these records, in the order in which it can go."""
    rows: dict[Model, models.QuerySet[models.Model]] = {
        Patient: Patient.objects.filter(pk=patient.pk),
        Assessment: Assessment.objects.filter(pk__in=records),
    }
    tables = hanging()
    for model, keys in reversed(list(tables.items())):
        if model in rows:
            continue
        theirs = Q()
        for name in keys:
            target = cast(Model, model._meta.get_field(name).related_model)
            theirs |= Q(**{f"{name}__in": rows[target].values("pk")})
        rows[model] = model._base_manager.filter(theirs)
    return {model: rows[model] for model in tables}


def records_of(patient: Patient) -> list[UUID]:
    """Return the patient's records, drafts and voided ones too, and those from which they were
    filed anew, on another patient by mistake: the oldest of such a row first.
    """
    own = list(patient.assessments.values_list("pk", "moved_from_id"))
    moved_on = set(
        Assessment.objects.filter(moved_from__patient=patient)
        .exclude(patient=patient)
        .values_list("moved_from_id", flat=True)
    )
    found = [key for key, _before in own]
    # What was moved on to somebody else tells of that person, and so does what it came from.
    before = [origin for key, origin in own if origin and key not in moved_on]
    while before:
        older = Assessment.objects.filter(pk__in=before).exclude(pk__in=found)
        rows = list(older.values_list("pk", "moved_from_id"))
        found = [key for key, _origin in rows] + found
        before = [origin for _key, origin in rows if origin]
    return found


def counted(patient: Patient) -> dict[str, int]:
    """Return how much of what would go, in words, the most telling first; rest in one line."""
    rows = rows_of(patient, records_of(patient))
    numbers = {model: found.count() for model, found in rows.items() if model is not Patient}
    told = {
        str(title): sum(numbers.pop(model, 0) for model in models_of)
        for title, models_of in TITLES.items()
    }
    return told | {_("rows that belong to these"): sum(numbers.values())}


def _keys_to(target: Model) -> "Iterator[models.ForeignKey[models.Model, models.Model]]":
    for relation in target._meta.get_fields(include_hidden=True):
        key = getattr(relation, "field", None)
        if relation.auto_created and isinstance(key, models.ForeignKey) and key.model is not target:
            yield key


def _leaves_first(tables: Mapping[Model, set[str]]) -> Iterator[Model]:
    left = dict(tables)
    while left:
        fields = [model._meta.get_field(name) for model, keys in left.items() for name in keys]
        held = {field.related_model for field in fields}
        for model in [model for model in left if model not in held]:
            del left[model]
            yield model
