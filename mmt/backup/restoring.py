"""Bringing a backup back: checked before anything is written, and held against it afterwards."""

import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from mmt.audit.verify import broken_chains

from . import archive, place, store
from .manifest import Facts, Manifest, read_facts
from .problems import Damaged, Problem


def restore(file: Path, key: bytes, *, progress: archive.Progress) -> Manifest:
    """Bring the backup back into this place, which must be empty. Raises Problem.

    Afterwards the place holds what the manifest says, or Damaged tells what it does not.
    """
    place.database().check_is_empty()
    manifest = archive.check(file, key, progress)
    _check_fits(manifest)
    with store.plain_words(place.data()), place.scratch() as space:
        store.check_room(space, 2 * archive.sizes_of(manifest.files))
        with archive.contents(file, key) as parts:
            for name, content in groupby(parts, key=lambda part: part[0]):
                _bring_back(name, (piece for _name, piece in content), space)
    if problems := list(verify(manifest)):
        raise Damaged("The place does not hold what the backup had:\n" + "\n".join(problems))
    return manifest


def verify(manifest: Manifest) -> Iterator[str]:
    """Say what this place has otherwise than a backup, and where its audit log does not hold.

    The log of an older version is read when `migrate` has brought it up (`verify_audit`).
    """
    yield from manifest.facts.differences(facts_here())
    if not behind(manifest):
        yield from broken_chains()


def facts_here() -> Facts:
    def query(sql: str) -> list[tuple[object, ...]]:
        cursor.execute(sql)
        return list(cursor.fetchall())

    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        # What SQLite notes about its indexes is its own.
        return read_facts(query, [name for name in names if not name.startswith("sqlite_")])


def behind(manifest: Manifest) -> bool:
    """Whether the backup is of an older version, so that `migrate` has something to do."""
    applied = {(app, name) for app, names in manifest.facts.migrations.items() for name in names}
    return bool(set(_known()) - applied)


def _check_fits(manifest: Manifest) -> None:
    """Raises Problem where this version of the product, on this database, cannot read it."""
    if manifest.database != connection.vendor:
        raise Problem(
            f"The backup is of {manifest.database}; DATABASE_URL names {connection.vendor}."
        )
    known = _known()
    unknown = [
        f"{app}.{name}"
        for app, names in manifest.facts.migrations.items()
        for name in names
        if (app, name) not in known
    ]
    if unknown:
        raise Problem(
            "The backup was made by another version of the product, which this one does not know: "
            + ", ".join(unknown)
        )


def _known() -> set[tuple[str, str]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return set(loader.disk_migrations or {}) | {
        key for migration in (loader.disk_migrations or {}).values() for key in migration.replaces
    }


def _bring_back(name: str, content: Iterator[bytes], space: Path) -> None:
    if name == place.DATABASE:
        place.database().bring_back(content, space)
        return
    folder, _slash, secret = name.partition("/")
    if folder != place.SECRETS or not secret or "/" in secret or secret.startswith("."):
        raise Damaged(f"The backup has a file that nobody knows: {name}.")
    _bring_back_secret(secret, b"".join(content))


def _bring_back_secret(name: str, content: bytes) -> None:
    """Put a secret in its place; another that stands there is kept beside it."""
    path = place.secrets() / name
    if path.exists():
        if path.read_bytes() == content:
            return
        path.rename(path.with_name(f"{name}.before-{timezone.now():%Y%m%dT%H%M%S%f}"))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
