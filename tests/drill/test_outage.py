"""The database is away, busy or out of room: plain words, and no restart of the product."""

import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError
from django.test import RequestFactory

from mmt import errors
from mmt.server import THREADS

from .client import Answer, Client
from .conftest import ON_POSTGRES
from .drill import Drill
from .writers import Page

on_postgres = pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has no server that stops.")
on_sqlite = pytest.mark.skipif(ON_POSTGRES, reason="PostgreSQL's disk is another machine's.")
DISK = "no room"
AWAY = "does not answer"
PEOPLE, VISITS = THREADS, 3


@pytest.fixture
def draft(drill: Drill) -> Page:
    """A page on a fresh draft, with one score saved and one waiting."""
    found = drill.page()
    found.put([("hip_flexion.right", "4")])
    assert found.send()
    found.put([("hip_flexion.left", "3")])
    return found


def refusal_of(draft: Page) -> Answer:
    """Return the answer to what waits, which is not taken."""
    assert not draft.send()
    return draft.refused.pop()


@contextmanager
def away(drill: Drill) -> Iterator[None]:
    assert drill.server is not None
    drill.server.stop()
    try:
        yield
    finally:
        drill.server.start()


@contextmanager
def full_disk(drill: Drill) -> Iterator[None]:
    """The product's process can write to no file, as on a disk without room."""
    pid = drill.product.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def assert_says(answer: Answer, words: str) -> None:
    """A script is told in JSON, a person in a page; both when to come again."""
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    if answer.headers["Content-Type"] == "application/json":
        assert answer.json()["error"] == "server"
        assert words in answer.json()["message"]
    else:
        assert words in answer.text
        assert "What was saved before is safe." in answer.text
        assert "Traceback" not in answer.text


@on_postgres
def test_while_the_database_is_away_each_request_says_so_at_once(drill: Drill, draft: Page) -> None:
    with away(drill):
        began = time.monotonic()
        assert_says(refusal_of(draft), AWAY)
        assert_says(draft.client.get(f"/patients/{draft.patient}/"), AWAY)
        form = draft.client.post(f"{draft.address}/score/", then="sign")
        assert_says(form, AWAY)
        assert "Go back in the browser: what you typed still stands in the form." in form.text
        assert drill.stranger().get("/healthz").status == 200
        ready = drill.stranger().get("/readyz")
        assert (ready.status, ready.json()["parts"]["database"]) == (503, "away")
        assert time.monotonic() - began < 5
    assert draft.send()


@on_postgres
def test_after_a_restart_of_the_database_not_one_request_fails(drill: Drill, draft: Page) -> None:
    """Each thread of the product held a connection that is dead now."""
    clients = [drill.client() for _each in range(PEOPLE)]

    def statuses(client: Client) -> list[int]:
        return [client.get(f"{draft.address}/score/").status for _each in range(VISITS)]

    def ask() -> set[int]:
        with ThreadPoolExecutor(len(clients)) as pool:
            return set(chain.from_iterable(pool.map(statuses, clients)))

    ask()
    with away(drill):
        pass
    assert draft.send()
    assert ask() == {200}


@on_sqlite
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux can limit another process.")
def test_on_a_full_disk_nothing_is_taken_and_reading_goes_on(drill: Drill, draft: Page) -> None:
    grid = f"{draft.address}/score/"
    draft.client.get(grid)
    with full_disk(drill):
        assert_says(refusal_of(draft), DISK)
        signature = {"patient": draft.patient, "revision": "1"}
        assert_says(draft.client.post(f"{draft.address}/sign/", **signature), DISK)
        assert draft.client.get(grid).status == 200
    assert not draft.check()
    assert draft.send()
    assert not draft.check()


@on_sqlite
def test_a_save_waits_for_whoever_writes_just_now(drill: Drill, draft: Page) -> None:
    assert isinstance(drill.store.place, Path)
    with closing(sqlite3.connect(drill.store.place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(draft.send)
            time.sleep(0.5)
            assert not sending.done()
            other.execute("ROLLBACK")
            assert sending.result()


def locked(folder: Path) -> None:
    with (
        closing(sqlite3.connect(folder / "a", isolation_level=None)) as one,
        closing(sqlite3.connect(folder / "a", isolation_level=None, timeout=0)) as two,
    ):
        one.execute("BEGIN IMMEDIATE")
        two.execute("BEGIN IMMEDIATE")


def full(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "a", isolation_level=None)) as connection:
        connection.execute("PRAGMA max_page_count = 2")
        connection.execute("CREATE TABLE a (b)")
        connection.execute("INSERT INTO a VALUES (zeroblob(10000))")


def wrong_statement(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "a")) as connection:
        connection.execute("SELECT * FROM nowhere")


def full_server(_folder: Path) -> None:
    raise psycopg.errors.DiskFull


def gone_server(_folder: Path) -> None:
    raise psycopg.errors.AdminShutdown


@pytest.mark.parametrize(
    ("act", "status", "words"),
    [
        (locked, 503, AWAY),
        (full, 503, DISK),
        (full_server, 503, DISK),
        (gone_server, 503, AWAY),
        (wrong_statement, 500, "The fault is on our side."),
    ],
)
def test_what_the_driver_reports_is_told_in_words(
    act: Callable[[Path], None], status: int, words: str, tmp_path: Path
) -> None:
    try:
        try:
            act(tmp_path)
        except (sqlite3.Error, psycopg.Error) as problem:
            raise OperationalError(*problem.args) from problem  # as Django passes it on
    except OperationalError:
        answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_a_fault_that_follows_from_the_first_does_not_hide_it() -> None:
    try:
        try:
            raise OperationalError("server closed the connection")
        except OperationalError:
            raise RuntimeError("and then this") from None
    except RuntimeError:
        assert errors.server_error(RequestFactory().post("/")).status_code == 503
