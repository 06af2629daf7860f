"""PostgreSQL: pg_dump of one snapshot, and pg_restore of it, all or nothing."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

from .archive import PART
from .manifest import read_facts
from .problems import Damaged, NotEmpty, Problem
from .snapshot import Snapshot

PLACES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"


def size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


@contextmanager
def snapshot(_folder: Path) -> Iterator[Snapshot]:
    """Yield a dump whose content and facts are of one moment. Nobody waits for it.

    Raises Problem where pg_dump is missing, older than the server, or fails.
    """
    with psycopg.connect(**_parameters()) as own, own.transaction():
        own.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        [[name]] = own.execute("SELECT pg_export_snapshot()").fetchall()
        tables = [table for (table,) in own.execute(TABLES)]
        facts = read_facts(lambda sql: own.execute(sql.encode()).fetchall(), tables)
        server = own.info.parameter_status("server_version") or ""
        yield Snapshot(facts, f"PostgreSQL {server}", _dump(name))


def check_is_empty() -> None:
    """Raises NotEmpty where the database has tables, saying whom they hold."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if not tables:
            return
        people = patients = 0
        if {"accounts_user", "patients_patient"} <= tables:
            cursor.execute(
                "SELECT (SELECT count(*) FROM accounts_user),"
                " (SELECT count(*) FROM patients_patient)"
            )
            people, patients = cursor.fetchone()
    raise NotEmpty(
        f"The database holds {len(tables)} tables, {people} people who sign in and {patients} "
        "patients. A backup is brought back into an empty database only: `createdb` makes one."
    )


def bring_back(content: Iterator[bytes], _folder: Path) -> None:
    """Restore a dump in one transaction. Raises Problem."""
    command = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    with _program("pg_restore", *command, stdin=subprocess.PIPE) as running:
        pipe = cast(IO[bytes], running.stdin)
        try:
            for piece in content:
                pipe.write(piece)
            pipe.close()
        except BrokenPipeError:
            pass  # it says why on its way out
        except Damaged:
            running.kill()
            raise
        _finish(running, "pg_restore")
    connection.close()


def _dump(snapshot_name: str) -> Iterator[bytes]:
    options = [f"--snapshot={snapshot_name}", "--no-owner", "--no-privileges"]
    # Packed outside, with all the rest.
    options += ["--format=custom", "--compress=0"]
    with _program("pg_dump", *options, stdout=subprocess.PIPE) as running:
        pipe = cast(IO[bytes], running.stdout)
        while piece := pipe.read(PART):
            yield piece
        _finish(running, "pg_dump")


def _finish(running: "subprocess.Popen[bytes]", name: str) -> None:
    words = running.stderr.read().decode(errors="replace").strip() if running.stderr else ""
    if running.wait():
        raise Problem(f"{name} failed: {words[-1000:]}")


@contextmanager
def _program(name: str, *options: str, **pipes: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one of PostgreSQL's own programs; the password goes by its environment."""
    parameters = _parameters()
    password = str(parameters.pop("password", ""))
    command = [_found(name), f"--dbname={make_conninfo(**parameters)}", *options]
    with subprocess.Popen(  # noqa: S603  (a program of PostgreSQL, without a shell)
        command,
        env={**os.environ, "PGPASSWORD": password},
        stderr=subprocess.PIPE,
        **pipes,
    ) as running:
        try:
            yield running
        finally:
            if running.poll() is None:
                running.kill()


def _found(name: str) -> str:
    """Return the newest of the programs of that name: it reads every older server."""
    folders = [folder for place in PLACES for folder in Path("/").glob(place)]
    newest = max(
        (folder for folder in folders if (folder / name).exists()),
        key=lambda folder: [int(number) for number in re.findall(r"\d+", str(folder))],
        default=None,
    )
    found = str(newest / name) if newest else shutil.which(name)
    if not found:
        raise Problem(
            f"{name} is not on this machine. On Debian: apt-get install postgresql-client"
        )
    return found


def _parameters() -> dict[str, Any]:
    """Return how the product reaches its database, as libpq knows it."""
    known = {each.keyword.decode() for each in psycopg.pq.Conninfo.get_defaults()}
    given = connection.get_connection_params()
    return {name: value for name, value in given.items() if name in known and value != ""}
