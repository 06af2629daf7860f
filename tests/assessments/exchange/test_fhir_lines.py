"""Exports as FHIR: what the quick way writes is what the resources of the API say."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from assessments.actions import amend_assessment, void_assessment
from assessments.exchange.fhir import last_changed, observations, patient_resource
from assessments.exchange.selection import Shape, Standing
from assessments.history import Result
from assessments.models import Assessment
from assessments.querysets import results_of
from mmt.accounts.models import Clinic, Scope, User
from mmt.accounts.tokens import make_token
from patients.models import Patient
from tests.fhir import valid
from tests.people import grade, make_patient, make_signed

from .files import as_bytes

KNEE, HIP, LEFT = (
    ("knee_extension", "right"), ("hip_flexion", "right"), ("knee_extension", "left"),
)  # fmt: skip
RESULTS = {
    KNEE: grade(8, limiters=("pain", "spasticity"), note='said "Weh \x07"\u2028'),
    HIP: grade(0, position="supine"),
    LEFT: Result("not_testable", reason="pain", note="plaster"),
    ("hip_flexion", "left"): Result("not_done", reason="time"),
}


@pytest.fixture
def visits(harbour: Clinic, physio: User) -> list[Assessment]:
    """Three visits of a patient, one amended and one voided, and one of another."""
    anna, bert = (
        make_patient(harbour, physio, family_name=name, record_number=f"No {name}", birth_date=born)
        for name, born in (("Ångström", date(1931, 5, 6)), ("Brandner", date(1990, 1, 2)))
    )
    made = [
        make_signed(
            patient,
            physio,
            RESULTS,
            profile="mrc_plus_minus_4",
            tested_at=datetime(2025, 7, day, 3, 4, 5, tzinfo=UTC),
            note=f"visit of {patient.family_name}",
        )
        for day, patient in enumerate((anna, bert, anna, anna), start=1)
    ]
    amend_assessment(
        made[2], {HIP: grade(3)}, reason="read wrongly", by=physio, revision=made[2].revision
    )
    void_assessment(made[3], reason="wrong patient", by=physio, revision=made[3].revision)
    return made


def lines(clinic: Clinic, **chosen: Any) -> list[dict[str, Any]]:
    file = as_bytes(clinic, Shape(format="fhir"), standing=Standing.RECORDED, **chosen)
    return [json.loads(line) for line in file.decode().removesuffix("\n").split("\n")]


@pytest.mark.usefixtures("visits")
def test_the_lines_are_the_resources_of_the_api(harbour: Clinic) -> None:
    expected, told = [], set()
    for record in (
        Assessment.objects.recorded()
        .select_related("patient__clinic", "tester")
        .annotate(updated=last_changed())
        .order_by("tested_at", "id")
    ):
        if record.patient_id not in told:
            told.add(record.patient_id)
            expected.append(patient_resource(record.patient))
        expected += observations(record, results_of([record.pk])[record.pk], record.updated)
    assert lines(harbour) == expected
    assert len(expected) == 2 + 4 * 5


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.usefixtures("visits")
def test_every_resource_is_valid_and_every_reference_is_met_before(
    harbour: Clinic, hidden: bool
) -> None:
    patients = set()
    for each in lines(harbour, deidentified=hidden):
        valid(each)
        if each["resourceType"] == "Patient":
            patients.add(f"Patient/{each['id']}")
        else:
            assert each["subject"]["reference"] in patients
    assert len(patients) == 2


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.usefixtures("visits")
def test_the_bundle_holds_the_same_resources_under_addresses_of_their_own(
    harbour: Clinic, hidden: bool
) -> None:
    shape = Shape(format="fhir-bundle", blanks=True)
    file = as_bytes(harbour, shape, standing=Standing.RECORDED, deidentified=hidden)
    found = valid(json.loads(file))
    assert [each["resource"] for each in found["entry"]] == lines(harbour, deidentified=hidden)
    for each in found["entry"]:
        resource = each["resource"]
        assert each["fullUrl"].endswith(f"/fhir/{resource['resourceType']}/{resource['id']}")
    assert len({each["fullUrl"] for each in found["entry"]}) == len(found["entry"])


def test_a_bundle_of_nothing_has_no_entries(harbour: Clinic) -> None:
    found = valid(json.loads(as_bytes(harbour, Shape(format="fhir-bundle"))))
    assert "entry" not in found
    assert as_bytes(harbour, Shape(format="fhir")) == b""


def test_without_the_people_no_identifier_note_or_time_is_left(
    harbour: Clinic, visits: list[Assessment]
) -> None:
    for kind in ("fhir", "fhir-bundle"):
        file = as_bytes(
            harbour, Shape(format=kind), standing=Standing.RECORDED, deidentified=True
        ).decode()
        people = Patient.objects.filter(assessments__in=visits)
        secret = {"visit of", "plaster", "Weh", "2025-07-0", "T03:04", harbour.name, "read wrongly"}
        for record in visits:
            secret |= {str(record.pk), record.pk.hex, record.tester.name, str(record.tester_id)}
        for each in people:
            secret |= {each.family_name, each.given_names, each.record_number, str(each.pk)}
            secret |= {each.birth_date.isoformat()}
        assert [text for text in secret if text in file] == []


@pytest.mark.usefixtures("visits")
def test_without_the_people_ages_are_grouped_and_intervals_survive(harbour: Clinic) -> None:
    found = lines(harbour, deidentified=True)
    told: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        if "hasMember" in each:
            told.setdefault(each["subject"]["reference"], []).append(each)
    one, three = sorted(told.values(), key=len)
    ages = [each[0]["component"][0]["valueQuantity"] for each in (one, three)]
    assert [(age["value"], age.get("comparator")) for age in ages] == [(35, None), (90, ">=")]
    first, second, third = (date.fromisoformat(each["effectiveDateTime"]) for each in three)
    assert ((second - first).days, (third - second).days) == (2, 1)
    assert {each["status"] for each in three} == {"final", "corrected", "entered-in-error"}


@pytest.mark.usefixtures("visits")
def test_a_movement_alone_gives_its_results_alone(harbour: Clinic) -> None:
    codes = {
        each["code"]["coding"][0]["code"]
        for each in lines(harbour, movements=("hip_flexion",))
        if each["resourceType"] == "Observation"
    }
    assert codes == {"manual-muscle-test", "hip_flexion"}


@pytest.mark.usefixtures("visits")
def test_a_program_that_may_export_gets_the_same_lines(harbour: Clinic, admin: User) -> None:
    _token, secret = make_token(name="test", scope=Scope.EXPORT, days=1, by=admin)
    answer = Client().get(
        "/api/v1/exports/scores?clinic=harbour&format=fhir",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.headers["Content-Type"] == "application/fhir+ndjson"
    assert b"".join(answer) == as_bytes(harbour, Shape(format="fhir"))
