"""Whether the newest backup would help: brought back into a throw-away place, and looked at."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import DatabaseError
from psycopg import sql

from mmt import env
from mmt.audit.models import AuditEvent, Chain

from . import archive, place
from .manifest import Manifest
from .problems import Damaged, Problem

# Settings of the place itself, given by value or by a file: none of them may reach another one.
OF_THE_PLACE = ("DATABASE_URL", "STANDBY_URL", "DATA_DIR", "SECRET_KEY", "DEIDENTIFICATION_KEY")
OWN = {*OF_THE_PLACE, *(f"{name}_FILE" for name in OF_THE_PLACE)}


@dataclass(frozen=True, slots=True)
class Tried:
    """`told` is what `restore` said, `seconds` how long it took, `lost` how many events the log has
    since the backup: None where the product's own database cannot be asked.
    """

    manifest: Manifest
    told: str
    seconds: float
    lost: int | None


def try_out(file: Path, key: bytes) -> Tried:
    """Restore with the command itself, into a place that is removed again. Raises Problem."""
    manifest = archive.check(file, key)
    with place.scratch() as space, _database(manifest) as url:
        environment = {name: text for name, text in os.environ.items() if name not in OWN}
        environment |= {"DATA_DIR": str(space)} | ({"DATABASE_URL": url} if url else {})
        began = time.monotonic()
        done = subprocess.run(  # noqa: S603  (our own command)
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", str(file)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
    if done.returncode:
        problem = Problem(f"{file} cannot be brought back:\n{done.stderr.strip()[-2000:]}")
        problem.code = max(done.returncode, Problem.code)  # below nought where it was killed
        raise problem
    told = done.stdout + done.stderr
    return Tried(manifest, told.strip(), seconds, events_since(manifest))


def events_since(manifest: Manifest) -> int | None:
    """Count what the log has got since. Raises Damaged where it is another than the backup's."""
    try:
        heads = dict(Chain.objects.values_list("name", "sequence"))
        for name, (sequence, digest) in manifest.facts.chains.items() if heads else ():
            at = AuditEvent.objects.filter(chain=name, sequence=sequence)
            if sequence and not at.filter(hash=digest).exists():
                raise Damaged(
                    f"The audit log of today is not the one of the backup: chain {name} has "
                    f"another event {sequence}, or none."
                )
    except DatabaseError:
        return None
    then = {name: sequence for name, (sequence, _digest) in manifest.facts.chains.items()}
    return sum(heads[name] - then.get(name, 0) for name in heads) if heads else None


@contextmanager
def _database(manifest: Manifest) -> Iterator[str]:
    """Yield the address of a database of its own; "" where that is a file in the place."""
    if manifest.database == "sqlite":
        yield ""
        return
    server = urlsplit(env.text("DATABASE_URL"))
    if not server.scheme.startswith("postgres"):
        raise Problem("The backup is of PostgreSQL: DATABASE_URL must name a server to try it on.")
    name = f"strength_drill_{uuid4().hex}"
    with psycopg.connect(address_of(server), autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            raise Problem(
                "The database's user may not create one to try the backup in. Allow it (ALTER USER "
                "... CREATEDB), or set DATABASE_URL to a server where it may."
            ) from None
    try:
        yield address_of(server._replace(path=f"/{name}"))
    finally:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        with psycopg.connect(address_of(server), autocommit=True) as connection:
            connection.execute(drop)


def address_of(server: SplitResult) -> str:
    """Return the URL again: `geturl` leaves out the slashes where the host is a socket."""
    asked = f"?{server.query}" if server.query else ""
    return f"{server.scheme}://{server.netloc}{server.path}{asked}"
