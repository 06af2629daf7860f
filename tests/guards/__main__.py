"""`make guards`: take one guard of access out of the code at a time, and see that a test fails.

A guard is a scoped query, a check of a right, a refusal, a question for the password, a bound to
methods, a scope of a key, or a middleware (`sites.py`). Arguments: a part of a path or kind limits
which; `--every N` takes each N-th, `--tests` looks in some tests alone. Ends with 1 if fewer than
95 % are found, or if a test is red before any guard is removed.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from contextlib import redirect_stdout
from pathlib import Path

import pytest

WANTED = 95  # percent
TESTS = (
    "tests/accounts",
    "tests/assessments/api",
    "tests/assessments/auditing",
    "tests/assessments/erasing/test_pages.py",
    "tests/assessments/exchange/incoming/test_job.py",
    "tests/assessments/exchange/incoming/test_pages.py",
    "tests/assessments/exchange/test_job.py",
    "tests/assessments/exchange/test_page.py",
    "tests/assessments/test_actions.py",
    "tests/assessments/test_happenings.py",
    "tests/assessments/test_pairing.py",
    "tests/assessments/test_permissions.py",
    "tests/assessments/views",
    "tests/jobs/test_pages.py",
    "tests/patients",
    "tests/test_middleware.py",
    "tests/test_reports.py",
    "tests/meta/test_access.py",
)
APART = ("tests/assessments/api/test_hostile.py", "tests/assessments/api/test_fhir_hostile.py")


def main() -> int:
    wanted = argparse.ArgumentParser(prog="python -m tests.guards", description=__doc__)
    wanted.add_argument("part", nargs="?", default="")
    wanted.add_argument("--every", type=int, default=1)
    wanted.add_argument("--tests", nargs="*", default=TESTS, help="look in these alone")
    asked = wanted.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    from .hunt import FOUND, NOT_THERE, Hunt
    from .removal import middleware_guards
    from .sites import all_guards

    guards = [*all_guards(), *middleware_guards()]
    chosen = [each for each in guards if asked.part in f"{each.path} {each.kind}"][:: asked.every]
    shown = os.fdopen(os.dup(sys.stdout.fileno()), "w")  # pytest takes the usual ones away
    hunt = Hunt(chosen, lambda line: print(line, file=shown, flush=True))
    ignored = [f"--ignore={path}" for path in APART]
    with tempfile.TemporaryDirectory(prefix="strength-tests-") as folder:
        os.environ["DATA_DIR"] = folder
        options = ["-q", "-oaddopts=", "-pno:cacheprovider", "-pno:xdist"]
        with Path(folder, "log").open("w") as log, redirect_stdout(log):
            pytest.main([*options, *ignored, *asked.tests], plugins=[hunt])
    counts = Counter(hunt.told.values())
    tried = len(hunt.told) - counts[NOT_THERE]
    for kind, found in sorted(Counter(each.kind for each in chosen).items()):
        noticed = sum(hunt.told.get(each) == FOUND for each in chosen if each.kind == kind)
        print(f"{kind:<16} {noticed:>4} of {found}")
    share = 100 * counts[FOUND] / tried if tried else 0.0
    print(f"{counts[FOUND]} of {tried} removed guards were found ({share:.1f} %).")
    return 0 if share >= WANTED and not hunt.red else 1


if __name__ == "__main__":
    sys.exit(main())
