"""Everything held about one patient: all of it, of nobody else, to administrators alone."""

import io
from collections.abc import Callable

import pypdf
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse

from assessments.actions import amend_assessment
from assessments.held import held_about, held_pdf
from assessments.held.found import DERIVED, OF_A_RECORD, OF_THE_PATIENT
from assessments.models import Assessment, BlindPair, Score, ScoreChange
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.actions import archive_patient
from patients.erasure import ask_erasure
from patients.models import Erasure, LegalGround, Patient
from tests.assessments.pairs import begin
from tests.people import grade, make_signed

HIP = ("hip_flexion", "right")


def reaches_a_patient(model: type[models.Model]) -> bool:
    related = {field.related_model for field in model._meta.concrete_fields}
    return bool(related & {Patient, Assessment}) or any(
        isinstance(other, type) and other.__name__ == "Amendment" for other in related
    )


def test_every_table_about_a_patient_is_in_it() -> None:
    found = [*apps.get_app_config("patients").get_models()]
    found += apps.get_app_config("assessments").get_models()
    wanted = {model for model in found if reaches_a_patient(model)}
    assert wanted - DERIVED - {Assessment} == {*OF_THE_PATIENT, *OF_A_RECORD}


def test_an_administrator_takes_it_as_data_and_as_pages(
    patient: Patient,
    foreign_patient: Patient,
    physio: User,
    admin: User,
    as_user: Callable[[User], Client],
) -> None:
    signed = make_signed(patient, physio, {HIP: grade(0, note="a note of hers")})
    client = as_user(admin)
    address = reverse("assessments:held", args=[patient.pk])
    assert client.get(address).status_code == 200
    data = client.post(address, {"form": "json"}).json()
    assert data["patients_patient"][0]["family_name"] == "Winters"
    [score] = data["assessments_score"]
    assert (score["level"], score["grade"], score["assessment"]) == (0, "0", str(signed.pk))
    assert data["assessments_assessment"][0]["signed_by"] == physio.name
    assert "Elsewhere" not in str(data)

    pages = client.post(address, {"form": "pdf"})
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pages.content)).pages)
    assert "Winters" in text
    assert "a note of hers" in " ".join(text.split())
    told = AuditEvent.objects.filter(action=Action.EVERYTHING_TAKEN, patient_id=patient.pk)
    assert [event.detail for event in told.order_by("sequence")] == [
        {"format": "json"},
        {"format": "pdf"},
    ]


def test_a_blind_test_under_way_is_left_out(
    patient: Patient, physio: User, colleague: User
) -> None:
    before = make_signed(patient, physio, {HIP: grade(9)})
    first = make_signed(patient, physio, {HIP: grade(6)})
    begin(first, colleague)
    rows = held_about(patient)
    assert [row["id"] for row in rows[Assessment]] == [str(before.pk)]
    assert [row["level"] for row in rows[Score]] == [9]
    assert rows[BlindPair] == []


def test_an_amendment_is_told_in_grades(patient: Patient, physio: User) -> None:
    signed = make_signed(patient, physio, {HIP: grade(9)})
    amend_assessment(
        signed, {HIP: grade(0)}, reason="typed wrongly", by=physio, revision=signed.revision
    )
    archive_patient(patient, by=physio)
    ask_erasure(patient, ground=LegalGround.CONSENT, reason="Asked in writing.", by=physio)
    rows = held_about(patient)
    assert [row["reason"] for row in rows[Erasure]] == ["Asked in writing."]
    [change] = rows[ScoreChange]
    assert [change[name]["grade"] for name in ("before", "after")] == ["4", "0"]
    pages = pypdf.PdfReader(io.BytesIO(held_pdf(rows, patient, by=physio))).pages
    text = " ".join("".join(page.extract_text() for page in pages).split())
    assert "grade 0" in text
    assert "level" not in text
