"""Requests to a site of nginx, as from the browsers of a clinic."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.certificate import NAME
from tests.nginx import Nginx

PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@contextmanager
def connected(
    site: Nginx, *, source: str = "127.0.0.1", plain: bool = False
) -> Iterator[http.client.HTTPConnection]:
    """Yield a connection from one of this machine's own addresses."""
    port = site.plain_port if plain else site.port
    connection = http.client.HTTPConnection(NAME, port, timeout=PATIENCE_SECONDS)
    bare = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS, (source, 0))
    connection.sock = bare if plain else site.trust.wrap_socket(bare, server_hostname=NAME)
    try:
        yield connection
    finally:
        connection.close()


def ask(
    site: Nginx,
    path: str,
    body: bytes | None = None,
    *,
    source: str = "127.0.0.1",
    plain: bool = False,
    headers: dict[str, str] | None = None,
) -> Answer:
    """GET, or POST where there is a body."""
    with connected(site, source=source, plain=plain) as connection:
        connection.request("GET" if body is None else "POST", path, body, headers or {})
        with connection.getresponse() as answer:
            return Answer(answer.status, answer.headers, answer.read())
