"""The whole on one machine: two web nodes and two workers over the servers, behind a proxy."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import postgres
from tests.drill.store import Store
from tests.product import ROOT, Product

from .proxy import proxy
from .servers import Servers, replicated

ARRIVE_SECONDS = 0.5  # whoever was sent to a node just before it was taken out
NEXT = "tests.cluster.next_settings"


class Worker:
    def __init__(self, node: Product) -> None:
        self.node = node
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        command = [*postgres.leash("TERM"), sys.executable, str(ROOT / "manage.py"), "work"]
        with self.node.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self.node.env, stdout=log, stderr=log
            )

    @property
    def ended_by_itself(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None


class Region:
    """`nodes` share one DATA_DIR, as machines would a folder; `store` reads past the product.

    What is done to it while people work is done by `hands`: who starts a program must be there for
    as long as it is (`postgres.leash`).
    """

    def __init__(self, folder: Path, servers: Servers) -> None:
        self.servers = servers
        self.store = Store(servers.writing)
        self.hands = ThreadPoolExecutor(max_workers=1)
        settings = {
            "DATA_DIR": str(folder / "data"),
            "DEMO": "no",
            "HTTPS": "yes",
            "NODES": "2",
            # The tests pause a standby and go on reading there.
            "STANDBY_LAG_SECONDS": "3600",
            "STANDBY_URL": servers.reading,
            "TRUSTED_PROXY": "127.0.0.1",
            "WORKERS": "0",
        }
        self.nodes = []
        # Both ways to hold connections: one for each thread, and a few that threads share.
        for name, pool in (("node-1", "0"), ("node-2", "3")):
            (folder / name).mkdir()
            own = {**settings, "DATABASE_POOL": pool}
            self.nodes.append(Product(folder / name, database_url=servers.writing, **own))
        (folder / "proxy").mkdir()
        self.proxy = proxy(folder / "proxy")
        self.workers: list[Worker] = []

    def start(self) -> None:
        self.nodes[0].start("--prepare")
        self.nodes[1].start()
        self.proxy.start([node.url for node in self.nodes])
        self.workers = [Worker(node) for node in self.nodes]

    def stop(self) -> None:
        for worker in self.workers:
            worker.kill()
        self.proxy.stop()
        for node in self.nodes:
            node.stop()

    @property
    def is_as_told(self) -> bool:
        """Whether what was started runs still, unless it was stopped or killed."""
        started: list[Product | Worker] = [*self.nodes, *self.workers]
        return not any(each.ended_by_itself for each in started)

    def deploy(self) -> None:
        """Bring the next version: its migrations first, then one node after the other, and the
        workers. What was killed before comes back with it.
        """
        for node in self.nodes:
            node.env["DJANGO_SETTINGS_MODULE"] = NEXT
        self.nodes[0].manage("migrate", "--verbosity", "0")
        for node in self.nodes:
            self.proxy.use([other.url for other in self.nodes if other is not node])
            time.sleep(ARRIVE_SECONDS)
            node.stop()
            node.start()
            self.proxy.use([each.url for each in self.nodes])
        for worker in self.workers:
            worker.stop()
            worker.start()


@contextmanager
def running() -> Iterator[Region]:
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="strength-cluster-"))
        region = Region(Path(folder), stack.enter_context(replicated()))
        stack.callback(region.stop)
        stack.enter_context(region.hands)
        region.start()
        yield region
