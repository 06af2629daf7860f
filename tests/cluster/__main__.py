"""python -m tests.cluster --people 50 --seconds 20

Starts a region (a PostgreSQL primary, two standbys, two web nodes, two workers, a proxy with TLS)
and, while people work in it, reads on paused standbys, kills a node and a worker, brings the next
version with a migration, and kills the primary. With --write the figures go into
docs/performance.md.
"""

import argparse
import os
import sys

from tests import parts
from tests.drill.writers import Broken
from tests.figures import write_figures
from tests.load.figures import Figures
from tests.load.people import Pace

from . import region
from .drills import RESUMED_SECONDS, Drills


def main() -> int:
    parser = argparse.ArgumentParser(prog="make cluster", description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20, help="of each drill (20)")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    given = parser.parse_args()
    if not parts.part("postgres").here:
        sys.exit(f"PostgreSQL is needed here. Try:  {parts.part('postgres').how}")
    text, broken = "", []
    try:
        text, stood_still = _run(given.people, given.seconds)
        if stood_still > RESUMED_SECONDS:
            broken = [f"Entry stood still for {stood_still:.1f} s."]
    except* Broken as found:
        broken = [str(each) for each in found.exceptions]
    print(text)
    if broken:
        print(f"BROKEN: {broken}")
    elif given.write:
        write_figures("cluster", text)
    return 1 if broken else 0


def _run(people: int, seconds: float) -> tuple[str, float]:
    """Return the table and for how many seconds entry stood still after the primary was killed.

    All of it is done to one region, the worst at the end.
    """
    pace, beside = Pace(look=20.0, scores=12), os.getloadavg()[0]
    with region.running() as found:
        drills = Drills(found, people, seconds, pace)
        drills.own_writing_is_found_at_once()
        killed, deployed = drills.a_node_and_a_worker_are_killed(), drills.the_next_version_comes()
        failed_over = drills.the_primary_is_killed()
        drills.all_that_was_told_holds()
    lines = [
        f"{people} people at dictation pace behind {found.proxy.name}. The load of the machine "
        f"was {beside:.1f} before.",
        "",
        "| what happened | answered | turned away or cut | repeated at most | longest wait |",
        "|---|---|---|---|---|",
        _row("a web node and a worker killed", killed),
        _row("the next version, with a migration, node by node", deployed),
        _row("the primary killed, a standby promoted", failed_over),
        "",
        "Every score and signature that was acknowledged was found afterwards, the read model "
        "equal to the scores and the audit chains whole.",
    ]
    return "\n".join(lines), failed_over.longest_gap


def _row(what: str, figures: Figures) -> str:
    answered = sum(map(len, figures.waits.values()))
    most = max((int(words.rpartition(" ")[2]) - 1 for words in figures.repeats), default=0)
    cut = figures.errors.total()
    return f"| {what} | {answered} | {cut} | {most} | {figures.longest_gap:.1f} s |"


if __name__ == "__main__":
    sys.exit(main())
