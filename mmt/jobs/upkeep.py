"""What a database needs now and then."""

from collections.abc import Iterator

from django.db import connection

ROWS_AN_INDEX = 1_000


def refresh_statistics() -> Iterator[None]:
    """Have SQLite look at a part of each index, from which it chooses among them; a moment's work
    however much there is. PostgreSQL sees to it by itself.

    Not `PRAGMA optimize`: that looks only at what its own connection has asked for, and each
    request has a connection of its own.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit = {ROWS_AN_INDEX}")
            cursor.execute("ANALYZE")
    yield
