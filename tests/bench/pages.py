"""What pages cost in processor time, beside a signed-in page that shows nothing."""

from collections.abc import Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Assessment
from mmt.accounts.models import User
from patients.models import Patient

from .measure import Row, cpu

ROUNDS = 20


def run(long_history: Patient, draft: Assessment, by: User) -> Iterator[Row]:
    client = Client()
    client.force_login(by)
    pages = (
        ("signed-in empty page", reverse("account_logout"), "1.6 ms"),
        ("grid of 60 cells", reverse("assessments:record", args=[draft.pk]), "8 ms, 4 queries"),
        (
            "trends of 100 visits x 60, drawn",
            reverse("assessments:trends", args=[long_history.pk]),
            "40 ms",
        ),
        ("patient's page", reverse("assessments:person", args=[long_history.pk]), ""),
        ("patient list", reverse("patients:list"), ""),
        ("start page", reverse("start"), ""),
    )
    for name, address, target in pages:
        yield cpu(
            f"{name}, {_queries(client, address)} queries",
            lambda address=address: client.get(address),
            rounds=ROUNDS,
            target=target,
        )


def _queries(client: Client, address: str) -> int:
    """The page's queries, those that know the session and the person included."""
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200, address
    return len(found)
