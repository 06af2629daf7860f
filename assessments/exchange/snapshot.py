"""A connection of its own on which everything read is of one moment."""

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

from mmt.standby import alias_for_all_until_now

_BEGIN = {
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "sqlite": "BEGIN DEFERRED",
}


class Snapshot:
    """Reads on `connection` see one moment, until `close`.

    Its own connection, since a file takes minutes on a slow line: the audit event must be
    committed before the first byte, rights must be looked at again while it runs (inside the
    moment they would never change), and nobody may wait for it to end.

    On a standby, if one is in use and has replayed what was committed before.

    Inside a transaction of the caller that transaction is the moment, on the caller's connection.
    A database in memory is read on its own connection too: any other would lock its tables.
    """

    def __init__(self) -> None:
        usual = connections[DEFAULT_DB_ALIAS]
        self._own = not (usual.in_atomic_block or _is_in_memory(usual))
        self.connection: BaseDatabaseWrapper = (
            connections.create_connection(alias_for_all_until_now()) if self._own else usual
        )
        if self._own:
            try:
                self._begin()
            except BaseException:
                self.connection.close()
                raise

    def _begin(self) -> None:
        vendor = self.connection.vendor
        with self.connection.cursor() as cursor:
            cursor.execute(_BEGIN[vendor])
            if vendor == "postgresql":
                # Compiling the query to machine code takes longer than a year of a clinic.
                cursor.execute("SET LOCAL jit = off")

    def close(self) -> None:
        if not self._own:
            return
        self._own = False
        try:
            with self.connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
        finally:
            self.connection.close()


def _is_in_memory(connection: BaseDatabaseWrapper) -> bool:
    return isinstance(connection, SQLite) and connection.is_in_memory_db()
