"""The embedded server's connections: who rests is left alone, and misses nothing."""

import socket
from collections.abc import Iterator

import pytest

from mmt.connections import ALL_EVERY, Connections


class One:
    """A connection as waitress has it, which counts how often it was asked what it wants."""

    def __init__(self, ours: socket.socket) -> None:
        self.socket = ours
        self.asked, self.came = 0, b""
        self.wants_to_write = self.is_written_to = False

    def readable(self) -> bool:
        self.asked += 1
        return not self.wants_to_write

    def writable(self) -> bool:
        return self.wants_to_write

    def handle_read_event(self) -> None:
        self.came += self.socket.recv(100)

    def handle_write_event(self) -> None:
        self.is_written_to, self.wants_to_write = True, False


@pytest.fixture
def connections() -> Connections:
    return Connections()


@pytest.fixture
def pair(connections: Connections) -> Iterator[tuple[One, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        connections[ours.fileno()] = one = One(ours)
        connections.turn(0)
        yield one, theirs


def test_one_that_rests_is_not_asked_before_something_comes(
    connections: Connections, pair: tuple[One, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 0.0)
    one, theirs = pair
    asked = one.asked
    for _turn in range(5):
        connections.turn(0)
    assert one.asked == asked
    theirs.sendall(b"a request")
    connections.turn(5)
    connections.turn(0)
    assert (one.came, one.asked) == (b"a request", asked + 1)


def test_what_the_server_does_to_one_at_rest_is_seen_in_time(
    connections: Connections, pair: tuple[One, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = connections._all_asked
    monkeypatch.setattr("time.monotonic", lambda: now)
    one, _theirs = pair
    one.wants_to_write = True
    connections.turn(0)
    assert not one.is_written_to
    now += ALL_EVERY
    connections.turn(0)
    assert one.is_written_to


def test_all_can_be_asked_at_once(
    connections: Connections, pair: tuple[One, socket.socket]
) -> None:
    one, _theirs = pair
    one.wants_to_write = True
    connections.ask_all()
    connections.turn(0)
    assert one.is_written_to


def test_one_that_was_taken_out_is_heard_no_more(
    connections: Connections, pair: tuple[One, socket.socket]
) -> None:
    one, theirs = pair
    del connections[one.socket.fileno()]
    theirs.sendall(b"late")
    connections.turn(0)
    assert one.came == b""
