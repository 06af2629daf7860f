from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mmt import triggers
from mmt.accounts.models import DoorCount, Scope, User
from mmt.accounts.tokens import make_token, revoke_token
from mmt.audit.models import AuditEvent, Viewing
from patients.models import Patient
from tests.assessments.api.conftest import Program
from tests.people import grade, make_draft, make_patient, make_signed

Keys = Callable[..., Program]
KNEE = ("knee_extension", "right")


def test_a_patient_is_given_and_the_viewing_told(
    program: Keys, physio: User, patient: Patient
) -> None:
    answer = program(physio).get(f"/patients/{patient.pk}")
    assert answer.status_code == 200
    assert answer.json()["family_name"] == "Winters"
    assert answer.headers["Cache-Control"] == "no-store"
    assert Viewing.objects.filter(actor_id=physio.pk, patient_id=patient.pk).count() == 1


def test_a_patient_of_another_clinic_and_one_that_is_not_answer_alike(
    program: Keys, physio: User, foreign_patient: Patient
) -> None:
    mine = program(physio)
    foreign = mine.get(f"/patients/{foreign_patient.pk}")
    missing = mine.get(f"/patients/{uuid4()}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert foreign.headers["Content-Type"] == "application/problem+json"


def test_a_record_has_its_grades_as_codes_and_zero_among_them(
    program: Keys, physio: User, patient: Patient
) -> None:
    results = {KNEE: grade(0), ("hip_flexion", "left"): grade(8)}
    signed = make_signed(patient, physio, results, profile="mrc_plus_minus")
    answer = program(physio).get(f"/assessments/{signed.pk}").json()
    said = {(each["movement"], each["side"]): each for each in answer["scores"]}
    assert said[KNEE]["grade"] == "0"
    assert said[KNEE]["level"] == 0
    assert said["hip_flexion", "left"]["grade"] == "4-"
    assert {"movement": "hip_flexion", "side": "right"} in answer["blank"]
    assert answer["tested_at"].endswith(("+10:00", "+11:00"))
    assert answer["tester"]["name"] == "Pia Physio"
    assert not DoorCount.objects.exists()  # the limit of requests writes nothing


def test_a_record_says_who_signed_what_and_whether_it_still_matches(
    program: Keys, physio: User, patient: Patient
) -> None:
    signed, mine = make_signed(patient, physio, {KNEE: grade(8)}), program(physio)
    answer = mine.get(f"/assessments/{signed.pk}").json()
    assert (answer["signature"]["meaning"], answer["signature"]["name"]) == ("signed", physio.name)
    assert (len(answer["signature"]["sha256"]), answer["as_signed"]) == (64, True)
    with triggers.lifted():
        signed.scores.update(level=9)
    assert mine.get(f"/assessments/{signed.pk}").json()["as_signed"] is False
    draft = make_draft(patient, physio)
    answer = mine.get(f"/assessments/{draft.pk}").json()
    assert (answer["signature"], answer["as_signed"]) == (None, None)


def test_the_list_goes_on_where_the_page_before_ended(
    program: Keys, physio: User, patient: Patient
) -> None:
    for name in ("Aab", "Bbc", "Ccd", "Zed"):
        make_patient(patient.clinic, physio, family_name=name)
    mine, seen, query = program(physio), [], {"limit": 2}
    answer = mine.get("/patients", **query).json()
    seen += [each["family_name"] for each in answer["items"]]
    while answer["next"]:
        answer = mine.get(answer["next"].removeprefix("/api/v1")).json()
        seen += [each["family_name"] for each in answer["items"]]
    assert seen == ["Aab", "Bbc", "Ccd", "Winters", "Zed"]


def test_patients_are_found_by_the_beginnings_of_names(
    program: Keys, physio: User, patient: Patient, foreign_patient: Patient
) -> None:
    mine = program(physio)
    found = mine.post("/patients/search", {"q": "alma wint"}).json()
    assert [each["id"] for each in found["items"]] == [str(patient.pk)]
    assert mine.post("/patients/search", {"q": "Elsewhere"}).json()["items"] == []


def test_progress_tells_first_and_latest_grade_and_the_flag(
    program: Keys, physio: User, patient: Patient
) -> None:
    for days, level in ((200, 12), (10, 6)):
        at = timezone.now() - timedelta(days=days)
        make_signed(patient, physio, {KNEE: grade(level)}, tested_at=at)
    mine = program(physio)
    [knee] = mine.get(f"/patients/{patient.pk}/progress").json()["items"]
    assert (knee["baseline"]["grade"], knee["latest"]["grade"]) == ("5", "3")
    assert (knee["direction"], knee["flag"]) == ("weaker", "changed")
    patient.clinic.change_flags = False
    patient.clinic.save()
    assert mine.get(f"/patients/{patient.pk}/progress").json()["items"][0]["flag"] is None


def test_no_key_a_wrong_one_a_revoked_one_and_an_old_one_open_nothing(
    program: Keys, physio: User, patient: Patient
) -> None:
    path = f"/patients/{patient.pk}"
    assert Program("mmt_wrong").get(path).status_code == 401
    token, secret = make_token(name="gone", scope=Scope.READ, days=30, by=physio)
    revoke_token(token, by=physio)
    revoked = Program(secret).get(path)
    assert revoked.status_code == 401
    assert revoked.headers["WWW-Authenticate"] == "Bearer"
    old = program(physio)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert old.get(path).status_code == 401


def test_the_key_of_someone_who_left_opens_nothing(
    program: Keys, physio: User, patient: Patient
) -> None:
    mine = program(physio)
    physio.memberships.update(active=False)
    assert mine.get(f"/patients/{patient.pk}").status_code == 404
    physio.is_active = False
    physio.save()
    assert mine.get(f"/patients/{patient.pk}").status_code == 401


def test_a_session_opens_nothing_without_a_key(
    as_user: Callable[[User], Any], physio: User, patient: Patient
) -> None:
    answer = as_user(physio).get(f"/api/v1/patients/{patient.pk}")
    assert answer.status_code == 401
    assert b"Winters" not in answer.content


def test_a_key_for_reading_writes_nothing(program: Keys, physio: User, patient: Patient) -> None:
    answer = program(physio).post("/patients", {})
    assert answer.status_code == 403
    assert Patient.objects.count() == 1


def test_an_export_is_the_administrators_with_a_key_for_it(
    program: Keys, admin: User, physio: User, patient: Patient
) -> None:
    make_signed(patient, physio, {KNEE: grade(0)})
    path = "/exports/scores"
    assert program(physio, Scope.EXPORT).get(path, clinic="harbour").status_code == 403
    assert program(admin).get(path, clinic="harbour").status_code == 403
    answer = program(admin, Scope.EXPORT).get(path, clinic="harbour")
    text = b"".join(answer.streaming_content).decode()
    assert "Winters" in text
    assert AuditEvent.objects.filter(action="exported", outcome="done").count() == 1
    for movement, rows in ((["hip_flexion", "knees"], 1), (["hip_flexion", "ankles"], 0)):
        few = program(admin, Scope.EXPORT).get(path, clinic="harbour", movement=movement)
        assert b"".join(few.streaming_content).count(b"Winters") == rows
    wrong = program(admin, Scope.EXPORT).get(path, clinic="harbour", movement="wings")
    assert wrong.json()["errors"][0]["field"] == "movement"


@pytest.mark.parametrize("limit", [0, 201, -1, 10**30, "many"])
def test_a_number_out_of_bounds_is_refused_by_its_name(
    program: Keys, physio: User, limit: object
) -> None:
    answer = program(physio).get("/patients", limit=limit)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "limit"


@pytest.mark.parametrize("path", ["/patients", "/exports/scores"])
def test_a_parameter_that_is_misspelt_is_refused_by_its_name(
    program: Keys, admin: User, patient: Patient, path: str
) -> None:
    """Left out in silence it would give more than was asked for, with names."""
    wanted = {"clinic": "harbour", "poeple": "deidentified"}
    answer = program(admin, Scope.EXPORT).get(path, **wanted)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["poeple"]


def test_the_page_of_the_api_names_the_fields_of_each_body(
    as_user: Callable[[User], Client], physio: User
) -> None:
    text = as_user(physio).get(reverse("api_docs")).content.decode()
    for name in ("<code>q</code>", "<code>record_number</code>", "<code>scores[].movement</code>"):
        assert name in text, name
