"""Kill in the middle of saving and signing, bring back, compare: over and over."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event

from tests import prepared
from tests.postgres import Cluster, cluster
from tests.product import ROOT, Product

from .client import Client, patients, sign_in
from .store import Store
from .writers import Broken, Page, Signer, Writer, insist

WRITERS = 8
# Seconds from the first save, and from the signing request, to the kill: at most. Signing takes
# about a third of its time when nobody else is saving.
SAVING_SECONDS, BUSY_SECONDS, QUIET_SECONDS = 0.4, 0.4, 0.12
# Signed records of so many patients are compared with the read model at a time.
MOST_UNVERIFIED = 5
# How often each one is the victim where there is a server to kill.
VICTIMS = {"product": 6, "session of the database": 3, "database server": 1}


class Drill:
    """One product under fire. `seen` counts what happened, in plain words."""

    def __init__(self, product: Product, server: Cluster | None, seed: int) -> None:
        self.product, self.server, self.seed = product, server, seed
        self.chance = Random(seed)  # noqa: S311
        self.store = Store(server.url if server else product.folder / "mmt.sqlite3")
        self.seen: Counter[str] = Counter()
        self.clients = [sign_in(product.url)]
        found = patients(self.clients[0])
        self.chance.shuffle(found)
        self.patients = cycle(found)
        self.unverified: list[str] = []
        self.writers = [
            Writer(self.client(), next(self.patients), self.store) for _writer in range(WRITERS)
        ]
        for writer in self.writers:
            writer.open()

    def client(self) -> Client:
        """Return one more connection of the same session."""
        self.clients.append(Client(self.product.url, self.clients[0].cookies))
        return self.clients[-1]

    def stranger(self) -> Client:
        """Return a connection without a session."""
        self.clients.append(Client(self.product.url))
        return self.clients[-1]

    def page(self) -> Page:
        """Return a page on a draft just started."""
        page = Page(self.client(), next(self.patients), self.store)
        page.open()
        return page

    def run(self, kills: int) -> Counter[str]:
        """Raises Broken as soon as a promise was not kept."""
        for number in range(1, kills + 1):
            try:
                self._round(signing=number % 2 == 0, quiet=number % 4 == 0)
            except Broken as broken:
                raise Broken(f"Seed {self.seed}, kill {number}: {broken}") from None
            if len(self.unverified) > MOST_UNVERIFIED or number == kills:
                self._verify()
        return self.seen

    def _round(self, *, signing: bool, quiet: bool) -> None:
        signer = self._signer() if signing else None
        before = sum(writer.batches for writer in self.writers)
        self._kill_in_the_middle([] if quiet else self.writers, signer)
        self.seen["batches acknowledged"] += sum(writer.batches for writer in self.writers) - before
        for writer in self.writers:
            self._settle(writer)
        if signer:
            self._settle_signing(signer)
            self.unverified.append(signer.patient)

    def _kill_in_the_middle(self, writers: list[Writer], signer: Signer | None) -> None:
        stop = Event()
        with ThreadPoolExecutor(WRITERS + 1) as pool:
            jobs = [
                pool.submit(writer.write, self.chance.randrange(2**32), stop) for writer in writers
            ]
            if writers:
                time.sleep(self.chance.uniform(0, SAVING_SECONDS))
            if signer:
                jobs.append(pool.submit(signer.sign_once))
                time.sleep(self.chance.uniform(0, BUSY_SECONDS if writers else QUIET_SECONDS))
            self._kill()
            stop.set()
        for job in jobs:
            job.result()

    def _kill(self) -> None:
        """End the victim; start it again unless it comes back by itself."""
        victims = VICTIMS if self.server else {"product": 1}
        victim = self.chance.choices(list(victims), list(victims.values()))[0]
        self.seen[f"kills of the {victim}"] += 1
        if self.server is None or victim == "product":
            self.product.kill()
            self.product.start()
        elif victim == "database server":
            self.server.kill()
            self.server.start()
        else:
            self.server.kill_backend(self.chance.choice)

    def _settle(self, writer: Writer) -> None:
        """Compare, offer again what was not acknowledged, compare."""
        taken = writer.check()
        if writer.pending:
            self.seen["batches cut off"] += 1
            self.seen["of them taken before the cut"] += taken
        writer.send_again()
        writer.check()
        self._count_refusals(writer)

    def _settle_signing(self, signer: Signer) -> None:
        signed = signer.is_signed()
        if signer.acknowledged and not signed:
            raise Broken("A signature was acknowledged and is lost.")
        self.seen["signatures acknowledged"] += signer.acknowledged
        if not signer.acknowledged:
            self.seen["signatures cut off"] += 1
            self.seen["of them signed before the cut"] += signed
        insist(signer.sign)
        if not signer.is_signed():
            raise Broken("A signature was acknowledged and is not there.")
        self._count_refusals(signer)

    def _count_refusals(self, writer: Writer | Signer) -> None:
        """Every refusal says in words that the database is away."""
        for answer in writer.refused:
            if answer.status != 503:
                raise Broken(f"Answered with {answer.status}: {answer.text[:500]}")
            self.seen["requests answered with 503"] += 1
        writer.refused.clear()

    def _verify(self) -> None:
        """Compare the read model with the scores, and check the audit log's chains."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.drill.verify", *self.unverified],
            cwd=ROOT,
            env=self.product.env,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
        )
        if done.stdout:
            raise Broken(done.stdout)
        self.unverified.clear()
        self.seen["times the read model and the audit chains were verified"] += 1

    def _signer(self) -> Signer:
        signer = Signer(self.client(), next(self.patients), self.store)
        signer.prepare(self.chance)
        return signer


@contextmanager
def under_fire(
    database: str, seed: int, run: Path | None = None, **settings: str
) -> Iterator[Drill]:
    """Yield a drill on "sqlite" or "postgres", over a database of its own that is thrown away.

    `run` is the folder of a run of tests, as in `tests/prepared.py`.
    """
    with TemporaryDirectory(prefix="strength-drill-") as folder:
        if database == "sqlite":
            with (
                _started(Product(Path(folder), **settings), run) as product,
                _drill(product, None, seed) as drill,
            ):
                yield drill
            return
        with (
            cluster(durable=True) as server,
            _started(Product(Path(folder), database_url=server.url, **settings), run) as product,
            _drill(product, server, seed) as drill,
        ):
            yield drill


@contextmanager
def _drill(product: Product, server: Cluster | None, seed: int) -> Iterator[Drill]:
    drill = Drill(product, server, seed)
    try:
        yield drill
    finally:
        for client in drill.clients:
            client.close()


@contextmanager
def _started(product: Product, run: Path | None) -> Iterator[Product]:
    try:
        prepared.start(product, run)
        yield product
    finally:
        product.stop()
