"""The embedded web server: waitress, which buffers slow clients, stopped without losing answers."""

import errno
import gc
import logging
import os
import signal
import socket
import sys
import time
from types import FrameType
from typing import Any
from wsgiref.types import WSGIApplication

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server

from mmt.connections import Connections

# More of them only take turns at the interpreter: with eight, 95 of 100 requests of 200 people took
# 0.4 s, with four 0.13 s.
THREADS = 4
# For so long a thread keeps the interpreter from those that got an answer of the database: at
# Python's 5 ms a page that was drawn held up each save, after each of its statements.
TURN_SECONDS = 0.001
# Objects made until the newest are looked through for rings of garbage. Python's own 700 are less
# than a page makes.
YOUNG = 20_000
LARGEST_REQUEST = 10 * 1024 * 1024  # bytes
LARGEST_HEADERS = 32 * 1024
IDLE_SECONDS = 60
LONGEST_WAIT = 0.5  # seconds, until it is seen that the server was told to stop
BACKLOG = 1024
# Under the ten seconds after which container runtimes stop asking politely.
GRACE_SECONDS = 8
WILDCARDS = {"0.0.0.0", "::"}  # noqa: S104  (recognised here, not chosen)


class Unavailable(Exception):
    """The address cannot be listened on; says why and what to try."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen on every address that `host` stands for. Port 0 takes a free one.

    Who connects from now on waits for `serve`. Raises Unavailable.
    """
    if not 0 <= port <= 65535:
        raise Unavailable(f"PORT must lie between 1 and 65535, not {port}.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise Unavailable(f"HOST {host!r} is not an address of this machine.") from None
    sockets: list[socket.socket] = []
    problems: list[OSError] = []
    for family, kind, protocol, _name, address in found[:1] if port == 0 else found:
        try:
            sockets.append(_open(socket.socket(family, kind, protocol), address))
        except OSError as problem:
            problems.append(problem)
    # "localhost" may name an IPv6 address that the machine has not; a taken port is taken.
    fatal = [problem for problem in problems if problem.errno == errno.EADDRINUSE]
    if fatal or not sockets:
        for bound in sockets:
            bound.close()
        raise Unavailable(_reason(host, port, (fatal or problems)[0]))
    return sockets


def _open(listener: socket.socket, address: Any) -> socket.socket:
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _reason(host: str, port: int, problem: OSError) -> str:
    match problem.errno:
        case errno.EADDRINUSE:
            return f"Port {port} is taken. Try: make run PORT={port + 1 if port < 65535 else 8000}"
        case errno.EACCES:
            return f"Port {port} is not open to this user. Try: make run PORT=8000"
        case errno.EADDRNOTAVAIL:
            return f"HOST {host!r} is not an address of this machine."
        case _:
            return f"Cannot listen on {host} port {port}: {os.strerror(problem.errno or 0)}."


def url(host: str, listener: socket.socket) -> str:
    """Return the address to type into a browser on this machine."""
    port = listener.getsockname()[1]
    shown = "localhost" if host in WILDCARDS else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"


def serve(
    application: WSGIApplication, sockets: list[socket.socket], *, trusted_proxy: str | None = None
) -> None:
    """Answer requests until TERM or INT, then finish those that have begun.

    `trusted_proxy` is the one peer whose X-Forwarded-For and -Proto are believed; from anybody
    else these headers are removed.
    """
    sys.setswitchinterval(TURN_SECONDS)
    settle()
    channels = Connections()
    server = create_server(
        application,
        map=channels,
        sockets=sockets,
        threads=THREADS,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=10,
        connection_limit=1000,
        backlog=BACKLOG,
        max_request_body_size=LARGEST_REQUEST,
        max_request_header_size=LARGEST_HEADERS,
        ident=None,
        clear_untrusted_proxy_headers=True,
        **_proxy(trusted_proxy),
    )
    for listener in _listeners(channels):
        listener.channel_class = Channel
    # It warns of every request that waits a moment for a free thread.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    stop = _StopSignal()
    while not stop.asked:
        channels.turn(LONGEST_WAIT)
    stop.restore()
    _finish(channels)
    server.task_dispatcher.shutdown(timeout=1)
    wasyncore.close_all(channels)


def settle() -> None:
    """Look for garbage less often, and no more in what is loaded, which stays.

    A page of a hundred visits spent a tenth of its time on that, and left none.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def _proxy(address: str | None) -> dict[str, Any]:
    if not address:
        return {}
    return {
        "trusted_proxy": address,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }


class Channel(HTTPChannel):
    """A connection that asks to be written to only where nobody writes to it."""

    def writable(self) -> bool:
        """A thread that answers sends by itself. Asked for meanwhile, the loop would go round and
        round until that thread lets go: with forty connections it took half the processor.
        """
        if not super().writable():
            return False
        if self.total_outbufs_len > self.adj.outbuf_high_watermark:
            return True  # the thread waits for the loop to write
        if free := self.outbuf_lock.acquire(blocking=False):
            self.outbuf_lock.release()
        return free


class _StopSignal:
    """Remembers that TERM or INT came; a second one ends the process at once."""

    def __init__(self) -> None:
        self.asked = False
        self._before = {
            number: signal.signal(number, self._note) for number in (signal.SIGTERM, signal.SIGINT)
        }

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True

    def restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _listeners(channels: Connections) -> list[Any]:
    return [found for found in channels.values() if isinstance(found, BaseWSGIServer)]


def _finish(channels: Connections) -> None:
    """Take no new connection, answer what was asked, close each connection once it is quiet."""
    for listener in _listeners(channels):
        wasyncore.dispatcher.close(listener)  # its own close() would deafen the workers too
    limit = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < limit:
        open_channels = [found for found in channels.values() if isinstance(found, HTTPChannel)]
        if not open_channels:
            return
        for channel in open_channels:
            if not (channel.requests or channel.request or channel.total_outbufs_len):
                channel.will_close = True
        channels.ask_all()
        channels.turn(LONGEST_WAIT)
