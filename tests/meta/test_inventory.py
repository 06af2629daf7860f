"""docs/privacy.md names every table, and every field that may hold a word about somebody."""

import re
from pathlib import Path

from django.apps import apps
from django.db import models

from assessments.erasing.hanging import hanging

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"
ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
# Of tables about patients, those whose rows do not hang on one: what an erasure does with each is
# tried by `tests/assessments/erasing`.
NOT_BY_KEY = {
    "assessments_import",  # names of files are taken
    "assessments_stagedtable",  # thrown away
    "audit_auditevent",  # the words go
    "audit_exported",  # two identifiers, under the chain
    "audit_viewing",  # deleted
    "patients_erasure",  # the reason goes
}
TOLD = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.DateField)


def is_told(field: "models.Field[object, object]") -> bool:
    """Whether a field holds free words, content or a day of somebody's life."""
    if field.primary_key or field.is_relation or field.choices:
        return False
    moment = isinstance(field, models.DateTimeField)
    return isinstance(field, (*TOLD, models.GenericIPAddressField)) and not moment


def told_fields(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.fields if is_told(field)]


def tables() -> dict[str, list[str]]:
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {model._meta.db_table: told_fields(model) for model in found}


def test_every_table_and_its_words_stand_in_the_inventory() -> None:
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    named = {table: re.findall(r"`(\w+)`", fields) for table, fields, *_rest in rows}
    assert named == tables()
    assert len(rows) == len(named)


def test_what_is_about_patients_goes_when_they_are_erased() -> None:
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    about = {table for table, _fields, whose, *_rest in rows if re.search(r"\bpatients\b", whose)}
    assert {model._meta.db_table for model in hanging()} == about - NOT_BY_KEY
    assert about > NOT_BY_KEY
