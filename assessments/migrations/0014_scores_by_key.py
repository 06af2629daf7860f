"""Scores stand in the order of their key on SQLite.

There a table is a tree by a number of its own, and the key (assessment, movement, side) another
tree beside it, nearly as large. Without that number the rows stand in the key's tree: a record of
60 scores takes 4 kB less, and its scores lie together. PostgreSQL knows no such tables.

The columns of the key come first: where they do not, `PRAGMA integrity_check` of SQLite 3.40 looks at
the wrong ones and takes a table that is whole for a damaged one, and no backup would be made.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "assessments_score"
KEY = "assessment_id, movement, side"
FIRST = (
    '"assessment_id" char(32) NOT NULL REFERENCES "assessments_assessment" ("id") '
    "DEFERRABLE INITIALLY DEFERRED, "
)


def by_key(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    _rebuild(editor, " WITHOUT ROWID")


def by_number(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    _rebuild(editor, "")


def _rebuild(editor: BaseDatabaseSchemaEditor, kind: str) -> None:
    """Build the table anew, with the constraints that it has. `migrate` lifts the triggers and puts
    them back.
    """
    if editor.connection.vendor != "sqlite":
        return
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_schema WHERE name = %s", [TABLE])
        statement = cursor.fetchone()[0].removesuffix(" WITHOUT ROWID")
        statement = statement.replace(f", {FIRST[:-2]}", "", 1).replace(f"({FIRST}", "(", 1)
        statement = statement.replace("(", f"({FIRST}", 1)
        cursor.execute(statement.replace(TABLE, f"{TABLE}_new", 1) + kind)
        columns = [
            column.name
            for column in editor.connection.introspection.get_table_description(cursor, TABLE)
        ]
        names = ", ".join(f'"{name}"' for name in columns)
        cursor.execute(
            f"INSERT INTO {TABLE}_new ({names}) SELECT {names} FROM {TABLE} ORDER BY {KEY}"  # noqa: S608
        )
        cursor.execute(f"DROP TABLE {TABLE}")
        cursor.execute(f"ALTER TABLE {TABLE}_new RENAME TO {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("assessments", "0013_checked_imports")]

    operations = [migrations.RunPython(by_key, by_number)]
