"""The embedded server: a taken port is said plainly, and stopping loses no answer."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from mmt import server, storage
from tests import prepared
from tests.product import Product

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60

# Answers after a second, and says which address and scheme the application saw.
SLOW = """
import time
from mmt import server

def application(environ, start_response):
    print("begun", flush=True)
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length)
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    seen = [environ["REMOTE_ADDR"], environ["wsgi.url_scheme"], str(len(body))]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [" ".join(seen).encode()]

sockets = server.listen("127.0.0.1", 0)
print(server.url("127.0.0.1", sockets[0]), flush=True)
server.serve(application, sockets, trusted_proxy={proxy!r})
print("stopped", flush=True)
"""


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_said_plainly(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "127.0.0.1")
    monkeypatch.setenv("PORT", str(taken))
    with pytest.raises(CommandError) as told:
        call_command("serve", "--prepare")
    assert str(told.value) == f"Port {taken} is taken. Try: make run PORT={taken + 1}"
    assert told.value.returncode == 1


@pytest.mark.parametrize(
    ("name", "word"), [("WORKERS", "-3"), ("PORT", "abc"), ("TRUSTED_PROXY", "proxy")]
)
def test_a_setting_that_it_cannot_serve_with_is_named(
    name: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "0")
    monkeypatch.setenv(name, word)
    with pytest.raises(ImproperlyConfigured, match=f"^{name} must be"):
        call_command("serve")


def test_without_collected_files_it_says_how_to_collect_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORT", "0")
    monkeypatch.setattr(storage, "are_collected", lambda: False)
    with pytest.raises(CommandError, match=r"run `manage\.py collectstatic"):
        call_command("serve")


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_out_of_range_is_named(port: int) -> None:
    with pytest.raises(server.Unavailable, match=f"PORT must lie between 1 and 65535, not {port}"):
        server.listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "a..b"])
def test_an_address_of_another_machine_is_named(host: str) -> None:
    with pytest.raises(server.Unavailable, match=re.escape(f"HOST '{host}' is not an address")):
        server.listen(host, 0)


def test_https_needs_to_know_its_proxy(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HTTPS = True
    monkeypatch.delenv("TRUSTED_PROXY", raising=False)
    with pytest.raises(CommandError, match="HTTPS=yes needs TRUSTED_PROXY"):
        call_command("serve")


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "localhost"), ("::1", "[::1]")],  # noqa: S104
)
def test_the_printed_address_can_be_typed_into_a_browser(host: str, shown: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assert server.url(host, listener) == f"http://{shown}:{port}/"


class Running:
    """The server over the small application above."""

    def __init__(self, proxy: str | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SLOW.format(proxy=proxy)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.lines = self.process.stdout
        self.port = int(self.lines.readline().strip().rstrip("/").rpartition(":")[2])

    def ask(self, path: str = "/", **headers: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers=named)
        answer = connection.getresponse().read().decode()
        connection.close()
        return answer

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.lines.close()


@pytest.fixture
def running() -> Iterator[Running]:
    found = Running()
    yield found
    found.end()


@pytest.fixture
def behind_proxy() -> Iterator[Running]:
    found = Running(proxy="127.0.0.1")
    yield found
    found.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_that_has_begun_is_answered_before_the_end(
    running: Running, number: signal.Signals
) -> None:
    answers: list[str] = []
    asking = Thread(target=lambda: answers.append(running.ask("/slow")))
    asking.start()
    assert running.lines.readline() == "begun\n"
    running.process.send_signal(number)
    asking.join(timeout=15)
    assert answers == ["127.0.0.1 http 0"]
    assert running.process.wait(timeout=15) == 0
    assert running.lines.readline() == "stopped\n"


def test_an_idle_connection_does_not_hold_up_the_end(running: Running) -> None:
    with socket.create_connection(("127.0.0.1", running.port)):
        running.ask()
        running.process.terminate()
        assert running.process.wait(timeout=4) == 0


def test_slow_senders_do_not_keep_others_waiting(running: Running) -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"
    slow = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(40)]
    for connection in slow:
        connection.sendall(head)
    try:
        assert running.ask() == "127.0.0.1 http 0"
    finally:
        for connection in slow:
            connection.close()


def test_a_body_past_the_limit_is_refused(running: Running) -> None:
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        size = server.LARGEST_REQUEST + 1
        connection.sendall(
            f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode()
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_forwarded_headers_of_a_stranger_are_not_believed(running: Running) -> None:
    seen = running.ask(X_Forwarded_For="203.0.113.7", X_Forwarded_Proto="https")
    assert seen == "127.0.0.1 http 0"


def test_forwarded_headers_of_the_proxy_are_believed(behind_proxy: Running) -> None:
    seen = behind_proxy.ask(X_Forwarded_For="203.0.113.7", X_Forwarded_Proto="https")
    assert seen == "203.0.113.7 https 0"


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Product]:
    """The whole product over a database of its own. What ends with what does not depend on which
    database it is, so it is seen once.
    """
    with prepared.running(tmp_path, settings.TEST_FOLDER) as found:
        yield found


def command_of(pid: int) -> list[str]:
    """Return the process's command and arguments; nothing once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
    except OSError:
        return [""]


def workers_of(product: Product) -> list[int]:
    """Return the workers that the product started, once there is one."""
    wanted = ["work", "--parent", str(product.pid)]
    limit = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit:
        found = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
        if workers := [pid for pid in found if command_of(pid)[-3:] == wanted]:
            return workers
        time.sleep(0.1)
    raise AssertionError("No worker was started.")


def wait_for_the_end_of(pid: int) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while command_of(pid) != [""]:
        assert time.monotonic() < limit, "The worker goes on."
        time.sleep(0.1)


def test_a_worker_comes_with_the_product_comes_back_and_goes_with_it(whole: Product) -> None:
    [first] = workers_of(whole)
    os.kill(first, signal.SIGKILL)
    wait_for_the_end_of(first)
    [second] = workers_of(whole)
    assert second != first
    whole.stop()
    wait_for_the_end_of(second)


def test_a_worker_ends_when_the_product_is_killed(whole: Product) -> None:
    [worker] = workers_of(whole)
    whole.kill()
    wait_for_the_end_of(worker)


def test_a_charset_that_reads_nothing_is_answered(whole: Product) -> None:
    """What fails on the request itself has no page: of the product as it is served."""
    asked = http.client.HTTPConnection(urlsplit(whole.url).netloc, timeout=PATIENCE_SECONDS)
    said = {"Content-Type": "text/plain; charset=undefined"}
    asked.request("POST", "/accounts/login/?next=x", b"", said)
    assert asked.getresponse().status == 400
    asked.close()
