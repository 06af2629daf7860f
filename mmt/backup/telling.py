"""What the commands have in common: how they tell how far they are, and how they end."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management import CommandError
from django.db import DatabaseError

from .problems import Problem

EVERY = 100 * 1024 * 1024  # bytes


@contextmanager
def in_plain_words() -> Iterator[None]:
    """End the command with the problem's words and exit code."""
    try:
        yield
    except Problem as problem:
        raise CommandError(str(problem), returncode=problem.code) from None
    except DatabaseError as problem:
        raise CommandError(f"The database: {problem}", returncode=Problem.code) from None


def progress(words: str) -> Callable[[int], None]:
    """Return what is told of bytes, and says how many there were, where somebody looks on."""
    done = 0

    def tell(size: int) -> None:
        nonlocal done
        before, done = done, done + size
        if sys.stderr.isatty() and done // EVERY > before // EVERY:
            sys.stderr.write(f"{words}: {mb(done)}\n")
            sys.stderr.flush()

    return tell


def mb(size: int) -> str:
    return f"{size / 1024 / 1024:,.1f} MB"
