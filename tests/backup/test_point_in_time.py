"""PostgreSQL brought back to the moment before a mistake, as docs/backup.md tells it."""

import os
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests import postgres

ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
# As docs/backup.md has them.
ARCHIVING = """
archive_mode = on
archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'
"""
RECOVERY = """
archive_mode = off
restore_command = 'cp {archive}/%f %p'
recovery_target_time = '{moment}'
recovery_target_action = promote
hot_standby = off
"""
IS_ARCHIVED = "SELECT coalesce(last_archived_wal >= %s, false) FROM pg_stat_archiver"


@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has no archive of what was written.")
@pytest.mark.skipif(postgres.programs() is None, reason="initdb is not on this machine.")
def test_what_stood_before_a_mistaken_delete_comes_back() -> None:
    with postgres.cluster() as server:
        archive, earlier = folder(server, "archive"), folder(server, "earlier")
        configure(server.folder / "data", ARCHIVING.format(archive=archive))
        server.stop()
        server.start()
        with psycopg.connect(server.url, autocommit=True) as clinic:
            clinic.execute("CREATE TABLE score AS SELECT generate_series(1, 100) AS id")
            base_backup(server, earlier / "data")
            clinic.execute("INSERT INTO score SELECT generate_series(101, 150)")
            moment = value(clinic, "SELECT clock_timestamp()::text")
            clinic.execute("DELETE FROM score")  # the mistake
            wait_for_the_archive(clinic)
        configure(earlier / "data", RECOVERY.format(archive=archive, moment=moment))
        (earlier / "data" / "recovery.signal").touch()
        found = postgres.Cluster(programs(), earlier, server.owner, password(server))
        found.start()
        try:
            with psycopg.connect(found.url) as restored:
                assert value(restored, "SELECT count(*) FROM score") == 150
        finally:
            found.stop()


def programs() -> Path:
    found = postgres.programs()
    assert found
    return found


def password(server: postgres.Cluster) -> str:
    return urlsplit(server.url).password or ""


def folder(server: postgres.Cluster, name: str) -> Path:
    made = server.folder / name
    made.mkdir(mode=0o700)
    if server.owner:
        os.chown(made, server.owner["user"], server.owner["group"])
    return made


def configure(data: Path, lines: str) -> None:
    with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(lines)


def base_backup(server: postgres.Cluster, data: Path) -> None:
    address = urlsplit(server.url)._replace(path="").geturl()
    command = [programs() / "pg_basebackup", "-D", data, "-d", address, "-c", "fast", "--no-sync"]
    subprocess.run(command, check=True, cwd=server.folder, **server.owner)


def value(connection: "psycopg.Connection[Any]", sql: str) -> Any:
    return connection.execute(sql.encode()).fetchall()[0][0]


def wait_for_the_archive(clinic: "psycopg.Connection[Any]") -> None:
    """Close the file that is being written, and see that it came into the archive."""
    last = value(clinic, "SELECT pg_walfile_name(pg_switch_wal())")
    limit = time.monotonic() + postgres.START_SECONDS
    while not clinic.execute(IS_ARCHIVED, [last]).fetchall()[0][0]:
        assert time.monotonic() < limit, "Nothing comes into the archive."
        time.sleep(0.05)
