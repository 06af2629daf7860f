"""A request in the log: its name, route and time, and never what is in its address or form."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from mmt.accounts.models import User
from mmt.log_lines import JsonFormatter
from patients.models import Patient
from tests.people import signed_in

pytestmark = pytest.mark.django_db
NAME = "0123456789abcdef" * 2
TYPED = "Zebrawoman"


class Lines(logging.Handler):
    """What would be written, as it is written: while the request is there."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.text: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.text.append(self.format(record))

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.text) if line["logger"] == logger]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[Lines]:
    lines = Lines()
    with caplog.at_level(logging.DEBUG):
        logging.getLogger().addHandler(lines)
        yield lines
        logging.getLogger().removeHandler(lines)


def test_a_line_tells_of_a_request_by_its_route(log: Lines, patient: Patient, physio: User) -> None:
    browser = signed_in(physio)
    answer = browser.get(f"/patients/{patient.pk}/?q={TYPED}")
    browser.post("/patients/", {"q": TYPED})
    browser.get(f"/patients/{TYPED}/")
    browser.get(f"/patients/{patient.pk}/{TYPED}")
    first = next(line for line in log.of("mmt.request") if line["route"] != "start")
    assert (first["route"], first["method"], first["status"]) == ("assessments:person", "GET", 200)
    assert first["user"] == str(physio.pk)
    assert first["ms"] > 0
    assert first["request"] == answer.headers["X-Request-ID"]
    text = "\n".join(log.text)
    assert not [word for word in (TYPED, str(patient.pk), patient.family_name) if word in text]
    missing = log.of("django.request")[-1]
    assert (missing["message"], len(missing["request"])) == ("Not Found: no-page", 32)


@pytest.mark.parametrize(
    ("https", "headers", "believed"),
    [
        (True, {"X-Request-ID": NAME, "X-Forwarded-For": "192.0.2.1"}, True),
        (True, {"X-Request-ID": NAME}, False),  # not by way of the trusted proxy
        (False, {"X-Request-ID": NAME, "X-Forwarded-For": "192.0.2.1"}, False),
        (True, {"X-Request-ID": NAME + "0", "X-Forwarded-For": "192.0.2.1"}, False),
        (True, {"X-Request-ID": NAME[:31] + "\n", "X-Forwarded-For": "192.0.2.1"}, False),
        (True, {"X-Request-ID": "Zebrawoman", "X-Forwarded-For": "192.0.2.1"}, False),
    ],
)
def test_a_name_is_taken_from_the_proxy_alone_and_if_it_is_one(
    https: bool, headers: dict[str, str], believed: bool, settings: Any
) -> None:
    settings.HTTPS = https
    name = Client().get("/healthz", headers=headers).headers["X-Request-ID"]
    assert len(name) == 32
    assert (name == NAME) is believed


def test_a_slow_statement_is_told_without_its_values(
    log: Lines, settings: Any, patient: Patient, physio: User
) -> None:
    browser = signed_in(physio)
    settings.SLOW_QUERY_MS = 1e-9
    answer = browser.post("/patients/", {"q": patient.family_name})
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'it''s Zebrawoman', %s, %s, %s", [TYPED] * 3)
    settings.SLOW_QUERY_MS = 0
    *found, own = log.of("mmt.slow")
    assert {each["route"] for each in found} == {"patients:list"}
    assert {each["request"] for each in found} == {answer.headers["X-Request-ID"]}
    assert own["sql"] == "SELECT '?', %s, …"
    text = json.dumps([*found, own])
    assert not [word for word in (TYPED, patient.family_name, str(patient.pk)) if word in text]


def test_a_fault_shows_the_name_of_its_request_and_others_do_not(
    physio: User, settings: Any
) -> None:
    settings.ROOT_URLCONF = "tests.faulty_urls"
    browser = Client(raise_request_exception=False)
    fault, missing = browser.get("/fault"), browser.get("/missing")
    assert fault.status_code == 500
    assert fault.headers["X-Request-ID"] in fault.content.decode()
    assert missing.headers["X-Request-ID"] not in missing.content.decode()
