"""The place that a backup is of, or is brought back into: DATA_DIR and the database."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from . import postgresql, sqlite
from .snapshot import Database

DATABASE, SECRETS = "database", "secrets"
_SCRATCH = ".backup-"
LEFT_SECONDS = 24 * 3600  # no command lasts as long


def database() -> Database:
    return postgresql if connection.vendor == "postgresql" else sqlite


def data() -> Path:
    return Path(settings.DATA_DIR)


def secrets() -> Path:
    """Return the folder of what the product made for itself and later needs as it was."""
    return data() / SECRETS


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a folder beside the database, as well guarded as it, and remove it afterwards."""
    data().mkdir(parents=True, exist_ok=True)
    for left in data().glob(_SCRATCH + "*"):  # by a command that was killed
        if time.time() - left.stat().st_mtime > LEFT_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=data()) as folder:
        yield Path(folder)
