"""The results of jobs as files: in one folder, for the product's own eyes, until they expire."""

import os
import time
from pathlib import Path
from typing import IO

from django.conf import settings

from .models import Job, State

ORPHANED_SECONDS = 24 * 3600  # no work lasts as long


def folder() -> Path:
    return Path(settings.DATA_DIR) / "jobs"


def path_of(job: Job) -> Path:
    """Return where the file of a finished job lies."""
    return folder() / job.file


def open_new(name: str) -> IO[bytes]:
    """Open a new file that nobody but this user can read, in place of one of that name."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / name
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def remove(name: str) -> None:
    (folder() / name).unlink(missing_ok=True)


def remove_orphans() -> None:
    """Remove what workers left that were killed while they wrote."""
    if not folder().is_dir():
        return
    known = set(
        Job.objects.filter(state=State.DONE).exclude(file="").values_list("file", flat=True)
    )
    for path in folder().iterdir():
        if path.name not in known and _age(path) > ORPHANED_SECONDS:
            path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # another worker was quicker
        return 0
