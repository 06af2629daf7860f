"""`ENGINE = "mmt.postgresql"`."""

import secrets
import select
from typing import Any

from django.db.backends.postgresql import base, operations
from psycopg.pq import TransactionStatus


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """Return what was asked also of a planned statement, of which the driver has a name."""
        return super().last_executed_query(cursor, sql, params) or sql


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Give what it plans names that no other connection gives.

        The driver counts from nought. Through a pooler that mixes sessions, and was not told of in
        DATABASE_POOLER, another's statement of the same name answered: now there is none.
        """
        connection: Any = super().get_new_connection(conn_params)
        connection._prepared._prepared_idx = secrets.randbits(60)
        return connection

    def chunked_cursor(self) -> Any:
        """A pooler may give the next transaction another session, where the cursor is not."""
        if self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] and not self._has_begun():
            return self.cursor()
        return super().chunked_cursor()

    def _has_begun(self) -> bool:
        """Whether the server is in a transaction, whoever began it."""
        self.ensure_connection()
        return bool(self.connection.info.transaction_status != TransactionStatus.IDLE)

    def is_usable(self) -> bool:
        """Ask the server only where its side of the connection has something to say.

        Unasked it speaks when it ends, and an end is told to the socket. A question before each
        request was a fifth of what a save asked.
        """
        return self._is_quiet() or super().is_usable()

    def _is_quiet(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)

    def planned_cursor(self) -> Any:
        """Return a cursor whose statements are planned once for each connection.

        They must hold no value: `django.db.connection.cursor()` writes values into the statement.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        driver: Any = base  # of which the stubs know little
        with self.wrap_database_errors:
            cursor = driver.ServerBindingCursor(self.connection)
        return self.make_debug_cursor(cursor) if self.queries_logged else self.make_cursor(cursor)
