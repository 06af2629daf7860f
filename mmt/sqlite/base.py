"""`ENGINE = "mmt.sqlite"`."""

from typing import Any

from django.db.backends.sqlite3 import base

from .connection import Connection


class Cursor(base.SQLiteCursorWrapper):
    connection: Connection

    def execute(self, query: str, params: Any = None) -> Any:
        self.connection.take_turn_for(query)
        try:
            return super().execute(query, params)
        finally:
            self.connection.pass_on()


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        return super().get_connection_params() | {"factory": Connection}

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def is_usable(self) -> bool:
        """Asked after an error: whatever it was, a new connection knows nothing of it."""
        return False

    def close_if_unusable_or_obsolete(self) -> None:
        """Between two requests."""
        if self.connection is not None:
            self.connection.let_go()
        super().close_if_unusable_or_obsolete()
