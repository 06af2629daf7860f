"""What stands in front of the web nodes and ends TLS: nginx where it is on the machine.

Where it is not, a small forwarder (`forwarder.py`) takes its place, for tests alone.
"""

import ipaddress
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import postgres
from tests.product import ROOT

START_SECONDS = 20
NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream strength {{
{servers}
    }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem;
        client_max_body_size 10m;
        client_body_buffer_size 10m;
        proxy_max_temp_file_size 0;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        # A node that is away: the next one. What writes is sent again by the page, not from here.
        proxy_next_upstream error timeout;
        location / {{ proxy_pass http://strength; }}
    }}
}}
"""


class Proxy:
    """`url` is the address under which people know the product. `use` says which nodes serve."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.nginx = shutil.which("nginx")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}"
        _make_certificate(folder)
        self.trust = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return "nginx" if self.nginx else "the tests' own forwarder (no nginx on this machine)"

    def start(self, nodes: Sequence[str]) -> None:
        self._write(nodes)
        own = [sys.executable, "-m", "tests.cluster.forwarder", str(self.folder), str(self.port)]
        nginx = [self.nginx or "", "-c", str(self.folder / "nginx.conf")]
        self._process = subprocess.Popen(
            [*postgres.leash("TERM"), *(nginx if self.nginx else own)], cwd=ROOT
        )
        limit = time.monotonic() + START_SECONDS
        while not self._listens():
            if time.monotonic() > limit:
                raise RuntimeError("The proxy does not listen.")
            time.sleep(0.05)

    def use(self, nodes: Sequence[str]) -> None:
        """Send who comes from now on to these nodes alone."""
        self._write(nodes)
        if self.nginx and self._process:
            self._process.send_signal(signal.SIGHUP)
            time.sleep(0.5)  # it says nowhere when it has done so

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait()

    def _write(self, nodes: Sequence[str]) -> None:
        servers = [node.removeprefix("http://") for node in nodes]
        lines = "\n".join(f"        server {each};" for each in servers)
        text = NGINX.format(folder=self.folder, port=self.port, servers=lines)
        (self.folder / "nginx.conf").write_text(text, encoding="utf-8")
        new = self.folder / "nodes.new"
        new.write_text("\n".join(servers), encoding="utf-8")
        new.replace(self.folder / "nodes")

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


def _make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "strength in a test")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
