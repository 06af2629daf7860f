"""What is asked often and may be some seconds old: so that asking costs nothing."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """The last answer of `ask`, in this process, for so many seconds.

    One thread at a time asks anew; the others get the answer before, or `until_then` while there
    is none yet, so that who asks a thousand times at once asks once.
    """

    def __init__(self, ask: Callable[[], T], *, seconds: float, until_then: T) -> None:
        self._ask, self._seconds = ask, seconds
        self._until_then = until_then
        self.forget()

    def forget(self) -> None:
        self._answer, self._asked = self._until_then, float("-inf")
        self._asking = threading.Lock()

    def __call__(self) -> T:
        if time.monotonic() - self._asked < self._seconds:
            return self._answer
        asking = self._asking
        if not asking.acquire(blocking=False):
            return self._answer
        try:
            self._answer = self._ask()
            self._asked = time.monotonic()
        finally:
            asking.release()
        return self._answer
