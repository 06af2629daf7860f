"""python -m tests.drill --kills 200 --database sqlite    or postgres; neither: both.

First a backup is made in the middle of saving and brought back, then the killing begins;
--only restore or --only kills leaves the other out.
"""

import argparse
import sys
import time
from random import randrange

from .drill import Drill, under_fire
from .restoring import back_up_and_restore
from .writers import Broken

DATABASES = ("sqlite", "postgres")


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.drill", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="on each database (200)")
    parser.add_argument("--database", choices=DATABASES, help="on this one alone")
    parser.add_argument("--only", choices=("restore", "kills"), help="one half of the drill alone")
    parser.add_argument("--seed", type=int, help="repeat the choices of an earlier drill")
    given = parser.parse_args()
    for database in [given.database] if given.database else DATABASES:
        seed = randrange(2**32) if given.seed is None else given.seed  # noqa: S311
        print(f"== The drill on {database}, seed {seed}", flush=True)
        began = time.monotonic()
        with under_fire(database, seed) as drill:
            try:
                _run(drill, given.only, given.kills)
            except Broken as broken:
                print(f"BROKEN: {broken}")
                return 1
            finally:
                for words, number in drill.seen.items():
                    print(f"  {number:7} {words}")
                print(f"  {time.monotonic() - began:7.1f} s")
        print("  Nothing lost, partial or doubled.")
    return 0


def _run(drill: Drill, only: str | None, kills: int) -> None:
    if only != "kills":
        print(back_up_and_restore(drill), end="", flush=True)
    if only != "restore":
        drill.run(kills)


if __name__ == "__main__":
    sys.exit(main())
