"""What stands in front of the web nodes and ends TLS: nginx with the site that is shipped.

Where nginx is not on the machine, a small forwarder (`forwarder.py`) takes its place, for tests
alone.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests import certificate, parts, postgres
from tests.nginx import Nginx, free_port, listens
from tests.product import ROOT

START_SECONDS = 20


def proxy(folder: Path) -> "Nginx | StandIn":
    return Nginx(folder) if parts.nginx() else StandIn(folder)


class StandIn:
    """The forwarder, with the face of `Nginx`."""

    name = "the tests' own forwarder (no nginx on this machine)"

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.trust = certificate.make(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, nodes: Sequence[str]) -> None:
        self.use(nodes)
        own = [sys.executable, "-m", "tests.cluster.forwarder", str(self.folder), str(self.port)]
        self._process = subprocess.Popen([*postgres.leash("TERM"), *own], cwd=ROOT)
        limit = time.monotonic() + START_SECONDS
        while not listens(self.port):
            if time.monotonic() > limit:
                raise RuntimeError("The proxy does not listen.")
            time.sleep(0.05)

    def use(self, nodes: Sequence[str]) -> None:
        """Send who comes from now on to these nodes alone."""
        new = self.folder / "nodes.new"
        new.write_text("\n".join(node.removeprefix("http://") for node in nodes), encoding="utf-8")
        new.replace(self.folder / "nodes")

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait()
