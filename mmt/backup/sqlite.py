"""SQLite: a copy of the database while it is in use, and putting one in its place."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import OperationalError, connection

from .archive import pieces
from .manifest import Facts, read_facts
from .problems import Damaged, DiskFull, NotEmpty
from .snapshot import Snapshot

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def path() -> Path:
    return Path(connection.settings_dict["NAME"])


def size() -> int:
    """Return how many bytes the database and what waits beside it have on disk."""
    files = [path(), path().with_name(path().name + "-wal")]
    return sum(file.stat().st_size for file in files if file.exists())


@contextmanager
def snapshot(folder: Path) -> Iterator[Snapshot]:
    """Yield a copy of one moment, made in `folder`. Nobody waits for it, and what was deleted is
    not in it any more. Raises Damaged, DiskFull.
    """
    copy = folder / "copy.sqlite3"
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
    except OperationalError as problem:
        if "full" not in str(problem):
            raise
        raise DiskFull(f"The disk of {folder.parent} became full. Nothing was kept.") from None
    copy.chmod(0o600)
    facts = _checked(copy)
    yield Snapshot(facts, f"SQLite {sqlite3.sqlite_version}", pieces(copy))


def check_is_empty() -> None:
    """Raises NotEmpty where the database holds people."""
    if not path().exists():
        return
    with closing(sqlite3.connect(path())) as found:
        tables = {name for (name,) in found.execute(TABLES)}
        if "accounts_user" not in tables:
            return
        people, patients = (
            found.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("accounts_user", "patients_patient")
        )
    if people or patients:
        raise NotEmpty(
            f"{path()} holds {people} people who sign in and {patients} patients. A backup is "
            "brought back into an empty place only: set DATA_DIR to a new folder."
        )


def bring_back(content: Iterator[bytes], folder: Path) -> None:
    """Write the database anew from the bytes of one, by way of `folder`. Raises Damaged."""
    copy = folder / "restored.sqlite3"
    with copy.open("wb") as file:
        for piece in content:
            file.write(piece)
    _checked(copy)
    connection.close()
    # By SQLite's own way of copying, with its locks: a server that has the file open sees it too.
    with closing(sqlite3.connect(copy)) as restored, closing(sqlite3.connect(path())) as here:
        restored.backup(here)
    path().chmod(0o600)


def _checked(copy: Path) -> Facts:
    with closing(sqlite3.connect(copy)) as found:
        [(verdict,), *_rest] = found.execute("PRAGMA integrity_check(1)").fetchall()
        if verdict != "ok":
            raise Damaged(f"The database is damaged: {verdict}.")
        tables = [name for (name,) in found.execute(TABLES)]
        return read_facts(lambda sql: found.execute(sql).fetchall(), tables)
