"""python -m tests.deploy.node FOLDER PORT: a web node that tells what reached it, when it is let.

/          answers what it sees
/held/     answers once there is FOLDER/go; that it was reached shows as FOLDER/begun
/halves/   sends a part, and once there is FOLDER/go the rest
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mmt import server

HALF = bytes(4 * 1024 * 1024)
PATIENCE_SECONDS = 120


def application_over(folder: Path) -> Callable[[dict[str, Any], Any], Any]:
    def application(environ: dict[str, Any], start_response: Any) -> Any:
        body = environ["wsgi.input"].read()
        if environ["PATH_INFO"] == "/held/":
            (folder / "begun").touch()
            _wait_for(folder / "go")
        start_response("200 OK", [("Content-Type", "application/json")])
        return _halves(folder) if environ["PATH_INFO"] == "/halves/" else [_seen(environ, body)]

    return application


def _seen(environ: dict[str, Any], body: bytes) -> bytes:
    named = ("REMOTE_ADDR", "HTTP_HOST", "HTTP_X_REQUEST_ID", "HTTP_FORWARDED", "wsgi.url_scheme")
    return json.dumps({name: environ.get(name) for name in named} | {"size": len(body)}).encode()


def _halves(folder: Path) -> Iterator[bytes]:
    yield HALF
    (folder / "begun").touch()
    _wait_for(folder / "go")
    yield HALF


def _wait_for(sign: Path) -> None:
    limit = time.monotonic() + PATIENCE_SECONDS
    while not sign.exists() and time.monotonic() < limit:
        time.sleep(0.02)


if __name__ == "__main__":
    sockets = server.listen("127.0.0.1", int(sys.argv[2]))
    sys.stdout.write(server.url("127.0.0.1", sockets[0]) + "\n")
    sys.stdout.flush()
    server.serve(application_over(Path(sys.argv[1])), sockets, trusted_proxy="127.0.0.1")
