"""Rules that the database itself keeps, as triggers, on SQLite and PostgreSQL.

Each room states its own (`audit/triggers.py`, `assessments/triggers.py`) and registers them when
it starts; `migrate` installs them anew each time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection as default_connection
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class Trigger:
    """Refuses `events` ("INSERT", "UPDATE", "DELETE") on a row of `table` where `when` holds.

    `when` is an SQL condition over OLD and NEW that both databases understand. With `truncate`,
    PostgreSQL refuses TRUNCATE too (SQLite has none). `unless_erased` is a condition over OLD under
    which a row may be deleted all the same: that its patient is being erased.
    """

    name: str
    table: str
    events: tuple[str, ...]
    when: str
    message: str
    truncate: bool = False
    unless_erased: str = ""

    def create(self, vendor: str) -> Iterator[str]:
        yield from self._postgresql() if vendor == "postgresql" else self._sqlite()

    def drop(self, vendor: str) -> Iterator[str]:
        if vendor == "postgresql":
            yield f'DROP TRIGGER IF EXISTS {self.name} ON "{self.table}"'
            yield f'DROP TRIGGER IF EXISTS {self.name}_truncate ON "{self.table}"'
            return
        for event in ("insert", "update", "delete"):  # of an earlier version, too
            yield f"DROP TRIGGER IF EXISTS {self.name}_{event}"

    def _sqlite(self) -> Iterator[str]:
        for event in self.events:
            when = self.when
            if event == "DELETE" and self.unless_erased:
                when = f"({when}) AND NOT {self.unless_erased}"
            when = when.replace("IS DISTINCT FROM", "IS NOT")  # known to every SQLite
            yield (
                f'CREATE TRIGGER {self.name}_{event.lower()} BEFORE {event} ON "{self.table}" '
                f"FOR EACH ROW WHEN {when} "
                f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            )

    def _postgresql(self) -> Iterator[str]:
        events = " OR ".join(self.events)
        refuse = (
            f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'"
        )
        # A statement of its own each: of OLD and NEW there is not both for every event.
        condition = f"IF TG_OP = 'TRUNCATE' THEN {refuse}; END IF; " if self.truncate else ""
        if self.unless_erased:
            goes = f"IF {self.unless_erased} THEN RETURN OLD; END IF;"
            condition += f"IF TG_OP = 'DELETE' THEN {goes} END IF; "
        condition += f"IF {self.when}"
        yield (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {condition} THEN {refuse}; END IF; "
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        yield (
            f'CREATE TRIGGER {self.name} BEFORE {events} ON "{self.table}" '
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()"
        )
        if self.truncate:
            yield (
                f'CREATE TRIGGER {self.name}_truncate BEFORE TRUNCATE ON "{self.table}" '
                f"FOR EACH STATEMENT EXECUTE FUNCTION {self.name}()"
            )


_registered: dict[str, Trigger] = {}


def register(*triggers: Trigger) -> None:
    _registered.update({trigger.name: trigger for trigger in triggers})


def install(connection: BaseDatabaseWrapper) -> None:
    """Drop and create every registered trigger whose table exists."""
    _run(connection, create=True)


def remove(connection: BaseDatabaseWrapper) -> None:
    _run(connection, create=False)


@contextmanager
def lifted(connection: BaseDatabaseWrapper | None = None) -> Iterator[None]:
    """Work without the triggers for a moment: emptying a test database, a data migration."""
    connection = connection or default_connection
    remove(connection)
    try:
        yield
    finally:
        install(connection)


def _run(connection: BaseDatabaseWrapper, *, create: bool) -> None:
    """Each in a transaction of its own: no moment passes without it while people work, and one that
    cannot be made leaves what stood.
    """
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for trigger in _registered.values():
            if trigger.table not in tables:
                continue
            with transaction.atomic(using=connection.alias):
                for statement in trigger.drop(connection.vendor):
                    cursor.execute(statement)
                for statement in trigger.create(connection.vendor) if create else ():
                    cursor.execute(statement)
