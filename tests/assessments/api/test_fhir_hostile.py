"""Whatever is asked of the FHIR endpoints: an answer, or an OperationOutcome that says why not."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmt.accounts.models import User
from patients.models import Patient
from tests.assessments.api.conftest import Program
from tests.fhir import valid
from tests.people import grade, make_signed

PATHS = ("metadata", "Patient", "Observation", "CodeSystem", "ValueSet")
NAMES = (
    "_id", "identifier", "patient", "subject", "date", "code", "_lastUpdated", "_count", "_format",
    "_after",
)  # fmt: skip
PLAIN = ("2026", "ge2026-03-02T11:30:00+11:00", "1", "json", "knee_extension", "x|y", "PATIENT")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
QUERIES = st.lists(
    st.tuples(st.sampled_from(NAMES) | TEXTS, st.sampled_from(PLAIN) | TEXTS), max_size=4
)
ACCEPTS = st.sampled_from(["*/*", "application/fhir+json", "application/xml"]) | st.text(
    st.characters(min_codepoint=32, max_codepoint=126), max_size=30
)


@pytest.fixture
def mine(
    program: Callable[..., Program], patient: Patient, physio: User
) -> tuple[Program, Patient]:
    make_signed(patient, physio, {("knee_extension", "right"): grade(0)})
    return program(physio), patient


@given(path=st.sampled_from(PATHS), key=st.just("") | TEXTS, query=QUERIES, accept=ACCEPTS)
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_question_breaks_an_endpoint(
    mine: tuple[Program, Patient],
    path: str,
    key: str,
    query: list[tuple[str, str]],
    accept: str,
) -> None:
    program, patient = mine
    known = {"PATIENT": str(patient.pk)}
    asked = urlencode([(name, known.get(value, value)) for name, value in query])
    where = f"/fhir/{path}" + (f"/{quote(key, safe='')}" if key else "")
    answer: Any = program.client.get(
        f"{where}?{asked}", headers=program.headers | {"Accept": accept}
    )
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("name", ["identifier", "code", "_after", "patient"])
def test_a_null_byte_is_refused_or_finds_nothing(mine: tuple[Program, Patient], name: str) -> None:
    program, patient = mine
    path = "Patient" if name == "identifier" else "Observation"
    query = {"patient": str(patient.pk)} if path == "Observation" else {}
    answer = program.client.get(f"/fhir/{path}", query | {name: "\0"}, headers=program.headers)
    assert answer.status_code == 400
    assert is_outcome(answer, "invalid")


def is_outcome(answer: Any, code: str) -> bool:
    found = valid(answer.json())
    assert answer.headers["Content-Type"].startswith("application/fhir+json")
    return [each["code"] for each in found["issue"]] == [code]


@pytest.mark.parametrize("path", [*PATHS, "Patient/x", "nothing"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_what_only_reads_refuses_to_write_in_the_words_of_fhir(path: str, method: str) -> None:
    """Without a token of a form, which a program does not have."""
    answer = Client(enforce_csrf_checks=True).generic(method, f"/fhir/{path}", b"{}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert is_outcome(answer, "not-supported")


@pytest.mark.parametrize("path", ["/", "/Patient/%00", "/Basic", "/Patient/x/y", "/%ff"])
def test_what_is_nowhere_is_told_in_the_words_of_fhir(path: str) -> None:
    answer = Client().get(f"/fhir{path}")
    assert answer.status_code in {400, 404}
    assert is_outcome(answer, "invalid" if answer.status_code == 400 else "not-found")
