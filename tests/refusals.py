"""The database's own rules, by name: what they are, and that one of them refused a write.

A rule is a check, a unique constraint, a unique column ("accounts.clinic.slug"), a composite key
("assessments.score.pk") or a trigger. Each has a case that tries to break it; `tests/meta`
compares the cases with `rules()`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from mmt import triggers

OUR_APPS = ("accounts", "audit", "jobs", "patients", "assessments")
# Two rules that one write cannot help breaking at once; either may be told first.
TOGETHER = {"accounts.user.email": "user_one_person_an_email"}


def rules() -> dict[str, str]:
    """Return for every rule of ours the words by which the database names it in a refusal."""
    found = {name: trigger.message for name, trigger in triggers._registered.items()}
    for label in OUR_APPS:
        for model in apps.get_app_config(label).get_models():
            found |= _rules_of(model)
    return found


def _rules_of(model: type[models.Model]) -> dict[str, str]:
    meta = model._meta
    found = {
        rule.name: _unique(model, rule.fields)
        if isinstance(rule, models.UniqueConstraint) and rule.fields
        else rule.name
        for rule in meta.constraints
    }
    if isinstance(meta.pk, models.CompositePrimaryKey):
        found[f"{meta.label_lower}.pk"] = _unique(model, meta.pk.field_names)
    for field in meta.local_concrete_fields:
        if field.unique and not field.primary_key:
            found[f"{meta.label_lower}.{field.name}"] = _unique(model, [field.name])
    return found


def _unique(model: type[models.Model], names: Iterable[str]) -> str:
    """SQLite names the columns that are not unique; PostgreSQL says "Key (columns)=(values)"."""
    columns = [str(model._meta.get_field(name).column) for name in names]
    if connection.vendor == "postgresql":
        return f"Key ({', '.join(columns)})="
    return ", ".join(f"{model._meta.db_table}.{column}" for column in columns)


@contextmanager
def refused_by(rule: str) -> Iterator[None]:
    """Expect the database to refuse, naming this rule and no other."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    words = [rules()[name] for name in (rule, TOGETHER.get(rule)) if name]
    assert any(word in str(refusal.value) for word in words), str(refusal.value)
