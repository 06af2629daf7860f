"""nginx over the site that is shipped: its places, ports and nodes are others, nothing else."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests import certificate, parts, postgres
from tests.product import ROOT

SITE = ROOT / "deploy" / "nginx" / "strength.conf"
NODE = "127.0.0.1:8000"
PATIENCE_SECONDS = 30
# As Debian's nginx.conf stands around a site, with all of it that a site of ours must overrule.
AROUND = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/log/error.log notice;
events {{ worker_connections 1024; }}
http {{
    sendfile on;
    tcp_nopush on;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    access_log {folder}/log/access.log;
    gzip on;
    client_body_temp_path {folder}/kept/body;
    proxy_temp_path {folder}/kept/proxy;
    fastcgi_temp_path {folder}/kept/fastcgi;
    uwsgi_temp_path {folder}/kept/uwsgi;
    scgi_temp_path {folder}/kept/scgi;
    include {folder}/strength.conf;
}}
"""
# What a worker says once it takes nobody any more.
LEAVES = "gracefully shutting down"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Nginx:
    """`url` is the address under which people know the product. `use` says which nodes serve.

    `folder` holds what would lie in the machine's own: logs in `log`, temporary files in `kept`,
    certbot's in `www`.
    """

    name = "nginx"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.plain_port = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        for place in ("log", "kept", "www"):
            (folder / place).mkdir()
        self.trust = certificate.make(folder)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def command(self) -> list[str]:
        return [parts.nginx() or "", "-c", str(self.folder / "nginx.conf")]

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self, nodes: Sequence[str]) -> None:
        """Return once it listens. Raises RuntimeError with its log."""
        self.write(nodes)
        self._process = subprocess.Popen([*postgres.leash("TERM"), *self.command], cwd=ROOT)
        self._wait(lambda: listens(self.port))

    def use(self, nodes: Sequence[str]) -> None:
        """Send who comes from now on to these nodes alone."""
        self.write(nodes)
        before = self._said().count(LEAVES)
        assert self._process
        self._process.send_signal(signal.SIGHUP)
        self._wait(lambda: self._said().count(LEAVES) > before)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def write(self, nodes: Sequence[str]) -> None:
        # Its workers would be nobody else's, and a folder of tests is closed to them.
        user = "user root;" if os.geteuid() == 0 else ""
        around = AROUND.format(folder=self.folder, user=user)
        (self.folder / "nginx.conf").write_text(around, encoding="utf-8")
        (self.folder / "strength.conf").write_text(self._site(nodes), encoding="utf-8")

    def _site(self, nodes: Sequence[str]) -> str:
        """Return the shipped site, moved here."""
        text = SITE.read_text(encoding="utf-8")
        [node] = [line for line in text.splitlines() if line.startswith(f"    server {NODE}")]
        ours = (node.replace(NODE, each.removeprefix("http://")) for each in nodes)
        moved = {
            node: "\n".join(ours),
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "listen [::]:80;": "",
            "listen [::]:443 ssl http2;": "",
            # Browsers leave out the port of TLS where it is 443.
            "Host $host;": f"Host $host:{self.port};",
            f"/etc/letsencrypt/live/{certificate.NAME}/fullchain.pem": (
                f"{self.folder}/{certificate.CERTIFICATE}"
            ),
            f"/etc/letsencrypt/live/{certificate.NAME}/privkey.pem": (
                f"{self.folder}/{certificate.KEY}"
            ),
            "/var/log/nginx/": f"{self.folder}/log/",
            "/var/www/html": f"{self.folder}/www",
        }
        for shipped, here in moved.items():
            assert shipped in text, f"{SITE.name} has no {shipped!r} any more."
            text = text.replace(shipped, here)
        return text

    def _said(self) -> str:
        log = self.folder / "log" / "error.log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    def _wait(self, is_so: Callable[[], bool]) -> None:
        limit = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            if time.monotonic() > limit or (self._process and self._process.poll() is not None):
                raise RuntimeError(f"nginx does not do what it was told:\n{self._said()}")
            time.sleep(0.02)
