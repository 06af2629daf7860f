"""A throwaway PostgreSQL: made in a temporary folder, stopped and removed afterwards.

python -m tests.postgres pytest tests/patients    runs a command that sees it as DATABASE_URL
"""

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
START_SECONDS = 30
STILL_IN_USE = "pre-existing shared memory block"
LAST_WORDS = 400  # of its log: one complaint and its hint
# A forgotten connection in a test must fail the test, not hold up the run.
SETTINGS = "max_connections = 200\nlock_timeout = '20s'\n"
BACKENDS = """
    SELECT pid FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
QUICK = "fsync = off\nfull_page_writes = off\n"


class NotStarted(Exception):
    """The server did not come up; carries its log."""


def programs() -> Path | None:
    """Return the folder that holds initdb and postgres, the newest of several."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [folder for place in PLACES for folder in Path("/").glob(place.lstrip("/"))]
    whole = [folder for folder in folders if (folder / "initdb").exists()]
    return max(whole, key=_version, default=None)


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(folder)))


@contextmanager
def throwaway(*, durable: bool = False) -> Iterator[str]:
    """Yield the address of a new cluster's empty database, whose user may do everything.

    With `durable`, a commit reaches the disk as it would in a clinic. Raises NotStarted.
    """
    with cluster(durable=durable) as server:
        yield server.url


@contextmanager
def cluster(*, durable: bool = False) -> Iterator["Cluster"]:
    """Like `throwaway`, for who stops and starts the server in between."""
    found = programs()
    if found is None:
        raise NotStarted("initdb is not on this machine.")
    owner = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="strength-postgres-", dir="/tmp" if owner else None))
    try:
        password = _initialise(found, folder, owner)
        with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(SETTINGS if durable else SETTINGS + QUICK)
        server = Cluster(found, folder, owner, password)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Cluster:
    """A PostgreSQL server; `url` stays the same over `stop()`, `kill()` and `start()`."""

    def __init__(self, found: Path, folder: Path, owner: dict[str, Any], password: str) -> None:
        self.folder = folder
        self.owner = owner
        port = _free_port()
        self.url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
        settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": ""}
        self._command = [*leash("QUIT"), str(found / "postgres"), "-D", str(folder / "data")]
        for name, value in settings.items():
            self._command += ["-c", f"{name}={value}"]
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it answers. Raises NotStarted with its log."""
        self._launch()
        self._wait()

    def _wait(self) -> None:
        limit = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._server is None or self._server.poll() is not None:
                log = (self.folder / "log").read_text(encoding="utf-8")
                # What a killed server leaves behind goes with the last of its sessions.
                if STILL_IN_USE not in log[-LAST_WORDS:] or time.monotonic() > limit:
                    raise NotStarted(log)
                self._launch()
            elif time.monotonic() > limit:
                raise NotStarted((self.folder / "log").read_text(encoding="utf-8"))
            time.sleep(0.05)

    def _launch(self) -> None:
        with (self.folder / "log").open("a", encoding="utf-8") as log:
            self._server = subprocess.Popen(
                self._command,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.owner,
            )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End it at once: every session is cut off, and the next start recovers from the log."""
        self._end(signal.SIGQUIT)

    def kill(self) -> None:
        """End it as a power cut would."""
        backends = self.backends()
        self._end(signal.SIGKILL)
        for pid in backends:
            _kill(pid)

    def kill_backend(self, choose: Callable[[list[int]], int]) -> None:
        """Kill one session's process; return when the server has thrown out all and recovered."""
        with suppress(psycopg.OperationalError), psycopg.connect(self.url) as own:
            if pids := self.backends():
                _kill(choose(pids))
                own.execute("SELECT pg_sleep(%s)", (START_SECONDS,))
        self._wait()

    def backends(self) -> list[int]:
        """Return the processes that serve sessions, ours not."""
        with psycopg.connect(self.url) as connection:
            rows = connection.execute(BACKENDS).fetchall()
        return [pid for (pid,) in rows]

    def _end(self, number: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(number)
            self._server.wait(timeout=START_SECONDS)
            self._server = None


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):  # it ended by itself
        os.kill(pid, signal.SIGKILL)


def _unprivileged() -> dict[str, Any]:
    """Return subprocess's arguments for the user who may run PostgreSQL: never root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    person = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}


def _initialise(found: Path, folder: Path, owner: dict[str, Any]) -> str:
    password = secrets.token_urlsafe(16)
    password_file = folder / "password"
    password_file.write_text(password, encoding="ascii")
    if owner:
        for path in (folder, password_file):
            os.chown(path, owner["user"], owner["group"])
    command: list[str | Path] = [
        found / "initdb",
        "-D",
        folder / "data",
        "-U",
        "postgres",
        "-E",
        "UTF8",
    ]
    command += ["--locale=C.UTF-8", "--no-sync", "-A", "scram-sha-256", "--pwfile", password_file]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **owner)
    if done.returncode:
        raise NotStarted(done.stdout + done.stderr)
    return password


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def leash(name: str) -> list[str]:
    """Return the prefix with which a program ends by this signal when its starter dies.

    Linux takes for the starter the thread, not the process: a program that is to outlast a thread
    of the moment must be started by another.
    """
    program = shutil.which("setpriv")
    return [program, "--pdeathsig", name] if program else []


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """Yield the address of a new database in the cluster that `url` points into; drop it after."""
    head, _, tail = url.partition("?")
    own = head.rpartition("/")[0] + f"/{name}" + (f"?{tail}" if tail else "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield own
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def main(command: list[str]) -> int:
    with throwaway() as url:
        return subprocess.run(
            command, env={**os.environ, "DATABASE_URL": url}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
