"""Changes of a table that people are working with.

The rules are in docs/migrations.md; `tests/meta/migration_rules.py` holds migrations to them.
"""

from typing import Any

from django.contrib.postgres import operations as postgres
from django.db import migrations


class AddIndexInUse(postgres.AddIndexConcurrently):
    """Build an index while people write into its table: on PostgreSQL CONCURRENTLY.

    Its migration says `atomic = False`. What a build that was cut off left behind goes first, so
    that the migration can simply be run again.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            name = schema_editor.quote_name(self.index.name)
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            super().database_forwards(app_label, schema_editor, *states)
        else:
            migrations.AddIndex.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, *states)
        else:
            migrations.AddIndex.database_backwards(self, app_label, schema_editor, *states)


class AddCheckInUse(postgres.AddConstraintNotValid):
    """Add a rule that holds for what is written from now on; `ValidateCheck` reads what is there.

    SQLite reads it all at once: nobody else is there while it is brought up to date.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, *states)
        else:
            migrations.AddConstraint.database_forwards(self, app_label, schema_editor, *states)


class ValidateCheck(postgres.ValidateConstraint):
    """In a migration of its own: it reads the table, under a lock that lets people write."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, *states)
