"""What this process counts, for `mmt.watch.figures` to tell.

A label never names a person, a record or an address. Threads share these; each web server has its
own and is asked by itself. The library that writes them for Prometheus is loaded when it asks.
"""

import threading
from bisect import bisect_left
from collections import defaultdict

METHODS = {"GET", "HEAD", "POST"}
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds, at most


class Tally:
    """How often something happened, by its labels."""

    def __init__(self, name: str, said: str, *labels: str) -> None:
        self.name, self.said, self.labels = name, said, labels
        self._counts: dict[tuple[str, ...], int] = defaultdict(int)
        self._lock = threading.Lock()

    def add(self, *labels: str) -> None:
        with self._lock:
            self._counts[labels] += 1

    def counts(self) -> dict[tuple[str, ...], int]:
        with self._lock:
            return dict(self._counts)


class Durations:
    """How long something took, by its one label: so many up to each of BUCKETS, and their sum."""

    def __init__(self, name: str, said: str, label: str) -> None:
        self.name, self.said, self.label = name, said, label
        self._found: dict[str, tuple[list[int], list[float]]] = {}
        self._lock = threading.Lock()

    def add(self, label: str, seconds: float) -> None:
        with self._lock:
            counts, total = self._found.setdefault(label, ([0] * (len(BUCKETS) + 1), [0.0]))
            counts[bisect_left(BUCKETS, seconds)] += 1
            total[0] += seconds

    def found(self) -> dict[str, tuple[list[int], float]]:
        """Return, by label, how many fell into each bucket and past the last, and the sum."""
        with self._lock:
            return {
                label: (list(counts), total[0]) for label, (counts, total) in self._found.items()
            }


REQUESTS = Tally("strength_requests", "Requests answered", "route", "method", "status")
DURATION = Durations(
    "strength_request_seconds", "From the request until its answer began to leave", "route"
)
SAVES = Tally(
    "strength_saves",
    "Saves of a draft: saved; repeated (sent again, as after work without a network); conflict "
    "(another page changed the same cells); signed (meanwhile: refused)",
    "outcome",
)
SLOW = Tally("strength_slow_statements", "Slow statements in the log")


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    REQUESTS.add(route, method if method in METHODS else "other", str(status))
    DURATION.add(route, seconds)
