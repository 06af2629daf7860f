"""A connection of the embedded server while a thread answers on it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from waitress.adjustments import Adjustments

from mmt.server import Channel

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024
MUCH = f"""
from mmt import server

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (bytes({MEGABYTE}) for _ in range(40))

sockets = server.listen("127.0.0.1", 0)
print(server.url("127.0.0.1", sockets[0]), flush=True)
server.serve(application, sockets)
"""


@pytest.fixture
def channel() -> Iterator[Channel]:
    ours, theirs = socket.socketpair()
    with theirs:
        made = Channel(SimpleNamespace(active_channels={}), ours, "", Adjustments(), map={})
        yield made
        made.handle_close()


def test_it_asks_to_be_written_to_only_while_nobody_writes(channel: Channel) -> None:
    assert not channel.writable()
    channel.total_outbufs_len = 1
    assert channel.writable()
    with channel.outbuf_lock, ThreadPoolExecutor(1) as loop:
        assert not loop.submit(channel.writable).result()
    assert channel.writable()


def test_it_asks_where_a_thread_waits_until_something_is_written(channel: Channel) -> None:
    channel.total_outbufs_len = channel.adj.outbuf_high_watermark + 1
    with channel.outbuf_lock, ThreadPoolExecutor(1) as loop:
        assert loop.submit(channel.writable).result()


def test_an_answer_larger_than_the_buffers_arrives_whole() -> None:
    command = [sys.executable, "-c", MUCH]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().strip().rstrip("/").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            size = 0
            while piece := connection.recv(MEGABYTE):
                size += len(piece)
        process.terminate()
    assert size > 40 * MEGABYTE
