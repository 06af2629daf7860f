"""FHIR bulk data: asked for, waited for, taken by its owner's key alone."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from assessments.actions import amend_assessment, void_assessment
from assessments.exchange.selection import Shape, Standing
from assessments.models import Assessment, Score
from assessments.signing import verify_daily
from mmt import triggers
from mmt.accounts.models import Clinic, Membership, Scope, User
from mmt.audit.models import Action, AuditEvent, Outcome
from mmt.jobs.models import Job
from patients.models import Patient
from tests.assessments.exchange.files import as_bytes
from tests.assessments.exchange.test_job import perform_next
from tests.assessments.letters.reading import days_ago, make_letter
from tests.fhir import valid
from tests.people import grade, make_patient, make_signed

from .conftest import Program

KNEE = ("knee_extension", "right")


class Asker:
    """A program with a key for exports, which waits as bulk data asks it to."""

    def __init__(self, program: Program) -> None:
        self.client, self.headers = program.client, program.headers

    def ask(self, path: str = "$export", *, prefer: str = "respond-async", **query: str) -> Any:
        headers = self.headers | {"Prefer": prefer, "Accept": "application/fhir+json"}
        return self.client.get(f"/fhir/{path}", query, headers=headers)

    def get(self, url: str) -> Any:
        return self.client.get(url.removeprefix("http://testserver"), headers=self.headers)

    def delete(self, url: str) -> Any:
        return self.client.delete(url.removeprefix("http://testserver"), headers=self.headers)

    def made(self, **query: str) -> dict[str, Any]:
        """Ask, have it made, and return the manifest."""
        asked = self.ask(**query)
        assert asked.status_code == 202, asked.content
        perform_next()
        told: dict[str, Any] = self.get(asked.headers["Content-Location"]).json()
        return told

    def lines(self, manifest: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        found = {}
        for each in manifest["output"]:
            answer = self.get(each["url"])
            assert answer.headers["Content-Type"] == "application/fhir+ndjson"
            rows = b"".join(answer).decode().removesuffix("\n").split("\n")
            found[each["type"]] = [valid(json.loads(row)) for row in rows]
            assert {row["resourceType"] for row in found[each["type"]]} == {each["type"]}
            assert len(rows) == each["count"]
        return found


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def asker(program: Callable[..., Program], admin: User) -> Asker:
    return Asker(program(admin, Scope.EXPORT))


@pytest.fixture
def visits(patient: Patient, physio: User) -> list[Assessment]:
    """Two visits with a letter about the later one; the first was voided since."""
    made = [
        make_signed(patient, physio, {KNEE: grade(level)}, tested_at=days_ago(days))
        for level, days in ((0, 200), (6, 10))
    ]
    make_letter(made[1], physio)
    void_assessment(made[0], reason="wrong day", by=physio, revision=made[0].revision)
    return made


def test_all_of_a_clinic_comes_in_a_file_for_each_kind_of_resource(
    asker: Asker, visits: list[Assessment], harbour: Clinic, physio: User, patient: Patient
) -> None:
    unseen = make_patient(harbour, physio)
    asked = asker.ask("Patient/$export")
    where = asked.headers["Content-Location"]
    waiting = asker.get(where)
    assert (waiting.status_code, asked.content, waiting.content) == (202, b"", b"")
    assert waiting.headers["X-Progress"].startswith("0 of 7 resources")
    assert 0 < int(waiting.headers["Retry-After"]) <= 120
    perform_next()
    told = asker.get(where)
    manifest = told.json()
    assert (told.status_code, "Expires" in told.headers) == (200, True)
    assert manifest["requiresAccessToken"] is True
    assert manifest["request"] == "http://testserver/fhir/Patient/$export"
    assert manifest["transactionTime"] < timezone.now().isoformat()
    found = asker.lines(manifest)
    assert {each["id"] for each in found["Patient"]} == {str(patient.pk), str(unseen.pk)}
    plain = as_bytes(harbour, Shape(format="fhir"), standing=Standing.RECORDED).decode()
    alone = [json.loads(row) for row in plain.splitlines() if '"Observation","id"' in row]
    assert found["Observation"] == alone
    assert [each["status"] for each in found["DiagnosticReport"]] == ["entered-in-error"]


def test_what_left_and_who_took_it_stand_in_the_log(
    asker: Asker, visits: list[Assessment], admin: User
) -> None:
    asker.lines(asker.made(_type="Patient,DiagnosticReport"))
    mine = AuditEvent.objects.filter(actor_id=admin.pk)
    [event] = mine.filter(action=Action.EXPORTED)
    assert (event.detail["format"], event.detail["rows"]) == ("fhir-bulk", 2)
    assert event.detail["parts"] == ["Patient", "DiagnosticReport"]
    assert mine.filter(action=Action.JOB_FILE_TAKEN).count() == 2


def test_since_gives_what_was_signed_amended_or_voided_after_it(
    asker: Asker, visits: list[Assessment], patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(6)}, tested_at=days_ago(3))
    moment = timezone.now().isoformat()
    last = visits[1]
    amend_assessment(last, {KNEE: grade(3)}, reason="x", by=physio, revision=last.revision)
    since = asker.made(_since=moment, _outputFormat="application/fhir+ndjson")
    found = asker.lines(since)
    assert [each["status"] for each in found["Observation"]] == ["corrected"] * 2
    assert [each["status"] for each in found["DiagnosticReport"]] == ["entered-in-error"]
    again = asker.made(_since=since["transactionTime"], _type="Observation")
    assert [each["count"] for each in again["output"]] == [6]
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    assert [each["type"] for each in asker.made(_since=tomorrow)["output"]] == ["Patient"]


def test_a_clinician_gets_codes_instead_of_people_and_no_letters(
    program: Callable[..., Program], clinician: User, visits: list[Assessment], patient: Patient
) -> None:
    asker = Asker(program(clinician, Scope.EXPORT))
    assert asker.ask(people="named").status_code == 400
    found = asker.lines(asker.made())
    assert {kind: len(rows) for kind, rows in found.items()} == {"Patient": 1, "Observation": 4}
    assert patient.family_name not in str(found)
    assert found["Observation"][0]["subject"]["reference"] == f"Patient/{found['Patient'][0]['id']}"


@pytest.mark.parametrize("people", ["named", "deidentified"])
def test_what_was_found_not_to_match_its_signature_is_marked(
    asker: Asker, visits: list[Assessment], people: str
) -> None:
    with triggers.lifted():
        Score.objects.filter(assessment=visits[1]).update(level=11)
    list(verify_daily())
    manifest = asker.made(people=people)
    found = asker.lines(manifest)
    marked = {
        kind: [[tag["code"] for tag in each.get("meta", {}).get("tag", [])] for each in rows]
        for kind, rows in found.items()
    }
    assert marked.pop("Patient") == [[]]
    assert marked.pop("Observation") == [[], [], ["does-not-match"], ["does-not-match"]]
    assert marked == (
        {} if people == "deidentified" else {"DiagnosticReport": [["does-not-match"]]}
    )
    assert manifest["extension"] == {"recordsNotMatchingTheirSignature": 1}


WRONG = [
    ({"_type": "Patient,Basic"}, "_type"),
    ({"_since": "yesterday"}, "_since"),
    ({"_since": "0001-01-01T00:00:00+14:00"}, "_since"),
    ({"_outputFormat": "text/csv"}, "_outputFormat"),
    ({"_elements": "id"}, "_elements"),
    ({"_count": "3"}, "_count"),
    ({"clinic": "hillside"}, "clinic"),
    ({"_type": "Patient\0"}, ""),
    ({"prefer": "handling=strict"}, "Prefer"),
]


def test_what_cannot_be_done_is_refused_by_name(asker: Asker) -> None:
    for query, named in WRONG:
        answer = asker.ask(**query)
        assert answer.status_code == 400, query
        assert named in valid(answer.json())["issue"][0]["diagnostics"]
    assert not Job.objects.exists()


def test_of_several_clinics_one_is_named(asker: Asker, admin: User, hillside: Clinic) -> None:
    Membership.objects.create(user=admin, clinic=hillside, role="administrator")
    refused = asker.ask()
    assert refused.status_code == 400
    assert "harbour, hillside" in refused.json()["issue"][0]["diagnostics"]
    assert asker.made(clinic="hillside", _type="Observation")["output"] == []


def test_only_the_owners_key_for_exports_opens_it(
    program: Callable[..., Program],
    asker: Asker,
    admin: User,
    physio: User,
    lead: User,
    visits: list[Assessment],
) -> None:
    assert Asker(program(admin, Scope.READ)).ask().status_code == 403
    assert Asker(program(physio, Scope.EXPORT)).ask().status_code == 403
    refused = AuditEvent.objects.filter(action=Action.EXPORTED, outcome=Outcome.REFUSED)
    assert [event.actor_id for event in refused] == [physio.pk]
    where = asker.ask().headers["Content-Location"]
    perform_next()
    other = make_another(admin)
    for url in (where, f"{where}/Patient.ndjson"):
        assert Asker(program(other, Scope.EXPORT)).get(url).status_code == 404
        assert Asker(program(admin, Scope.READ)).get(url).status_code == 403
    assert asker.get(f"{where}/counts.ndjson").status_code == 404
    Membership.objects.filter(user=admin).update(role="physiotherapist")
    assert asker.get(f"{where}/Patient.ndjson").status_code == 403


def make_another(admin: User) -> User:
    other = User.objects.create_user(email="second@harbour.test", password="x" * 20, name="Sam")
    [own] = admin.memberships.all()
    Membership.objects.create(user=other, clinic=own.clinic, role=own.role)
    return other


def test_it_can_be_called_off_thrown_away_or_fail(
    asker: Asker, visits: list[Assessment], admin: User
) -> None:
    waiting, ready, failing = (asker.ask().headers["Content-Location"] for _each in range(3))
    assert asker.ask().status_code == 429
    assert asker.delete(waiting).status_code == 202
    assert asker.get(waiting).status_code == 404
    perform_next()
    assert asker.get(ready).status_code == 200
    assert asker.delete(ready).status_code == 202
    assert {asker.get(url).status_code for url in (ready, f"{ready}/Patient.ndjson")} == {404}
    Membership.objects.filter(user=admin).update(active=False)
    perform_next()
    failed = asker.get(failing)
    assert (failed.status_code, valid(failed.json())["issue"][0]["code"]) == (500, "exception")
