"""A PostgreSQL primary and two standbys that stream from it, the first of them synchronously."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests import postgres
from tests.postgres import Cluster
from tests.product import ROOT

NAMES = ("a", "b", "c")
# As docs/cluster.md has them. A commit waits until one standby, the first that is there, has it.
SETTINGS = """
wal_log_hints = on
wal_keep_size = '256MB'
hot_standby_feedback = on
wal_receiver_timeout = '5s'
wal_sender_timeout = '5s'
wal_retrieve_retry_interval = '500ms'
"""
SYNCHRONOUS = "FIRST 1 (a, b, c)"
IS_SYNCHRONOUS = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
STREAMING = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
NOT_ANSWERED = 3  # times in a row, half a second apart, after which a primary is taken for dead
LOOK_SECONDS = 0.5


class Servers:
    """`everyone` by name; `primary` is one of them. They know each other by one list of ports."""

    def __init__(self, everyone: dict[str, Cluster]) -> None:
        self.everyone = everyone
        self.primary = NAMES[0]

    @property
    def writing(self) -> str:
        """The address of whichever is the primary."""
        return self._address("read-write")

    @property
    def reading(self) -> str:
        """The address of whichever is a standby; with none left, of the primary."""
        return self._address("prefer-standby")

    @property
    def standbys(self) -> list[Cluster]:
        return [server for name, server in self.everyone.items() if name != self.primary]

    def _address(self, wanted: str) -> str:
        ports = [str(urlsplit(server.url).port) for server in self.everyone.values()]
        if wanted == "prefer-standby":
            ports.reverse()  # the primary last
        some = urlsplit(self.everyone[NAMES[0]].url)
        hosts = ",".join(["127.0.0.1"] * len(ports))
        query = f"host={hosts}&port={','.join(ports)}&target_session_attrs={wanted}"
        return f"postgresql://{some.username}:{some.password}@/postgres?{query}"

    def ask(self, server: Cluster, sql: str) -> Any:
        with psycopg.connect(server.url, autocommit=True) as connection:
            return connection.execute(sql.encode()).fetchall()[0][0]

    def pause(self) -> None:
        """Let the standbys receive, but not show, what the primary writes."""
        for server in self.standbys:
            self.ask(server, "SELECT pg_wal_replay_pause()")

    def resume(self) -> None:
        """Return once the standbys show all that the primary has."""
        end = self.ask(self.everyone[self.primary], "SELECT pg_current_wal_lsn()")
        for server in self.standbys:
            self.ask(server, "SELECT pg_wal_replay_resume()")
        for server in self.standbys:
            until_true(
                lambda server=server: self.ask(
                    server, f"SELECT pg_last_wal_replay_lsn() >= '{end}'"
                )
            )

    def kill_primary(self) -> None:
        self.everyone[self.primary].kill()

    def fail_over(self) -> None:
        """Do what whoever watches over a cluster does: be sure, promote, see who it is."""
        old = self.everyone[self.primary]
        silent = 0
        while silent < NOT_ANSWERED:
            silent = 0 if _answers(old) else silent + 1
            time.sleep(LOOK_SECONDS)
        urls = [server.url for server in self.everyone.values()]
        subprocess.run([ROOT / "deploy" / "promote", *urls], check=True, env=_with_psql())
        left = [name for name in self.everyone if name != self.primary]
        [self.primary] = [
            name for name in left if not self.ask(self.everyone[name], "SELECT pg_is_in_recovery()")
        ]


@contextmanager
def replicated() -> Iterator[Servers]:
    with postgres.cluster(durable=True) as first:
        configure(first.folder / "data", SETTINGS)
        first.stop()
        first.start()
        everyone = {NAMES[0]: first}
        for name in NAMES[1:]:
            everyone[name] = _same(first, name)
        servers = Servers(everyone)
        try:
            for name in NAMES[1:]:
                _follow(servers, name)
            for setting in (f"ALTER SYSTEM SET synchronous_standby_names = '{SYNCHRONOUS}'",):
                with psycopg.connect(first.url, autocommit=True) as connection:
                    connection.execute(setting.encode())
            servers.ask(first, "SELECT pg_reload_conf()")
            until_true(lambda: servers.ask(first, STREAMING) == len(NAMES) - 1)
            until_true(lambda: servers.ask(first, IS_SYNCHRONOUS) == 1)
            yield servers
        finally:
            for server in everyone.values():
                server.stop()


def _same(first: Cluster, name: str) -> Cluster:
    """Return a server of the same owner and password in a folder of its own, not started."""
    place = first.folder / name
    place.mkdir(mode=0o700)
    if first.owner:
        os.chown(place, first.owner["user"], first.owner["group"])
    found = postgres.programs()
    assert found
    return Cluster(found, place, first.owner, urlsplit(first.url).password or "")


def _follow(servers: Servers, name: str) -> None:
    """Copy the primary, and start the copy as a standby of whichever is the primary."""
    first, server = servers.everyone[servers.primary], servers.everyone[name]
    found = postgres.programs()
    assert found
    address = urlsplit(first.url)._replace(path="").geturl()
    command: list[Any] = [found / "pg_basebackup", "-D", server.folder / "data", "-d", address]
    command += ["-R", "-c", "fast", "--no-sync"]
    subprocess.run(command, check=True, cwd=first.folder, **first.owner)
    parts = urlsplit(servers.writing)
    conninfo = " ".join(
        [
            *(each for each in parts.query.split("&")),
            f"user={parts.username} password={parts.password} application_name={name}",
            "tcp_user_timeout=5000",
        ]
    )
    lines = f"primary_conninfo = '{conninfo}'\nsynchronous_standby_names = '{SYNCHRONOUS}'\n"
    with (server.folder / "data" / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write(lines)
    server.start()


def configure(data: Path, lines: str) -> None:
    with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(lines)


def until_true(ask: Any) -> None:
    limit = time.monotonic() + postgres.START_SECONDS
    while not ask():
        assert time.monotonic() < limit, "The servers do not follow one another."
        time.sleep(0.05)


def _answers(server: Cluster) -> bool:
    with suppress(psycopg.OperationalError):
        psycopg.connect(server.url, connect_timeout=2).close()
        return True
    return False


def _with_psql() -> dict[str, str]:
    found = postgres.programs()
    return {**os.environ, "PATH": f"{found}:{os.environ['PATH']}"}
