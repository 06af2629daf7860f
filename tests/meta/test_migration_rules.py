"""The rules of migrations hold, and each of them finds what breaks it."""

from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import Q

from mmt.migrating import AddCheckInUse, AddIndexInUse, ValidateCheck
from tests.meta import migration_rules
from tests.meta.migration_rules import ALLOWED, RULES, findings, judge

STATE = MigrationLoader(None).project_state()
INDEX = models.Index(fields=["birth_date"], name="planted")
CHECK = models.CheckConstraint(condition=Q(record_number__gt=""), name="planted")
TEXT, LONG = models.CharField(max_length=10), models.CharField(max_length=9999)


def nothing(apps: Any, schema_editor: Any) -> None: ...


def add(field: "models.Field[Any, Any]") -> migrations.AddField:
    return migrations.AddField("patient", "planted", field)


def alter(name: str, field: "models.Field[Any, Any]") -> migrations.AlterField:
    return migrations.AlterField("patient", name, field)


BAD = [
    ("drop", migrations.RemoveField("patient", "family_name")),
    ("drop", migrations.DeleteModel("patient")),
    ("drop", migrations.SeparateDatabaseAndState([migrations.DeleteModel("patient")])),
    ("rename", migrations.RenameField("patient", "family_name", "surname")),
    ("rename", migrations.RenameModel("patient", "person")),
    ("rename", migrations.AlterModelTable("patient", "persons")),
    ("not null", add(models.IntegerField(default=0))),
    ("not null", alter("archived_at", models.DateTimeField())),
    ("retype", alter("record_number", models.TextField())),
    ("retype", alter("record_number", TEXT)),
    ("index", add(models.IntegerField(null=True, unique=True))),
    ("index", add(models.ForeignKey("accounts.User", models.PROTECT, null=True))),
    ("index", migrations.AddIndex("patient", INDEX)),
    ("index", AddIndexInUse("patient", INDEX)),  # in a transaction, where PostgreSQL refuses it
    ("constraint", migrations.AddConstraint("patient", CHECK)),
    ("constraint", migrations.AlterUniqueTogether("patient", {("clinic", "sort_name")})),
    ("no way back", migrations.RunPython(nothing)),
    ("no way back", migrations.RunSQL("SELECT 1")),
]
GOOD = [
    add(models.IntegerField(null=True)),
    add(models.IntegerField(db_default=0)),
    alter("record_number", LONG),
    AddCheckInUse("patient", CHECK),
    migrations.RunPython(nothing, migrations.RunPython.noop),
    migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("patient")]),
]


def broken(*operations: Any, atomic: bool = True) -> list[str]:
    planted = migrations.Migration("9999_planted", "patients")
    planted.operations, planted.atomic = list(operations), atomic
    return [found.rule for found in judge(planted, STATE, set())]


def test_no_migration_since_the_release_breaks_a_rule() -> None:
    assert [str(each) for each in findings()] == []
    assert all(len(reason.split()) > 3 for reason in ALLOWED.values())


@pytest.mark.parametrize(("rule", "operation"), BAD)
def test_what_breaks_a_rule_is_found(rule: str, operation: Any) -> None:
    assert broken(operation) == [rule]


@pytest.mark.parametrize("operation", GOOD)
def test_what_keeps_them_is_not(operation: Any) -> None:
    assert broken(operation) == []


def test_an_index_outside_a_transaction_and_a_check_in_two_steps_are_fine() -> None:
    assert broken(AddIndexInUse("patient", INDEX), atomic=False) == []
    validated = AddCheckInUse("patient", CHECK), ValidateCheck("patient", "planted")
    assert broken(*validated) == []


def test_rows_beside_tables_are_found_and_every_rule_is_tried() -> None:
    backfill = migrations.RunPython(nothing, migrations.RunPython.noop)
    assert broken(add(models.IntegerField(null=True)), backfill) == ["mixed"]
    assert {rule for rule, _operation in BAD} | {"mixed"} == set(RULES)


def test_a_table_that_is_new_may_be_built_as_one_likes() -> None:
    new = migrations.CreateModel("Planted", [("id", models.AutoField(primary_key=True))])
    named = migrations.AddField("planted", "name", models.CharField(max_length=9, db_index=True))
    assert broken(new, named, migrations.AddIndex("planted", models.Index("id", name="x"))) == []


def test_a_permission_that_nothing_needs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration_rules, "ALLOWED", {("patients.0001", "drop", "x"): "long gone"})
    with pytest.raises(LookupError, match="Nothing needs"):
        findings()


@pytest.mark.django_db
def test_a_change_waits_for_nobody_longer_than_a_moment_on_postgresql() -> None:
    from django.apps import apps
    from django.db import connection

    if connection.vendor != "postgresql":
        return
    from mmt.apps import _wait_as_before, _wait_briefly

    def waits() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])

    with_models = [config for config in apps.get_app_configs() if config.models_module]
    usual = waits()
    _wait_briefly(sender=with_models[0], using="default", plan=["a change"])
    assert waits() == "4s"
    _wait_as_before(sender=with_models[-1], using="default")
    assert waits() == usual
