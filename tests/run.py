"""`make test`: the suite on SQLite, browser tests included, then on PostgreSQL what asks it.

Arguments go to pytest.

It ends with pytest's own closing line; what could not run stands in a frame above it
(`tests/conftest.py` prints that).
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from tests import parts, postgres

# Two for each core: a test that waits for a browser or a process leaves its core to another.
WORKERS = ["-n", str(min(8, 2 * (os.cpu_count() or 1))), "--dist", "worksteal"]
PYTEST = [sys.executable, "-m", "pytest", *WORKERS]
INTERRUPTED, NOTHING_TO_RUN = 2, 5  # what pytest answers then
# The product in front of the browser has a database of its own: once is enough.
SEEN_ALREADY = ["--ignore", "tests/browser"]


def main(arguments: list[str]) -> int:
    try:
        parts.required()
    except ValueError as problem:
        sys.exit(str(problem))
    given = os.environ.get("DATABASE_URL", "")
    on_postgres = parts.part("postgres")
    notes = (
        [] if on_postgres.here else [f"{on_postgres.title} did not run. Try:  {on_postgres.how}"]
    )
    print("== The suite on SQLite", flush=True)
    first = _pytest(arguments, database=None, notes=notes)
    if not on_postgres.here or first == INTERRUPTED:
        return first
    notes = [] if not first else ["The suite on SQLite FAILED; its report stands further up."]
    print("\n== The suite on PostgreSQL", flush=True)
    with postgres.throwaway() if postgres.programs() else nullcontext(given) as url:
        second = _pytest(arguments or SEEN_ALREADY, database=url, notes=notes)
    return first or (0 if second == NOTHING_TO_RUN else second)


def _pytest(arguments: list[str], *, database: str | None, notes: list[str]) -> int:
    """Run pytest on `database` (None: SQLite) with `notes` in its frame; return its exit code.

    On a given database, only the tests that ask one (`tests/conftest.py` leaves out the others).
    """
    with tempfile.TemporaryDirectory(prefix="strength-tests-") as folder:
        environment = {**os.environ, "DATA_DIR": folder, "TEST_NOTES": "\n".join(notes)}
        environment.pop("DATABASE_URL", None)
        # Dozens of processes start the product: only the first should have to compile it.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if database:
            environment |= {"DATABASE_URL": database, "TEST_ONLY_DATABASE": "yes"}
        with _interruptible() as running:
            running.append(subprocess.Popen([*PYTEST, *arguments], env=environment))
            return running[0].wait()


@contextmanager
def _interruptible() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Let pytest end in order when this is told to stop, so that its servers end with it.

    Set before it starts, or it would inherit that a background job ignores INT.
    """
    running: list[subprocess.Popen[bytes]] = []

    def tell(number: int, _frame: object) -> None:
        if number == signal.SIGTERM:  # INT from the keyboard reaches pytest by itself
            for process in running:
                process.send_signal(signal.SIGINT)

    before = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield running
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
