"""A turn that the threads of a process take, in which nobody is overtaken for long."""

import time
from threading import Lock

SOON = 0.1  # seconds


class Turn:
    """A lock that who gives it back may have again at once, which is quickest; but who has waited a
    while closes the gate before it, and then nobody else comes.
    """

    def __init__(self) -> None:
        self._lock, self._gate = Lock(), Lock()

    @property
    def is_taken(self) -> bool:
        return self._lock.locked()

    @property
    def is_closed(self) -> bool:
        return self._gate.locked()

    def take(self, *, within: float) -> bool:
        """Wait for it so many seconds; return whether it was got."""
        until = time.monotonic() + within
        if not self._gate.acquire(timeout=within):
            return False
        self._gate.release()
        if self._lock.acquire(timeout=SOON):
            return True
        if not self._gate.acquire(timeout=max(0.0, until - time.monotonic())):
            return False
        try:
            return self._lock.acquire(timeout=max(0.0, until - time.monotonic()))
        finally:
            self._gate.release()

    def give_back(self) -> None:
        self._lock.release()
