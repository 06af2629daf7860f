"""The product itself as a process of its own, over its own database: for browsers and drills."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
STOP_SECONDS = 20
# What a test process sets for itself and the product must not inherit.
OWN_SETTINGS = {
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "HTTPS",
    "SECRET_KEY",
    "TRUSTED_PROXY",
}


class Product:
    """`url` ends without a slash and stays the same over `stop()` and `start()`."""

    def __init__(self, folder: Path, *, database_url: str = "", **settings: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
        self.folder = folder
        self.log = folder / "log"
        self.env = {**inherited, "DATA_DIR": str(folder), "HOST": "127.0.0.1", "PORT": "0"}
        if database_url:
            self.env["DATABASE_URL"] = database_url
        self.env.update(settings)
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def ended_by_itself(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    @property
    def pid(self) -> int:
        """The process that serves. Raises RuntimeError while none does."""
        if self._process is None:
            raise RuntimeError("The product is not running.")
        return self._process.pid

    def start(self, *arguments: str) -> None:
        """Start serving; return once the address answers. Raises RuntimeError with the log."""
        written = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*postgres.leash("TERM"), *self._command("serve", *arguments)],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        limit = time.monotonic() + START_SECONDS
        while not (found := re.search(r"running at (\S+)/", self._logged(written))):
            if self._process.poll() is not None or time.monotonic() > limit:
                self.stop()
                raise RuntimeError("The product did not start:\n" + self._logged(written))
            time.sleep(0.05)
        self.url = found[1]
        self.env["PORT"] = self.url.rpartition(":")[2]

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def manage(self, *arguments: str) -> str:
        """Run a management command over the same database; return what it printed."""
        return subprocess.run(
            self._command(*arguments),
            cwd=ROOT,
            env=self.env,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
        ).stdout

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def _logged(self, since: int) -> str:
        return self.log.read_bytes()[since:].decode(errors="replace")
