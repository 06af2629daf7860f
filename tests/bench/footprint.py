"""What a small clinic's machine must have: `python -m tests.bench.footprint [--write] [--url DB]`.

The product over its demonstration, as its units start it: memory of the web server and the worker
after the start and after 200 pages, what they do while nobody asks, how long a start takes. All on
one core.
"""

import argparse
import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.drill.client import Client, patients, sign_in
from tests.figures import write_figures
from tests.product import Product

PAGES, IDLE_SECONDS, STARTS = 200, 60, 5
SMALL_MB = 512  # of the machine, the system itself included
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Memory:
    """In MB: with the files of the program, and with its share of what both processes use."""

    rss: float
    pss: float


def memory(pid: int) -> Memory:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = [re.search(rf"^{name}:\s+(\d+) kB", text, re.M) for name in ("Rss", "Pss")]
    return Memory(*(int(each[1]) / 1024 for each in found if each))


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def worker_of(pid: int) -> int:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    [worker] = {int(each) for path in children for each in path.read_text().split()}
    return worker


def see_pages(client: Client) -> None:
    """Look at 200 pages as a physiotherapist does: lists, people, trends, comparisons."""
    found = patients(client)
    kinds = ("/patients/{}/", "/patients/{}/trends/", "/patients/{}/compare/")
    paths = ["/", "/patients/", "/cohort/"] + [kind.format(pk) for pk in found for kind in kinds]
    for number in range(PAGES):
        answer = client.get(paths[number % len(paths)])
        assert answer.status == 200, f"{paths[number % len(paths)]}: {answer.status}"


def measure(folder: Path, url: str) -> list[tuple[str, str]]:
    product = Product(folder, database_url=url, WORKERS="1")
    product.start("--prepare")
    product.stop()
    times = []
    for _start in range(STARTS):
        began = time.monotonic()
        product.start()
        times.append(time.monotonic() - began)
        if len(times) < STARTS:
            product.stop()
    try:
        return [
            *_figures(product),
            (f"start until it answers, median of {STARTS}", _seconds(times)),
        ]
    finally:
        product.stop()


def _figures(product: Product) -> list[tuple[str, str]]:
    time.sleep(10)  # the worker is there, and has done its daily duties
    web, worker = product.pid, worker_of(product.pid)
    rows = _rows("after the start", web, worker)
    see_pages(sign_in(product.url))
    rows += _rows(f"after {PAGES} pages", web, worker)
    before = cpu_seconds(web), cpu_seconds(worker)
    time.sleep(IDLE_SECONDS)
    idle = (cpu_seconds(web) - before[0], cpu_seconds(worker) - before[1])
    for name, seconds in zip(("web server", "worker"), idle, strict=True):
        share = f"{seconds:.2f} s of {IDLE_SECONDS} ({seconds / IDLE_SECONDS:.2%})"
        rows.append((f"{name}, nobody asks: processor", share))
    return rows


def _rows(when: str, web: int, worker: int) -> list[tuple[str, str]]:
    found = {"web server": memory(web), "worker": memory(worker)}
    rows = [
        (f"{name} {when}", f"{each.rss:.0f} MB, its share {each.pss:.0f} MB")
        for name, each in found.items()
    ]
    both = sum(each.pss for each in found.values())
    return [*rows, (f"both {when}", f"{both:.0f} MB of {SMALL_MB}")]


def _seconds(times: list[float]) -> str:
    found = sorted(times)
    return f"{found[len(found) // 2]:.1f} s ({found[0]:.1f} to {found[-1]:.1f})"


def main() -> None:
    arguments = argparse.ArgumentParser(prog="tests.bench.footprint", description=__doc__)
    arguments.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments.add_argument("--url", default="", help="a PostgreSQL database in place of SQLite")
    wanted = arguments.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), wanted.url)
    text = "\n".join(["| what | figure |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)])
    print(text)
    if wanted.write:
        write_figures("footprint", text)


if __name__ == "__main__":
    main()
