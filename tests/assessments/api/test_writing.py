import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from assessments.models import Assessment
from mmt.accounts.models import Scope, User
from patients.models import Patient
from tests.assessments.api.conftest import Program
from tests.people import make_draft

Keys = Callable[..., Program]
NEW = {
    "record_number": "API-1",
    "family_name": "Example",
    "given_names": "Ana",
    "birth_date": "1975-04-30",
}
START = {"battery": "ms_clinic_screen", "profile": "mrc", "tested_at": "2026-03-02T10:15:00+11:00"}


def score(text: str, **fields: Any) -> dict[str, Any]:
    return {"movement": "knee_extension", "side": "right", "text": text, **fields}


@pytest.fixture
def mine(program: Keys, physio: User) -> Program:
    return program(physio, Scope.WRITE)


def test_the_walk_of_the_documentation_can_be_walked(mine: Program) -> None:
    walk = Path("docs/api.md").read_text(encoding="utf-8").partition("```sh")[2].partition("```")[0]
    search, person, visit, scores = map(json.loads, re.findall(r"-d '(.+?)'\n", walk, re.DOTALL))
    assert mine.post("/patients/search", search).json()["items"] == []
    patient = mine.post("/patients", person).json()["id"]
    draft = mine.post(f"/patients/{patient}/assessments", visit).json()["id"]
    written = mine.patch(f"/assessments/{draft}/draft", scores, **{"If-Match": '"0"'})
    assert [each["text"] for each in written.json()["scores"]] == ["0", "NT"]
    assert [each["id"] for each in mine.post("/patients/search", search).json()["items"]] == [
        patient
    ]


def test_a_patient_sent_twice_is_registered_once(mine: Program) -> None:
    key = uuid4()
    first, second = (mine.post("/patients", NEW, key) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert first.json()["id"] == str(key)
    assert Patient.objects.filter(record_number="API-1").count() == 1


def test_a_patient_is_refused_field_by_field(mine: Program) -> None:
    answer = mine.post("/patients", NEW | {"birth_date": "2975-04-30", "sex": "?"})
    assert answer.status_code == 422
    assert {each["field"] for each in answer.json()["errors"]} == {"birth_date", "sex"}
    assert not Patient.objects.exists()


def test_a_patient_much_like_a_known_one_must_be_meant(mine: Program) -> None:
    mine.post("/patients", NEW)
    twin = NEW | {"record_number": "API-2"}
    assert mine.post("/patients", twin).status_code == 409
    assert mine.post("/patients", twin | {"although_similar": True}).status_code == 201


def test_a_patient_of_a_clinic_that_is_not_ones_own_is_refused(
    mine: Program, stranger: User
) -> None:
    answer = mine.post("/patients", NEW | {"clinic": "hillside"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "clinic"


def test_a_draft_is_started_written_and_read_back(mine: Program, patient: Patient) -> None:
    key = uuid4()
    path = f"/patients/{patient.pk}/assessments"
    assert mine.post(path, START, key).status_code == 201
    assert mine.post(path, START, key).status_code == 201
    assert Assessment.objects.count() == 1
    draft = f"/assessments/{key}/draft"
    etag = mine.get(draft).headers["ETag"]
    body = {"scores": [score("0"), score("NT", side="left", reason="pain")]}
    written = mine.patch(draft, body, **{"If-Match": etag})
    assert written.status_code == 200
    said = {each["side"]: each["text"] for each in mine.get(draft).json()["scores"]}
    assert said == {"right": "0", "left": "NT"}


def test_a_write_sent_again_changes_nothing_more(
    mine: Program, patient: Patient, physio: User
) -> None:
    path = f"/assessments/{make_draft(patient, physio).pk}/draft"
    key, etag = uuid4(), mine.get(path).headers["ETag"]
    first = mine.patch(path, {"scores": [score("4")]}, key, **{"If-Match": etag})
    again = mine.patch(path, {"scores": [score("4")]}, key, **{"If-Match": etag})
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["revision"] == again.json()["revision"]


def test_a_key_that_wrote_other_scores_is_refused_and_nothing_is_written(
    mine: Program, patient: Patient, physio: User
) -> None:
    path = f"/assessments/{make_draft(patient, physio).pk}/draft"
    key, seen = uuid4(), {"If-Match": mine.get(path).headers["ETag"]}
    mine.patch(path, {"scores": [score("4")]}, key, **seen)
    left = score("3", side="left")
    now = mine.patch(path, {"scores": [left]}, **{"If-Match": mine.get(path).headers["ETag"]})
    for other in ([score("2"), score("1", side="left")], [score("2")], [left]):
        answer = mine.patch(path, {"scores": other}, key, **seen)
        assert answer.status_code == 409
        assert "This key was used for something else." in answer.content.decode()
    assert mine.get(path).json() == now.json()


def test_a_write_sent_again_is_known_after_another_wrote_there(
    mine: Program, patient: Patient, physio: User
) -> None:
    path = f"/assessments/{make_draft(patient, physio).pk}/draft"
    key, seen = uuid4(), {"If-Match": mine.get(path).headers["ETag"]}
    first = mine.patch(path, {"scores": [score("4")]}, key, **seen)
    mine.patch(path, {"scores": [score("3")]}, **{"If-Match": first.headers["ETag"]})
    again = mine.patch(path, {"scores": [score("4")]}, key, **seen)
    assert again.status_code == 200
    assert [each["text"] for each in again.json()["scores"]] == ["3"]
    assert mine.patch(path, {"scores": [score("2")]}, key, **seen).status_code == 409


def test_a_write_on_a_changed_draft_gets_what_stands(
    mine: Program, patient: Patient, physio: User
) -> None:
    path = f"/assessments/{make_draft(patient, physio).pk}/draft"
    etag = mine.get(path).headers["ETag"]
    mine.patch(path, {"scores": [score("4")]}, **{"If-Match": etag})
    late = mine.patch(path, {"scores": [score("2")]}, **{"If-Match": etag})
    assert late.status_code == 412
    assert late.json()["current"]["scores"][0]["text"] == "4"
    assert mine.patch(path, {"scores": [score("2")]}).status_code == 428


@pytest.mark.parametrize(
    "bad", [score("4", movement="wings"), score("4", limiters=["boredom"]), score("4", reason="\0")]
)
def test_a_score_that_cannot_be_taken_is_refused_and_nothing_is_written(
    mine: Program, patient: Patient, physio: User, bad: dict[str, Any]
) -> None:
    path = f"/assessments/{make_draft(patient, physio).pk}/draft"
    etag = mine.get(path).headers["ETag"]
    answer = mine.patch(path, {"scores": [score("3"), bad]}, **{"If-Match": etag})
    assert answer.status_code == 422
    assert mine.get(path).json()["scores"] == []


def test_a_second_test_of_a_day_must_be_meant(
    mine: Program, patient: Patient, physio: User
) -> None:
    path = f"/patients/{patient.pk}/assessments"
    assert mine.post(path, START).status_code == 201
    assert mine.post(path, START).status_code == 409
    assert mine.post(path, START | {"second": True}).status_code == 201


def test_a_draft_of_somebody_else_is_not_written(
    mine: Program, patient: Patient, colleague: User
) -> None:
    path = f"/assessments/{make_draft(patient, colleague).pk}/draft"
    assert mine.get(path).status_code == 403


def test_a_clinician_starts_no_draft(program: Keys, clinician: User, patient: Patient) -> None:
    path = f"/patients/{patient.pk}/assessments"
    assert program(clinician, Scope.WRITE).post(path, START).status_code == 403
