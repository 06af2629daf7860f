"""What this process counts for Prometheus. A label never names a person, a record or an address.

Threads share these. Each web server has its own and is asked by itself.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

disable_created_metrics()  # when each was made: as many figures again, which nobody asks for
REGISTRY = CollectorRegistry()
METHODS = {"GET", "HEAD", "POST"}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Counter(
    "strength_requests", "Requests answered", ["route", "method", "status"], registry=REGISTRY
)
DURATION = Histogram(
    "strength_request_seconds",
    "From the request until its answer began to leave",
    ["route"],
    buckets=SECONDS,
    registry=REGISTRY,
)
SAVES = Counter(
    "strength_saves",
    "Saves of a draft: saved; repeated (sent again, as after work without a network); conflict "
    "(another page changed the same cells); signed (meanwhile: refused)",
    ["outcome"],
    registry=REGISTRY,
)
SLOW = Counter("strength_slow_statements", "Slow statements in the log", registry=REGISTRY)
for outcome in ("saved", "repeated", "conflict", "signed"):
    SAVES.labels(outcome)


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    REQUESTS.labels(route, method if method in METHODS else "other", str(status)).inc()
    DURATION.labels(route).observe(seconds)
