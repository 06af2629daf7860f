"""What a patient may be told: who saw, changed, took out and printed."""

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client
from pypdf import PdfReader

from assessments.exchange.export import Export
from assessments.exchange.selection import Selection, Shape
from mmt.accounts.models import Clinic, Scope, User
from mmt.accounts.roles import Role
from mmt.accounts.tokens import make_token
from mmt.audit.log import record
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.letters.reading import make_letter
from tests.people import grade, make_patient, make_signed, make_user

AsUser = Callable[[User], Client]


def told(client: Client, patient: Patient) -> list[dict[str, str]]:
    answer = client.get(f"/audit/patients/{patient.pk}/access.csv")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode())))


def what(client: Client, patient: Patient) -> set[tuple[str, str]]:
    return {(row["who"], row["what"]) for row in told(client, patient)}


def test_every_way_to_see_or_take_is_on_it(
    harbour: Clinic, patient: Patient, physio: User, clinician: User, admin: User, as_user: AsUser
) -> None:
    signed = make_signed(patient, physio, {("hip_flexion", "right"): grade(0)})
    bystander = make_patient(harbour, physio)
    letter = make_letter(signed, physio)
    reader = as_user(clinician)
    reader.get(f"/letters/{letter.pk}/")
    reader.get(f"/patients/{patient.pk}/pictures/heat-map.svg")
    reader.post(f"/audit/patients/{patient.pk}/printed/", {"page": "assessments:trends"})
    export = Export(Selection(harbour), Shape(), by=admin)
    export.close()
    client = as_user(admin)
    who = "Cleo Clinician (clinician)"
    assert what(client, patient) >= {
        ("Pia Physio (physiotherapist)", "signed an assessment"),
        ("Pia Physio (physiotherapist)", "wrote a letter or report"),
        (who, "opened the record"),
        (who, "downloaded a letter or report"),
        (who, "exported records"),
        (who, "printed a page of the record"),
        ("Ada Admin (administrator)", "exported records"),
    }
    assert ("Ada Admin (administrator)", "exported records") not in what(client, bystander)


@pytest.mark.parametrize("page", ["", "trends/", "compare/", "sheet/"])
def test_each_page_of_a_patient_is_seen(
    page: str, patient: Patient, clinician: User, as_user: AsUser
) -> None:
    as_user(clinician).get(f"/patients/{patient.pk}/{page}")
    assert AuditEvent.objects.filter(
        action=Action.PATIENT_VIEWED, patient_id=patient.pk, actor_id=clinician.pk
    ).exists()


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/patients/{patient}",
        "/api/v1/patients/{patient}/progress",
        "/api/v1/patients/{patient}/assessments",
        "/api/v1/assessments/{signed}",
        "/fhir/Patient/{patient}",
        "/fhir/Patient?_id={patient}",
        "/fhir/Observation?patient={patient}",
        "/fhir/Observation/{signed}",
        "/api/v1/exports/scores?clinic=harbour",
    ],
)
def test_what_a_program_reads_or_takes_is_told_of_its_person(
    address: str, patient: Patient, physio: User, admin: User, as_user: AsUser
) -> None:
    signed = make_signed(patient, physio, {("hip_flexion", "right"): grade(0)})
    _token, secret = make_token(name="key", scope=Scope.EXPORT, days=30, by=admin)
    answer = Client().get(
        address.format(patient=patient.pk, signed=signed.pk),
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 200
    seen = {row["what"] for row in told(as_user(admin), patient) if "Ada" in row["who"]}
    assert seen & {"opened the record", "exported records"}


def test_the_list_names_zone_and_role_and_strangers_by_their_clinic(
    hillside: Clinic, patient: Patient, physio: User, stranger: User, admin: User, as_user: AsUser
) -> None:
    make_user("x@harbour.test", hillside, Role.LEAD, "=Xenia")
    as_user(stranger).get(f"/patients/{patient.pk}/")
    record(Action.EXPORTED, by=None, actor="command line", patient_id=patient.pk)
    rows = told(as_user(admin), patient)
    tried = next(row for row in rows if row["what"] == "tried to open the record")
    assert tried["who"] == "Stan Stranger (physiotherapist, Hillside Test)"
    assert (tried["kind"], tried["time_zone"]) == ("was refused", "Australia/Sydney")
    assert tried["at"].endswith(("+11:00", "+10:00"))
    assert "The program itself (command line)" in {row["who"] for row in rows}


def test_the_pdf_is_for_the_patient_and_its_taking_is_told(
    patient: Patient, physio: User, admin: User, as_user: AsUser
) -> None:
    client = as_user(admin)
    as_user(physio).get(f"/patients/{patient.pk}/")
    answer = client.get(f"/audit/patients/{patient.pk}/access.pdf")
    assert "Winters" not in answer.headers["Content-Disposition"]
    text = " ".join(
        " ".join(page.extract_text().split())
        for page in PdfReader(io.BytesIO(answer.content)).pages
    )
    for words in ("Who had access to this record", "Winters, Álma", "When (Australia/Sydney)"):
        assert words in text
    assert "Pia Physio (physiotherapist) opened the record" in text
    [event] = AuditEvent.objects.filter(action=Action.ACCESS_LOG_GIVEN)
    assert (event.actor_id, event.patient_id) == (admin.pk, patient.pk)
    assert event.detail == {"format": "pdf"}
    page = client.get(f"/audit/patients/{patient.pk}/").content.decode()
    assert "downloaded this list of accesses" in page
    assert client.get(f"/patients/{patient.pk}/").content.decode().count("Who had access") == 1
    assert "Who had access" not in as_user(physio).get(f"/patients/{patient.pk}/").content.decode()


def test_it_comes_in_no_other_form(patient: Patient, admin: User, as_user: AsUser) -> None:
    assert as_user(admin).get(f"/audit/patients/{patient.pk}/access.exe").status_code == 404
