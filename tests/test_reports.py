"""What browsers report of the content policy: taken from anybody, bounded, nothing of a patient."""

import json
import logging
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.test import Client

from mmt import reports

PATIENT = uuid4()
PAGE = f"https://clinic.example/patients/{PATIENT}/?q=Winters"
OLD = {
    "csp-report": {
        "document-uri": PAGE,
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/Winters.js?who=Winters",
        "script-sample": "Winters",
    }
}
NEW = [
    {
        "type": "csp-violation",
        "url": PAGE,
        "body": {
            "documentURL": PAGE,
            "effectiveDirective": "style-src-attr",
            "blockedURL": "inline",
            "sample": "Winters",
        },
    }
]


@pytest.fixture(autouse=True)
def _no_memory() -> None:
    caches["process"].clear()


def send(body: Any, kind: str = "application/csp-report") -> int:
    data = body if isinstance(body, bytes) else json.dumps(body)
    client = Client(enforce_csrf_checks=True)
    return client.post("/csp-reports/", data, content_type=kind).status_code


def test_a_report_is_one_line_without_the_patient(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "mmt.csp"):
        assert send(OLD) == send(NEW, "application/reports+json") == 204
    assert [record.getMessage() for record in caplog.records] == [
        "script-src on assessments:person: https://evil.example",
        "style-src on assessments:person: inline",
    ]


@pytest.mark.parametrize(
    "body", [b" ", b"\xff", b"[" * 9000, b"[" * 9000 + b"]" * 7000, b'{"csp-report": 1e999}']
)
def test_what_is_no_report_breaks_nothing(body: bytes) -> None:
    assert send(body) in {204, 400}


@pytest.mark.parametrize("told", [None, 1, [1, {"body": 2}], {"csp-report": {"document-uri": 3}}])
def test_what_is_no_report_tells_nothing_of_itself(
    told: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert send(told) == 204
    assert all("no-page" in record.getMessage() for record in caplog.records)


def test_a_long_one_and_another_kind_are_refused() -> None:
    assert send(b" " * (reports.LARGEST + 1)) == 413
    assert send(OLD, "application/json") == 415


def test_a_flood_is_cut_off() -> None:
    answers = [send(OLD) for _ in range(reports.MOST_A_MINUTE + 1)]
    assert (answers[-2], answers[-1]) == (204, 429)
