"""Whether every migration since the last release can run while people work, and be taken back.

python -m tests.meta.migration_rules             says what breaks a rule (docs/migrations.md)
python -m tests.meta.migration_rules --release   prints the baseline of a release made now
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import django
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED

OURS = {"accounts", "assessments", "audit", "jobs", "patients"}
# The newest of each app in the last release. What stands there runs over an empty database only.
BASELINE = {
    "accounts": "0007_sealed_factors",
    "assessments": "0015_cohort_indexes",
    "audit": "0004_by_target",
    "jobs": "0003_worker_signs",
    "patients": "0005_erasure",
}
# (migration, rule, what) -> why it may
ALLOWED: dict[tuple[str, str, str], str] = {}

RULES = {
    "drop": "the version before still reads it: stop using it first, drop it a release later",
    "rename": "the version before knows the old name: add, backfill, switch, drop",
    "not null": "the version before does not fill it: db_default, or null and a check later",
    "retype": "rewrites the table under a lock: add another column",
    "index": "locks out who writes: AddIndexInUse, and atomic = False",
    "constraint": "reads the table under a lock: AddCheckInUse, then ValidateCheck on its own",
    "no way back": "give a reverse (noop, where nothing must be undone)",
    "mixed": "rows and tables in one migration: the lock lasts as long as the rows take",
}
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    migration: str
    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.migration}: {self.what}: {self.rule}: {RULES[self.rule]}"


def findings() -> list[Finding]:
    """Return what breaks a rule and is not allowed to; raise LookupError for stale permissions."""
    loader = MigrationLoader(None)
    before = list(BASELINE.items())
    released = {key for target in before for key in loader.graph.forwards_plan(target)}
    state = loader.project_state(nodes=before, at_end=True)
    found, created = [], set[Key]()
    for key in _in_order(loader):
        if key in released:
            continue
        migration = loader.graph.nodes[key]
        if key[0] in OURS:
            found += judge(migration, state, created)
        state = migration.mutate_state(state, preserve=False)
    seen = {(each.migration, each.rule, each.what) for each in found}
    if stale := set(ALLOWED) - seen:
        raise LookupError(f"Nothing needs these permissions: {sorted(stale)}")
    return [each for each in found if (each.migration, each.rule, each.what) not in ALLOWED]


def _in_order(loader: MigrationLoader) -> list[Key]:
    found: dict[Key, None] = {}
    for leaf in loader.graph.leaf_nodes():
        found |= dict.fromkeys(loader.graph.forwards_plan(leaf))
    return list(found)


def judge(
    migration: migrations.Migration, state: ProjectState, created: set[Key]
) -> Iterator[Finding]:
    """Yield what breaks a rule. `created` are tables of this range: nobody works with them yet."""
    name = f"{migration.app_label}.{migration.name}"
    state = state.clone()
    operations = list(_flat(migration.operations))
    rows = [op for op in operations if isinstance(op, migrations.RunPython | migrations.RunSQL)]
    if rows and len(rows) < len(operations):
        yield Finding(name, "mixed", "rows beside tables")
    for op in operations:
        if isinstance(op, migrations.CreateModel):
            created.add((migration.app_label, op.name_lower))
        table = (migration.app_label, getattr(op, "model_name_lower", _model_of(op)))
        if table not in created:
            for rule in _broken_by(op, migration, state):
                yield Finding(name, rule, op.describe())
        op.state_forwards(migration.app_label, state)


def _flat(operations: Any) -> Iterator[Any]:
    """Yield what touches the database."""
    for op in operations:
        if isinstance(op, migrations.SeparateDatabaseAndState):
            yield from _flat(op.database_operations)
        else:
            yield op


def _model_of(op: Any) -> str:
    return str(getattr(op, "model_name", getattr(op, "name", "")) or "").lower()


def _broken_by(op: Any, migration: migrations.Migration, state: ProjectState) -> Iterator[str]:
    match op:
        case migrations.RemoveField() | migrations.DeleteModel():
            yield "drop"
        case migrations.RenameField() | migrations.RenameModel() | migrations.AlterModelTable():
            yield "rename"
        case migrations.AddField():
            if not _may_be_left_out(op.field):
                yield "not null"
            if op.field.unique or op.field.db_index:
                yield "index"
        case migrations.AlterField():
            old = state.models[migration.app_label, op.model_name_lower].fields[op.name]
            yield from _altered(old, op.field)
        case migrations.AddIndex():
            if type(op) is migrations.AddIndex or migration.atomic:
                yield "index"
        case migrations.AddConstraint():
            if type(op) is migrations.AddConstraint:
                yield "constraint"
        case migrations.AlterUniqueTogether() | migrations.AlterIndexTogether():
            yield "constraint"
        case migrations.RunPython() | migrations.RunSQL():
            if not op.reversible:
                yield "no way back"


def _altered(old: Any, new: Any) -> Iterator[str]:
    if old.null and not new.null:
        yield "not null"
    longest = [field.max_length or sys.maxsize for field in (old, new)]
    if old.get_internal_type() != new.get_internal_type() or longest[1] < longest[0]:
        yield "retype"
    if (new.unique and not old.unique) or (new.db_index and not old.db_index):
        yield "index"


def _may_be_left_out(field: "models.Field[Any, Any]") -> bool:
    """Whether the version before, which does not know the column, can still add rows."""
    return field.null or field.many_to_many or field.db_default is not NOT_PROVIDED


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmt.settings")
    django.setup()
    if "--release" in arguments:
        leaves = dict(MigrationLoader(None).graph.leaf_nodes())
        print("\n".join(f'    "{app}": "{leaves[app]}",' for app in sorted(OURS)))
        return
    if found := findings():
        sys.exit("\n".join(map(str, found)))


if __name__ == "__main__":
    main(sys.argv[1:])
