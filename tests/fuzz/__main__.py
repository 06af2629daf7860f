"""`make fuzz`: hostile input to every form, page and operation. Red with the first hole of each.

python -m tests.fuzz --inputs 10000
"""

import argparse
import os
import subprocess
import sys

PLACES = 190  # forms, pages and operations, roughly: how many inputs each gets


def main() -> int:
    wanted = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    wanted.add_argument("--inputs", type=int, default=10_000)
    wanted.add_argument("rest", nargs="*")
    asked = wanted.parse_args()
    each = max(1, -(-asked.inputs // PLACES))
    command = [sys.executable, "-m", "pytest", "-q", "tests/fuzz", *asked.rest]
    return subprocess.run(
        command, env={**os.environ, "FUZZ_EACH": str(each)}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
