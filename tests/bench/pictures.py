"""What drawing costs in processor time, of a history that is already read."""

from collections.abc import Iterator

from django.test import Client
from django.urls import reverse

from assessments import change, charts
from assessments.comparing import comparison_of
from assessments.querysets import load_history
from assessments.rules import rule_of
from assessments.trends import trends_of
from mmt.accounts.models import User
from patients.models import Patient

from .measure import Row, cpu

ROUNDS = 20


def run(long_history: Patient, usual: Patient, by: User) -> Iterator[Row]:
    """Yield the pictures of a long history, and the pages of a usual one."""
    history = load_history(long_history)
    rule = rule_of(long_history.clinic)
    found = trends_of(history, {}, rule)
    before, after = history.visits[0], history.visits[-1]
    changes = change.compare(before, after, rule, later=history.visits)
    visits = len(history.visits)
    drawn = (
        ("body map", lambda: charts.body_map(after), "5 ms"),
        (
            "difference map",
            lambda: charts.body_map_difference(before, after, changes),
            "5 ms",
        ),
        (f"heat map of {visits} visits", lambda: charts.heat_map(history, found.cells), "10 ms"),
        (f"strips of {visits} visits", lambda: charts.strips(history, found.cells), ""),
        (f"distribution of {visits} visits", lambda: charts.distribution(history, found.cells), ""),
        ("asymmetry of a visit", lambda: charts.asymmetry(after), ""),
        (
            "comparison of two visits",
            lambda: comparison_of(history, {str(before.id), str(after.id)}, rule),
            "",
        ),
    )
    for name, draw, target in drawn:
        yield cpu(name, draw, rounds=ROUNDS, target=target)
    client = Client()
    client.force_login(by)
    for name, address in (("patient's page", "person"), ("compare page", "compare")):
        yield cpu(
            f"{name}, 42 movements x 20 visits",
            lambda address=address: client.get(reverse(f"assessments:{address}", args=[usual.pk])),
            rounds=ROUNDS,
            target="50 ms" if address == "person" else "",
        )
