"""docs/privacy.md names every table, and every field that may hold a word about somebody."""

import re
from pathlib import Path

from django.apps import apps
from django.db import models

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"
ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
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
