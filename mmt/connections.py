"""The connections of the embedded server, asked for what they want only while something goes on."""

import select
import time
from typing import Any

from waitress import wasyncore

REST = select.POLLIN | select.POLLPRI  # what a connection wants that waits for its next request
ALL_EVERY = 1.0  # seconds


class Connections(dict[int, Any]):
    """What waitress puts its sockets into, by their number, and takes them out of.

    Its own loop asks each of them, before each wait, whether it wants to be read or written; with
    hundreds of people between two keys that was more than a tenth of what a save cost. One that
    rests changes by what arrives on it, which is seen here. Where the server changes it, to close
    what is idle, it is seen within `ALL_EVERY`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._poll = select.poll()
        self._wanted: dict[int, int] = {}
        self._awake: set[int] = set()
        self.ask_all()

    def __setitem__(self, number: int, connection: Any) -> None:
        super().__setitem__(number, connection)
        self._awake.add(number)

    def __delitem__(self, number: int) -> None:
        super().__delitem__(number)
        self._awake.discard(number)
        self._want(number, 0)

    def ask_all(self) -> None:
        """Ask every connection at the next turn, at rest or not."""
        self._all_asked = float("-inf")

    def turn(self, seconds: float) -> None:
        """Wait until something happens, at most so long, and have it seen to."""
        now = time.monotonic()
        if now - self._all_asked >= ALL_EVERY:
            self._all_asked = now
            self._awake.update(self)
        for number in tuple(self._awake):
            self._ask(number)
        for number, happened in self._poll.poll(seconds * 1000):
            if number in self:  # what happened before may have closed it
                self._awake.add(number)
                wasyncore.readwrite(self[number], happened)

    def _ask(self, number: int) -> None:
        connection = self[number]
        wanted = REST if connection.readable() else 0
        if connection.writable():
            wanted |= select.POLLOUT
        self._want(number, wanted)
        if wanted == REST:
            self._awake.discard(number)

    def _want(self, number: int, wanted: int) -> None:
        if wanted == self._wanted.get(number, 0):
            return
        if wanted:
            self._poll.register(number, wanted)
            self._wanted[number] = wanted
        else:
            self._poll.unregister(number)
            del self._wanted[number]
