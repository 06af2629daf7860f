"""The figures of `/metrics`: what this process counted, and how things stand in the database.

What stands in the database is the same on every web server: take the greatest of them, not the sum.
"""

from collections.abc import Iterable, Iterator
from itertools import accumulate

from django.db import InterfaceError, OperationalError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from mmt import __version__, metrics
from mmt.audit.log import HOUSE
from mmt.audit.models import Action, Alarm, AuditEvent
from mmt.jobs import signs
from mmt.jobs.models import UNFINISHED, DutyRun, Job
from mmt.remembered import Remembered

from .replicas import lags

TYPE = CONTENT_TYPE_LATEST
SECONDS = 15.0  # for which the database's figures hold
Value = tuple[tuple[str, ...], float]


def text() -> bytes:
    return generate_latest(_registry)


class _Figures(Collector):
    def describe(self) -> Iterable[Metric]:
        return ()  # or registering it would already ask the database

    def collect(self) -> Iterator[Metric]:
        for tally in (metrics.REQUESTS, metrics.SAVES, metrics.SLOW):
            counter = CounterMetricFamily(tally.name, tally.said, labels=tally.labels)
            for labels, count in tally.counts().items():
                counter.add_metric(labels, count)
            yield counter
        yield _durations(metrics.DURATION)
        yield from remembered()


def _durations(found: metrics.Durations) -> Metric:
    histogram = HistogramMetricFamily(found.name, found.said, labels=[found.label])
    edges = [*map(str, metrics.BUCKETS), "+Inf"]
    for label, (counts, total) in found.found().items():
        up_to = list(zip(edges, accumulate(counts), strict=True))
        histogram.add_metric([label], up_to, total)
    return histogram


def look() -> list[Metric]:
    """Ask the database. One that is away is a figure too."""
    try:
        found, up = [*_jobs(), *_duties(), *_audit(), *_replicas()], 1
    except (OperationalError, InterfaceError):
        found, up = [], 0
    version = ((__version__,), 1.0)
    return [
        gauge("build", "The version that serves", version, labels=["version"]),
        gauge("database_up", "Whether the database answers", up),
        *found,
    ]


remembered: Remembered[list[Metric]] = Remembered(look, seconds=SECONDS, until_then=[])


def gauge(name: str, said: str, *values: float | Value, labels: Iterable[str] = ()) -> Metric:
    found = GaugeMetricFamily(f"strength_{name}", said, labels=list(labels))
    for each in values:
        own, value = each if isinstance(each, tuple) else ((), each)
        found.add_metric(list(own), value)
    return found


def _jobs() -> Iterator[Metric]:
    now = timezone.now()
    rows = Job.objects.filter(state__in=UNFINISHED).values_list("state")
    found = {state: (n, at) for state, n, at in rows.annotate(Count("pk"), Min("made_at"))}
    counts = [((str(state),), float(found.get(state, (0, None))[0])) for state in UNFINISHED]
    yield gauge("jobs", "Background work that is not done", *counts, labels=["state"])
    ages = [
        ((str(state),), (now - found[state][1]).total_seconds() if state in found else 0.0)
        for state in UNFINISHED
    ]
    yield gauge("jobs_oldest_seconds", "Since the oldest was asked for", *ages, labels=["state"])
    if heard := signs.last_heard():
        ago = (now - heard).total_seconds()
        yield gauge("worker_heard_seconds", "Since any worker was last alive", ago)


def _duties() -> Iterator[Metric]:
    """When each daily duty was last done: the check of the signatures is one."""
    runs = list(DutyRun.objects.order_by("name"))
    ended = [((run.name,), run.ended_at.timestamp()) for run in runs if run.ended_at]
    failed = [((run.name,), float(bool(run.error))) for run in runs]
    said = "When the last run that came to its end was begun"
    yield gauge("duty_ended_timestamp_seconds", said, *ended, labels=["duty"])
    yield gauge("duty_failed", "Whether its last run failed", *failed, labels=["duty"])


def _audit() -> Iterator[Metric]:
    checks = AuditEvent.objects.filter(chain=HOUSE, action=Action.AUDIT_VERIFIED)
    if newest := checks.order_by("-at", "-sequence").first():
        held = float(newest.detail.get("breaks") == 0)
        at = newest.at.timestamp()
        yield gauge("audit_verified_timestamp_seconds", "When every chain was last read", at)
        yield gauge("audit_held", "Whether every chain held then", held)
    kinds = dict.fromkeys(("audit", "signature", "other"), 0)
    for key in Alarm.objects.filter(acknowledged_at=None).values_list("key", flat=True):
        kind = key.partition(":")[0]
        kinds[kind if kind in kinds else "other"] += 1
    alarms = [((kind,), float(count)) for kind, count in kinds.items()]
    yield gauge("alarms_open", "Alarms that nobody has looked at", *alarms, labels=["kind"])


def _replicas() -> Iterator[Metric]:
    found = list(lags())
    seconds = [((lag.replica,), lag.seconds) for lag in found if lag.seconds is not None]
    behind = [((lag.replica,), lag.bytes) for lag in found if lag.bytes is not None]
    up = [((lag.replica,), float(lag.up)) for lag in found]
    yield gauge("replica_up", "Whether a standby answers, or streams", *up, labels=["replica"])
    yield gauge("replica_lag_seconds", "How late a standby replays", *seconds, labels=["replica"])
    yield gauge("replica_lag_bytes", "What it has yet to replay", *behind, labels=["replica"])


_registry = CollectorRegistry()
_registry.register(_Figures())
ProcessCollector(registry=_registry)
