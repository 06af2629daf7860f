"""Pictures as files: each of the pages', asked for as the page is, and told to the audit log."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import rasterise
from assessments.models import Assessment
from assessments.pictures import PICTURES
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.views.test_trends_measured import did, visit
from tests.assessments.views.visiting import AsUser, events, page
from tests.people import grade, make_signed

HIP, HIP_LEFT, KNEE = ("hip_flexion", "right"), ("hip_flexion", "left"), ("knee_extension", "left")
NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def visits(patient: Patient, physio: User, colleague: User) -> list[Assessment]:
    before = {HIP: grade(9), HIP_LEFT: grade(12), KNEE: grade(6)}
    after = {HIP: grade(0), HIP_LEFT: grade(12), KNEE: grade(6)}
    return [
        make_signed(patient, physio, before, tested_at=NOW - timedelta(days=200)),
        make_signed(patient, colleague, after, tested_at=NOW - timedelta(days=10)),
    ]


@pytest.fixture
def _measured(patient: Patient, colleague: User) -> None:
    visit(patient, colleague, 400, right=("120", "N"), left=("95", "N"))
    did(patient, colleague, "berg", "40")


def ask(client: Client, patient: Patient, kind: str, form: str = "svg", query: str = "") -> Any:
    return client.get(reverse("assessments:picture", args=[patient.pk, kind, form]) + query)


@pytest.mark.usefixtures("_measured")
@pytest.mark.parametrize("kind", PICTURES)
def test_each_picture_is_a_file_that_says_whose_it_is(
    kind: str, as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    answer = ask(as_user(clinician), patient, kind, query=f"?visit={visits[1].pk}")
    body = answer.content.decode()
    for words in ("Winters, Álma", "1980-04-12", patient.record_number, "Harbour Test"):
        assert words in body
    assert "Cora Colleague" in body
    assert "by Cleo Clinician" in body
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("_measured")
@pytest.mark.parametrize("kind", PICTURES)
def test_each_picture_is_an_image(
    kind: str, as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    answer = ask(as_user(clinician), patient, kind, "png", f"?visit={visits[1].pk}")
    assert answer.content.startswith(b"\x89PNG")


def test_an_image_that_takes_too_long_is_said_and_is_no_export(
    monkeypatch: pytest.MonkeyPatch,
    as_user: AsUser,
    patient: Patient,
    clinician: User,
    visits: list[Assessment],
) -> None:
    with pytest.raises(rasterise.NotDrawn):
        rasterise.image_of("no picture", width=100)
    monkeypatch.setattr(rasterise, "LONGEST", 0)
    query = f"?visit={visits[1].pk}"
    client, person = as_user(clinician), reverse("assessments:person", args=[patient.pk])
    assert ask(client, patient, "body-map", "png", query).headers["Location"] == person
    assert "The image could not be drawn" in client.get(person).content.decode()
    assert not AuditEvent.objects.filter(action=Action.EXPORTED).exists()


def test_the_name_of_the_file_tells_the_day_and_nobody(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    answer = ask(as_user(clinician), patient, "heat-map")
    day = visits[1].local_tested_at.date()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{day}-heat-map.svg"'


def test_taking_one_is_an_export_of_this_patient(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    ask(as_user(clinician), patient, "strips")
    event = AuditEvent.objects.get(action=Action.EXPORTED)
    assert (event.patient_id, event.actor_id) == (patient.pk, clinician.pk)
    assert event.detail == {"picture": "strips", "form": "svg"}


def test_it_shows_what_the_page_of_these_parameters_shows(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    client = as_user(clinician)
    assert "Knee extension" in ask(client, patient, "heat-map").content.decode()
    hips = ask(client, patient, "heat-map", query="?region=hips").content.decode()
    assert "Knee extension" not in hips
    assert "Hip flexion" in hips
    first = f"?until={visits[0].local_tested_at.date()}"
    assert "Cora Colleague" not in ask(client, patient, "heat-map", query=first).content.decode()


def test_what_is_not_there_is_no_file_and_no_export(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    client = as_user(clinician)
    for kind, form, query in (
        ("heat-map", "pdf", ""),
        ("nothing", "svg", ""),
        ("body-map", "svg", ""),
        ("body-map", "svg", "?visit=nonsense"),
        ("body-map-difference", "svg", "?from=nonsense"),
        ("strips", "svg", "?since=2999-01-01"),
        ("asymmetry", "svg", "?since=2999-01-01"),
    ):
        assert ask(client, patient, kind, form, query).status_code == 404
    assert events(Action.EXPORTED) == 0


def test_where_flags_are_off_no_file_shows_them_either(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    patient.clinic.change_flags = False
    patient.clinic.save(update_fields=["change_flags"])
    assert ask(as_user(clinician), patient, "body-map-difference").status_code == 404


@pytest.mark.parametrize("way", ["trends", "compare"])
def test_each_page_offers_its_pictures_as_it_was_asked(
    way: str, as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    found = page(as_user(clinician), way, patient, "?side=left").links
    offered = [link for link in found if "/pictures/" in link]
    assert len(offered) == {"trends": 8, "compare": 2}[way]
    assert all(link.endswith("?side=left") for link in offered)
