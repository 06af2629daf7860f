"""The product with its demonstration, made ready once for a run: the others begin from a copy.

Migrating, inventing the clinics and compressing what browsers fetch take seconds each.
"""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from uuid import uuid4

from tests import postgres
from tests.product import Product

DATABASE = "mmt.sqlite3"
OF_THE_MOMENT = (f"{DATABASE}*", "log")


@contextmanager
def running(folder: Path, run: Path | None = None, **settings: str) -> Iterator[Product]:
    """Yield the product with its demonstration data; on PostgreSQL where DATABASE_URL says so.

    In the folder of a `run` of tests, what is made ready is kept for others.
    """
    cluster = os.environ.get("DATABASE_URL", "")
    on_postgres = cluster.startswith("postgres")
    name = f"product_{uuid4().hex}"
    with postgres.database(cluster, name) if on_postgres else nullcontext("") as url:
        product = Product(folder, database_url=url, **settings)
        try:
            start(product, run)
            yield product
        finally:
            product.stop()


def start(product: Product, run: Path | None) -> None:
    """Start it as `serve --prepare` would, which the first of a run on SQLite does."""
    if run is None or "DATABASE_URL" in product.env:
        product.start("--prepare")
        return
    kept = run / "prepared"
    with _one_at_a_time(kept.with_suffix(".lock")):
        if not kept.exists():
            product.start("--prepare")
            _keep(product.folder, kept)
            return
    shutil.copytree(kept, product.folder, dirs_exist_ok=True)
    product.start()


def _keep(folder: Path, kept: Path) -> None:
    """Copy what was made, whole or not at all."""
    begun = kept.with_suffix(".begun")
    shutil.copytree(folder, begun, ignore=shutil.ignore_patterns(*OF_THE_MOMENT))
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.execute("VACUUM INTO ?", [str(begun / DATABASE)])
    begun.rename(kept)


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Another worker waits meanwhile."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
