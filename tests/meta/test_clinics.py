"""Every clinical table has its clinic, or reaches it: what may be parted, and moved, by clinic."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from mmt.accounts.models import Clinic

# Of nobody's clinic: what a person keeps, and what several clinics may share.
OF_A_PERSON = {"SavedQuestion"}
CLINICAL = [
    model
    for room in ("patients", "assessments")
    for model in apps.get_app_config(room).get_models()
    if model.__name__ not in OF_A_PERSON
]


def ways(model: type[models.Model]) -> Iterator[type[models.Model]]:
    """Yield the tables that a row of this one cannot be without."""
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and not field.null:
            yield field.related_model


def reaches(model: type[models.Model], seen: frozenset[type[models.Model]] = frozenset()) -> bool:
    if model is Clinic:
        return True
    known = seen | {model}
    return any(reaches(each, known) for each in ways(model) if each not in known)


@pytest.mark.parametrize("model", CLINICAL, ids=lambda model: model.__name__)
def test_a_clinical_table_reaches_its_clinic(model: type[models.Model]) -> None:
    assert reaches(model)
