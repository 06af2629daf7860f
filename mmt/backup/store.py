"""The folder of backups: names by time, which to keep, how much room there is."""

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from mmt import env

from .problems import Busy, DiskFull, Problem

PREFIX, SUFFIX = "strength-", ".backup"
NAME = re.compile(rf"^{PREFIX}\d{{8}}T\d{{6}}Z\{SUFFIX}$")
STAMP = "%Y%m%dT%H%M%SZ"
SPARE = 50 * 1024 * 1024  # bytes that are left free for the product


def folder() -> Path:
    """Return BACKUP_DIR, made if it is not there."""
    found = Path(env.text("BACKUP_DIR") or Path(settings.DATA_DIR) / "backups")
    try:
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise Problem(f"BACKUP_DIR cannot be used: {problem}.") from None
    return found


def backups(where: Path) -> list[Path]:
    """Return the backups of a folder, newest first."""
    return sorted((file for file in where.iterdir() if NAME.match(file.name)), reverse=True)


def newest(where: Path) -> Path:
    found = backups(where)
    if not found:
        raise Problem(f"There is no backup in {where}. `manage.py backup` makes one.")
    return found[0]


def name_for(moment: datetime) -> str:
    return f"{PREFIX}{moment.astimezone(UTC):{STAMP}}{SUFFIX}"


def made_at(file: Path) -> datetime:
    """Return the moment that the name of a backup tells."""
    stamp = file.name.removeprefix(PREFIX).removesuffix(SUFFIX)
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


def surplus(files: list[Path], *, days: int, weeks: int) -> list[Path]:
    """Return which of the backups, newest first, are older than need be.

    Kept are the newest of each of the last `days` days and `weeks` weeks that have one, by UTC, and
    the newest of all.
    """
    kept = set(files[:1])
    for wanted, pattern in ((days, "%Y-%m-%d"), (weeks, "%G-%V")):
        periods: dict[str, Path] = {}
        for file in files:
            periods.setdefault(made_at(file).strftime(pattern), file)
        kept.update(list(periods.values())[:wanted])
    return [file for file in files if file not in kept]


def remove(file: Path) -> None:
    for each in (file, sum_of(file)):
        each.unlink(missing_ok=True)


def sum_of(file: Path) -> Path:
    """Return where the checksum of a backup lies, for `sha256sum -c`, which needs no key."""
    return file.with_name(file.name + ".sha256")


def check_room(where: Path, wanted: int) -> None:
    """Raises DiskFull."""
    free = shutil.disk_usage(where).free
    if free < wanted + SPARE:
        raise DiskFull(
            f"The disk of {where} is too full: {_mb(wanted + SPARE)} are needed, {_mb(free)} are "
            "free. Nothing was written."
        )


@contextmanager
def plain_words(where: Path) -> Iterator[None]:
    """Say in words what the system refuses while a file is written."""
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"The disk of {where} became full. Nothing was kept.") from None
        raise Problem(f"{where} cannot be written: {problem}.") from None


@contextmanager
def alone(where: Path) -> Iterator[None]:
    """Hold the folder for one command. Raises Busy."""
    handle = os.open(where / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise Busy(f"Another backup is being made in {where}.") from None
    try:
        yield
    finally:
        os.close(handle)


def _mb(size: int) -> str:
    return f"{size / 1024 / 1024:,.0f} MB"
