"""Memory of a process that does nothing but a large import."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

YOUNG = 200_000  # objects made until the newest are looked through
SQLITE_PAGES = -64 * 1024  # kB that SQLite keeps of the tables and indexes that it writes into


@contextmanager
def for_a_large_import() -> Iterator[None]:
    """Give memory for time, of the whole process: not for a server.

    A large file becomes millions of objects, none of which name one another in a ring; looking for
    such again and again takes a fifth of the time. And with the two megabytes that it has otherwise
    SQLite writes each page of an index out several times.
    """
    before = gc.get_threshold()
    pages = _set_pages(SQLITE_PAGES)
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        _set_pages(pages)


def _set_pages(number: int) -> int:
    """Return how many pages, or below 0 kB, SQLite kept before; 0 of PostgreSQL."""
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        [before] = cursor.execute("PRAGMA cache_size").fetchone()
        cursor.execute(f"PRAGMA cache_size = {number:d}")
    return int(before)
