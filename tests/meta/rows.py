"""What all tables hold, to be compared before and after an address was asked."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from mmt.kept import Kept
from tests.fuzz.attack import OUR_APPS


def kept_questions() -> Iterator[tuple[str, Kept[Any], Kept[Any] | None]]:
    """Yield for each table what asks for all its rows, and for those of a clinic if it tells whose
    they are: but for times, keys and secrets that each writing makes anew.
    """
    for model in (model for label in OUR_APPS for model in apps.get_app_config(label).get_models()):
        if model._meta.label_lower == "accounts.session":
            continue
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if not field.primary_key
            and field.get_internal_type() not in {"DateTimeField", "CompositePrimaryKey"}
            and not re.search("token|hash|secret|assessment_id|new_id", field.attname)
        ]
        rows = model._base_manager.values_list(*names)
        of_clinic = Kept(partial(_of_clinic, rows)) if "clinic_id" in names else None
        yield model._meta.label_lower, Kept(rows.all), of_clinic


def _of_clinic(rows: QuerySet[Any, Any], clinic_id: UUID) -> QuerySet[Any, Any]:
    return rows.filter(clinic_id=clinic_id)


# Asked around every address: the SQL is written once.
QUESTIONS = list(kept_questions())


def state(clinic_id: UUID | None = None) -> dict[str, list[str]]:
    """Return what every table holds; with a clinic, of its own rows alone."""
    if clinic_id:
        return {name: sorted(map(repr, own(clinic_id))) for name, _whole, own in QUESTIONS if own}
    return {name: sorted(map(repr, whole())) for name, whole, _own in QUESTIONS}
