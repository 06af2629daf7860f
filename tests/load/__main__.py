"""python -m tests.load --database postgres --people 200 --reviewers 20 --seconds 600

The whole form is that one, and --database sqlite --people 25. With --write the figures go into
docs/performance.md. The load program shares the machine with the product; it says what it took.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import randrange
from tempfile import TemporaryDirectory

from tests import postgres
from tests.drill.store import Store
from tests.drill.writers import Broken
from tests.figures import write_figures
from tests.product import Product

from .crowd import Crowd, prepare
from .figures import Memory

# One Python process keeps one core busy.
NODES = {"sqlite": 1, "postgres": 2}
PEOPLE = {"sqlite": 25, "postgres": 200}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--database", choices=tuple(NODES), default="postgres")
    parser.add_argument("--people", type=int, help="who record (200; 25 on SQLite)")
    parser.add_argument("--reviewers", type=int, help="who read (one for ten who record)")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--nodes", type=int, help="web servers (2; 1 on SQLite)")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    given = parser.parse_args()
    people = given.people or PEOPLE[given.database]
    reviewers = people // 10 if given.reviewers is None else given.reviewers
    nodes = given.nodes or NODES[given.database]
    with (
        TemporaryDirectory(prefix="strength-load-") as folder,
        serving(Path(folder), given.database, nodes) as (products, store),
    ):
        cast = prepare(products[0].env, people, reviewers)
        crowd = Crowd(cast, [each.url for each in products], randrange(2**32))  # noqa: S311
        memory = Memory([each.pid for each in products])
        try:
            crowd.run(given.seconds, memory.watch(given.seconds))
            scores, signed = crowd.check(store)
        except Broken as broken:
            print(f"BROKEN: {broken}")
            return 1
    title = f"{people} people record, {reviewers} read, one exports, on {_name(given.database)}"
    text = "\n".join([f"### {title}", "", *_told(crowd, memory, given.seconds, nodes)])
    text += (
        f"\n\n{scores} scores and {signed} signatures were acknowledged; all are in the database."
    )
    print(text)
    if given.write:
        write_figures(f"load {given.database}", text)
    return 1 if crowd.figures.errors else 0


def _told(crowd: Crowd, memory: Memory, seconds: int, nodes: int) -> list[str]:
    share = crowd.own_seconds / seconds
    lines = [
        f"{seconds} s, web servers: {nodes}. The load program ran on the same machine and took "
        f"{share:.0%} of one core. Memory of the web servers: {memory.told()}.",
        "",
        *crowd.figures.rows(),
    ]
    found = [
        f"{kind}: {what}, {count} times" for (kind, what), count in crowd.figures.errors.items()
    ]
    return [*lines, "", f"Errors: {'; '.join(found) or 'none'}."]


def _name(database: str) -> str:
    return {"sqlite": "SQLite", "postgres": "PostgreSQL"}[database]


@contextmanager
def serving(folder: Path, database: str, nodes: int) -> Iterator[tuple[list[Product], Store]]:
    """Yield so many web servers over one empty database, the first with a worker."""
    with ExitStack() as stack:
        url = ""
        if database == "postgres":
            url = stack.enter_context(postgres.throwaway(durable=True))
        products = []
        for number in range(nodes):
            place = folder / f"node-{number}"
            place.mkdir()
            settings = {
                "DATA_DIR": str(folder / "data"),
                "DEMO": "no",
                "WORKERS": str(int(not number)),
            }
            product = Product(place, database_url=url, **settings)
            stack.callback(product.stop)
            product.start(*([] if number else ["--prepare"]))
            products.append(product)
        yield products, Store(url or folder / "data" / "mmt.sqlite3")


if __name__ == "__main__":
    sys.exit(main())
