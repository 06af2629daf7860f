"""Memory of a process that does nothing but a large import."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 200_000  # objects made until the newest are looked through


@contextmanager
def rarely_looked_through() -> Iterator[None]:
    """Have Python look rarely for objects that only name one another.

    A large file becomes millions of objects, none of which do, and looking through them again and
    again takes a fifth of the time. Of the whole process, so not for a server.
    """
    before = gc.get_threshold()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
