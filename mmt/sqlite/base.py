"""`ENGINE = "mmt.sqlite"`."""

import os
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
    connected_to: tuple[int, int] | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self.connected_to = self._file()
        return connection

    def get_connection_params(self) -> dict[str, Any]:
        return super().get_connection_params() | {"factory": Connection}

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def is_usable(self) -> bool:
        """Asked after an error: whatever it was, a new connection knows nothing of it."""
        return False

    def close_if_unusable_or_obsolete(self) -> None:
        """Between two requests. Where another file has taken the place of this one, as after a
        restore, what is saved must not go into the old one.
        """
        if self.connection is not None:
            self.connection.let_go()
            if self._file() != self.connected_to:
                self.errors_occurred = True
        super().close_if_unusable_or_obsolete()

    def _file(self) -> tuple[int, int] | None:
        """Return what the file system calls the file, None where there is none."""
        try:
            found = os.stat(self.settings_dict["NAME"])
        except OSError:
            return None
        return found.st_dev, found.st_ino
