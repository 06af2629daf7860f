"""Making a backup: whole and read back, or none at all."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.db import connection
from django.utils import timezone

import mmt

from . import archive, place, store
from .erased import keep_erased
from .manifest import Manifest
from .problems import Problem


@dataclass(frozen=True, slots=True)
class Made:
    """`removed` are the older backups that went when this one stood, `set_aside` is the list of who
    was erased where the one that lay there could not be read.
    """

    file: Path
    size: int
    manifest: Manifest
    removed: list[Path]
    set_aside: Path | None


def make(key: bytes, *, days: int, weeks: int, progress: archive.Progress) -> Made:
    """Write a new backup, read it back, then let go of old ones. Raises Problem."""
    where = store.folder()
    with store.alone(where), store.plain_words(where), place.scratch() as space:
        _check_room(where, space)
        partial = where / ".partial"
        try:
            with _new(partial) as out:
                written = _write(out, key, space, progress)
            if archive.check(partial, key) != written:
                raise Problem("What was read back is not what was written. Nothing was kept.")
            set_aside = keep_erased(where, key)
            file = _publish(partial, where / store.name_for(written.made_at))
        finally:
            partial.unlink(missing_ok=True)
        removed = store.surplus(store.backups(where), days=days, weeks=weeks)
        for each in removed:
            store.remove(each)
    return Made(file, file.stat().st_size, written, removed, set_aside)


def _check_room(where: Path, space: Path) -> None:
    """On SQLite a copy of the database lies beside it meanwhile. Raises DiskFull."""
    wanted = place.database().size()
    copied = wanted if connection.vendor == "sqlite" else 0
    if where.stat().st_dev == space.stat().st_dev:
        store.check_room(where, wanted + copied)
    else:
        store.check_room(where, wanted)
        store.check_room(space, copied)


@contextmanager
def _new(partial: Path) -> Iterator[IO[bytes]]:
    """Open a new file for this user's eyes; what it got is on the disk afterwards."""
    partial.unlink(missing_ok=True)  # of a command that was killed
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def _write(out: IO[bytes], key: bytes, space: Path, progress: archive.Progress) -> Manifest:
    writer = archive.Writer(out, key, progress)
    # Before the snapshot: whatever was committed by then is in it.
    now = timezone.now()
    with place.database().snapshot(space) as found:
        writer.add(place.DATABASE, found.content)
        for secret in sorted(place.secrets().glob("*")):
            writer.add(f"{place.SECRETS}/{secret.name}", [secret.read_bytes()])
        manifest = Manifest(
            made_at=now,
            product=mmt.__version__,
            database=connection.vendor,
            server=found.server,
            facts=found.facts,
            files=writer.files,
        )
    writer.close(manifest)
    return manifest


def _publish(partial: Path, file: Path) -> Path:
    """Give the file its name, never one that is taken, once its checksum lies beside it."""
    digest = hashlib.sha256()
    for piece in archive.pieces(partial):
        digest.update(piece)
    if file.exists():
        raise Problem(f"{file} exists already. Nothing was overwritten.")
    try:
        store.sum_of(file).write_text(f"{digest.hexdigest()}  {file.name}\n", encoding="ascii")
        os.link(partial, file)
    except OSError:
        if store.sum_of(file).is_file():
            store.sum_of(file).unlink()
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return file
