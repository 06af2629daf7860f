"""A wrong setting or an unusable place, told in a line. Faults of the code keep their traceback."""

import sys
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError, OperationalError

NO_TABLE = ("no such table", "UndefinedTable")  # SQLite says it, PostgreSQL's error is called so


def run(arguments: Sequence[str]) -> int:
    """Run a command of `manage.py`; return 1 where a setting or the place is at fault.

    With --traceback among the arguments, raises what it was.
    """
    try:
        execute_from_command_line(list(arguments))
    except (ImproperlyConfigured, DatabaseError, OSError) as problem:
        told = line(problem)
        if told is None or "--traceback" in arguments:
            raise
        sys.stderr.write(f"{told}\n")
        return 1
    return 0


def line(problem: Exception) -> str | None:
    """Return what is to be told of a setting or a place; None where the code is at fault."""
    match problem:
        case ImproperlyConfigured():
            return str(problem)
        case DatabaseError():
            return _of_the_database(problem)
        case OSError(filename=name, strerror=why) if name is not None:
            return f"{name}: {why}"
        case _:
            return str(problem) or None


def _of_the_database(problem: DatabaseError) -> str | None:
    cause = problem.__cause__
    if any(sign in f"{type(cause).__name__}: {problem}" for sign in NO_TABLE):
        return "The database has no tables yet, or too few of them: run `manage.py migrate`."
    # SQLite has one name for all faults of statements, which are ours.
    ours = getattr(cause, "sqlite_errorname", "") == "SQLITE_ERROR"
    if ours or not isinstance(problem, OperationalError):
        return None
    return f"The database (DATABASE_URL, or DATA_DIR for SQLite): {' '.join(str(problem).split())}"
