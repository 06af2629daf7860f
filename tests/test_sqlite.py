"""Connections to SQLite: kept over the requests of a thread, and writing in turn."""

import gc
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Thread

import pytest
from django.db import OperationalError, connection, transaction
from django.test import RequestFactory

from mmt import errors
from mmt.accounts.store import SessionStore
from mmt.sqlite import connection as ours
from mmt.sqlite.turn import Turn

NAMES = "SELECT name FROM sqlite_master"
ADD = "UPDATE counted SET number = number + 1"


@pytest.fixture(autouse=True)
def file(on_disk: str) -> str:
    """Return the path of the database that `connection` is connected to."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's connections: tests/drill.")
    ask("CREATE TABLE counted (number integer)")
    ask("INSERT INTO counted VALUES (0)")
    return on_disk.removeprefix("sqlite://")


def ask(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        return cursor.execute(statement).fetchall()


def next_request() -> None:
    connection.close_if_unusable_or_obsolete()


def held() -> object:
    return connection.connection


@contextmanager
def beside(act: Callable[[], None]) -> Iterator[None]:
    """Have this done meanwhile in another thread, over a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    yield
    thread.join()


def test_the_next_request_finds_the_connection_of_the_one_before() -> None:
    before = held()
    next_request()
    assert held() is before


def test_an_answer_left_half_read_hides_nothing_from_the_next_request(file: str) -> None:
    asked = connection.cursor()
    asked.execute(NAMES)
    assert asked.fetchone()
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE later (number integer)")
    next_request()
    assert ("later",) in ask(NAMES)
    ask("INSERT INTO later VALUES (1)")


def test_after_an_error_the_next_request_begins_with_a_new_connection() -> None:
    before = held()
    with suppress(OperationalError):
        ask("SELECT nothing FROM nowhere")
    next_request()
    assert ask(NAMES)
    assert held() is not before


def test_where_all_was_moved_away_the_next_request_writes_what_is_there_now(file: str) -> None:
    with closing(sqlite3.connect(file)) as before:
        before.execute("VACUUM INTO ?", [f"{file}.copy"])
    for each in ("", "-wal", "-shm"):
        Path(f"{file}{each}").rename(f"{file}.old{each}")
    Path(f"{file}.copy").rename(file)
    next_request()
    ask(ADD)
    with closing(sqlite3.connect(file)) as now:
        assert now.execute("SELECT number FROM counted").fetchall() == [(1,)]


@pytest.mark.parametrize("in_transaction", [True, False])
def test_threads_that_write_wait_for_one_another(
    in_transaction: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite is told not to wait: without their turn they would be refused."""
    monkeypatch.setattr(ours, "PATIENCE", 60)

    def add() -> None:
        ask("PRAGMA busy_timeout = 0")
        for _each in range(50):
            with transaction.atomic() if in_transaction else nullcontext():
                ask(ADD)

    with beside(add), beside(add), beside(add):
        add()
    assert ask("SELECT number FROM counted") == [(200,)]


def test_who_has_waited_a_while_closes_the_gate_until_it_is_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mmt.sqlite.turn.SOON", 0)
    turn = Turn()
    assert turn.take(within=0)
    waiting = Thread(target=lambda: turn.take(within=60))
    waiting.start()
    while waiting.is_alive() and not turn.is_closed:
        time.sleep(0.001)
    assert turn.is_closed
    turn.give_back()
    waiting.join()
    assert turn.is_taken
    assert not turn.is_closed


def test_nobody_passes_a_closed_gate() -> None:
    turn = Turn()
    with turn._gate:
        assert not turn.take(within=0.01)
    assert turn.take(within=0.01)


def test_who_waits_long_is_refused_by_sqlite_and_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ours, "PATIENCE", 0.01)
    answers = []

    def try_to_add() -> None:
        ask("PRAGMA busy_timeout = 10")
        try:
            ask(ADD)
        except OperationalError:
            answers.append(errors.server_error(RequestFactory().post("/")))

    with transaction.atomic(), beside(try_to_add):
        pass
    [answer] = answers
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert not ours.turn.is_taken


def test_a_session_that_cannot_be_kept_just_now_is_not_taken_for_one_that_ended(file: str) -> None:
    session = SessionStore()
    session.save()
    session["seen"] = 1
    ask("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            session.save()
    session.save()
    assert SessionStore(session.session_key)["seen"] == 1


def fails() -> None:
    with suppress(OperationalError), transaction.atomic():
        ask(ADD)
        ask("SELECT nothing FROM nowhere")


def fails_within() -> None:
    with transaction.atomic():
        fails()
        assert ours.turn.is_taken


def closes_within() -> None:
    with transaction.atomic():
        ask(ADD)
        connection.close()
        assert not ours.turn.is_taken


def cannot_begin() -> None:
    with transaction.atomic():
        ask(ADD)
        with suppress(OperationalError):
            ask("BEGIN IMMEDIATE")
        assert ours.turn.is_taken


def ends_it_by_hand() -> None:
    ask("BEGIN IMMEDIATE")
    assert ours.turn.is_taken
    ask("ROLLBACK")


def refused() -> None:
    with suppress(OperationalError):
        ask("INSERT INTO nowhere VALUES (1)")


@pytest.mark.parametrize(
    "act", [fails, fails_within, closes_within, cannot_begin, ends_it_by_hand, refused]
)
def test_however_writing_ends_the_turn_is_given_back(act: Callable[[], None]) -> None:
    act()
    assert not ours.turn.is_taken


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_thread_that_ends_in_the_middle_takes_no_turn_with_it() -> None:
    thread = Thread(target=lambda: transaction.atomic().__enter__())
    thread.start()
    thread.join()
    gc.collect()
    assert not ours.turn.is_taken
    ask(ADD)
