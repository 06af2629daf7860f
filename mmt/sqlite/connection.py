"""A connection that is kept over many requests, and takes turns with the others of its process.

SQLite lets one write at a time. Who meets another writing sleeps, longer each time, and tries
again: among many, some never find it free within twenty seconds. Threads wait for one another here,
and other processes for them in SQLite's way.
"""

import sqlite3
from typing import Any
from weakref import WeakSet

from .turn import Turn

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "BEGIN IMMEDIATE")
# Seconds. A turn is a courtesy and not a right: who does not get it goes on to SQLite without,
# which alone decides, and says so where the database is locked for long.
PATIENCE = 5.0
turn = Turn()


class Connection(sqlite3.Connection):
    """Has the turn while it writes: a transaction that may write has it from beginning to end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._has_turn = False
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()
        super().__init__(*args, **kwargs)

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        made = super().cursor(*args, **kwargs)
        self._cursors.add(made)
        return made

    def let_go(self) -> None:
        """End what was read in part: it would hold all that is read later at the moment of its
        question, and let nothing be written.
        """
        for cursor in self._cursors:
            cursor.close()

    def take_turn_for(self, query: str) -> None:
        """Wait for the turn, if this statement is one that writes."""
        if not self._has_turn and query.lstrip().startswith(WRITES):
            self._has_turn = turn.take(within=PATIENCE)

    def pass_on(self) -> None:
        """Give the turn back unless there is more to write."""
        if self._has_turn and not self.in_transaction:
            self._give_back()

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self.pass_on()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.pass_on()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._give_back()

    def __del__(self) -> None:
        """A thread may end without closing it."""
        self._give_back()

    def _give_back(self) -> None:
        if self._has_turn:
            self._has_turn = False
            turn.give_back()
