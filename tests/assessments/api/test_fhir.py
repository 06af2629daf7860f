from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from assessments import instrument
from assessments.actions import move_assessment, void_assessment
from assessments.api.fhir.search import Span, spans
from assessments.history import Result
from assessments.models import Score
from mmt import triggers
from mmt.accounts.models import Clinic, User
from patients.models import Patient
from tests.assessments.pairs import begin
from tests.fhir import valid
from tests.people import grade, make_draft, make_patient, make_signed

from .conftest import Reader

KNEE = ("knee_extension", "right")
MARCH = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)


def test_the_server_tells_what_it_does_to_anybody() -> None:
    told = valid(Client().get("/fhir/metadata").json())
    assert told["fhirVersion"] == "4.0.1"


@pytest.mark.parametrize("kind", ["CodeSystem", "ValueSet"])
def test_every_code_system_and_value_set_is_valid_and_can_be_read_by_name(kind: str) -> None:
    listed = valid(Client().get(f"/fhir/{kind}").json())["entry"]
    assert len(listed) == 6 + len(instrument.PROFILES)
    for each in listed:
        assert Client().get(f"/fhir/{kind}/{each['resource']['id']}").json() == each["resource"]


def test_every_movement_and_grade_is_in_a_code_system() -> None:
    systems = {
        each["resource"]["id"]: {concept["code"] for concept in each["resource"]["concept"]}
        for each in Client().get("/fhir/CodeSystem").json()["entry"]
    }
    assert set(instrument.MOVEMENTS) < systems["movement"]
    for profile in instrument.PROFILES.values():
        assert systems[f"grade-{profile.key.replace('_', '-')}"] == set(profile.codes)


def test_a_patient_is_a_valid_resource(reader: Reader, patient: Patient) -> None:
    found = reader.read(f"Patient/{patient.pk}")
    assert found["name"][0]["family"] == "Winters"
    assert found["birthDate"] == "1980-04-12"
    [listed] = reader.entries("Patient", identifier=patient.record_number)
    assert listed == found


def test_a_visit_names_its_results_and_each_says_its_grade_or_why_there_is_none(
    reader: Reader, patient: Patient, physio: User
) -> None:
    results = {
        KNEE: grade(0),
        ("hip_flexion", "left"): grade(8, limiters=("pain",), note="sore"),
        ("hip_flexion", "right"): Result("not_testable", reason="pain"),
        ("knee_flexion", "left"): Result("not_done", reason="time"),
    }
    signed = make_signed(patient, physio, results, profile="mrc_plus_minus", tested_at=MARCH)
    visit, *each = reader.entries("Observation", patient=patient.pk)
    assert [one["id"] for one in each] == [
        member["reference"].removeprefix("Observation/") for member in visit["hasMember"]
    ]
    said = {(one["code"]["text"], one["bodySite"]["text"]): one for one in each}
    zero = said["Knee extension", "right"]
    assert zero["valueCodeableConcept"]["text"] == "0"
    assert zero["component"][0]["valueInteger"] == 0
    assert said["Hip flexion", "left"]["valueCodeableConcept"]["text"] == "4-"
    for one in (said["Hip flexion", "right"], said["Knee flexion", "left"]):
        assert "valueCodeableConcept" not in one
        assert "dataAbsentReason" in one
    assert visit["effectiveDateTime"] == "2026-03-02T11:30:00+11:00"
    assert reader.read(f"Observation/{signed.pk}") == visit
    assert reader.read(f"Observation/{zero['id']}") == zero


def test_every_movement_of_the_catalogue_has_an_id_that_fits(
    reader: Reader, patient: Patient, physio: User
) -> None:
    results = {cell: grade(12) for cell in instrument.cells(instrument.MOVEMENTS)}
    make_signed(patient, physio, results, battery="full")
    found = reader.entries("Observation", patient=patient.pk, _count=200)
    assert len({each["id"] for each in found}) == len(results) + 1


def test_a_draft_says_nothing_and_a_voided_record_is_entered_in_error(
    reader: Reader, patient: Patient, physio: User
) -> None:
    draft = make_draft(patient, physio)
    assert reader.entries("Observation", patient=patient.pk) == []
    assert reader.get(f"Observation/{draft.pk}").status_code == 404
    signed = make_signed(patient, physio, {KNEE: grade(3)})
    void_assessment(signed, reason="wrong day", by=physio, revision=signed.revision)
    statuses = {each["status"] for each in reader.entries("Observation", patient=patient.pk)}
    assert statuses == {"entered-in-error"}


def test_what_is_not_there_is_not_found(reader: Reader, patient: Patient, physio: User) -> None:
    signed = make_signed(patient, physio, {KNEE: grade(3)})
    nowhere = (
        "Observation/17",
        f"Observation/{signed.pk}.neck",
        "CodeSystem/toes",
        "ValueSet/toes",
    )
    assert [reader.get(each).status_code for each in nowhere] == [404] * 4


def test_what_a_blind_pair_keeps_apart_is_neither_searched_nor_read(
    reader: Reader, patient: Patient, physio: User, colleague: User
) -> None:
    first = make_signed(patient, physio, {KNEE: grade(3)})
    begin(first, colleague)
    assert reader.entries("Observation", patient=patient.pk) == []
    assert reader.get(f"Observation/{first.pk}").status_code == 404


def test_a_search_narrows_by_day_code_and_change(
    reader: Reader, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(3)}, tested_at=MARCH)
    make_signed(patient, physio, {KNEE: grade(2)}, tested_at=MARCH.replace(month=5))

    def found(**query: object) -> int:
        return len(reader.entries("Observation", patient=patient.pk, **query))

    assert found() == 4
    assert found(code="knee_extension") == 2
    assert found(date="2026-03") == found(date="2026-03-02") == 2
    assert found(date=["ge2026-04-01", "lt2027"]) == 2
    assert found(date="gt2026-05-02") == 0
    assert found(_lastUpdated="lt2026-01-01") == 0


def test_a_day_is_that_of_the_clinic_whatever_day_it_is_in_utc(
    reader: Reader, patient: Patient, physio: User
) -> None:
    morning = datetime(2026, 3, 1, 21, 30, tzinfo=UTC)  # 08:30 on the second in Sydney
    make_signed(patient, physio, {KNEE: grade(3)}, tested_at=morning)

    def found(date: str) -> int:
        return len(reader.entries("Observation", patient=patient.pk, date=date))

    assert (found("2026-03-02"), found("ge2026-03-02"), found("2026-03-02T08:30")) == (2, 2, 2)
    assert (found("2026-03-01"), found("gt2026-03-02")) == (0, 0)
    assert found("2026-03-01T21:30:00Z") == 2


def test_a_day_is_as_long_as_the_clocks_make_it_and_an_offset_is_kept(harbour: Clinic) -> None:
    short, exact = spans(
        QueryDict("date=2026-10-04&date=ge2026-10-04T10:00:00%2B02:00"), "date", harbour.zone
    )
    began = datetime(2026, 10, 3, 14, tzinfo=UTC)
    assert short == Span(began, began.replace(day=4, hour=13))
    assert exact == Span(datetime(2026, 10, 4, 8, tzinfo=UTC))
    [in_utc] = spans(QueryDict("_lastUpdated=ge2026-10-04"), "_lastUpdated")
    assert in_utc == Span(datetime(2026, 10, 4, tzinfo=UTC))


def test_a_record_that_was_moved_comes_to_who_asks_for_what_changed_since(
    reader: Reader, patient: Patient, harbour: Clinic, physio: User, lead: User
) -> None:
    right = make_patient(harbour, physio)
    signed = make_signed(patient, physio, {KNEE: grade(3)})
    moment = timezone.now().isoformat()
    move_assessment(signed, to=right, reason="wrong one", by=lead, revision=signed.revision)
    for each, status in ((patient, "entered-in-error"), (right, "final")):
        found = reader.entries("Observation", patient=each.pk, _lastUpdated=f"ge{moment}")
        assert [one["status"] for one in found] == [status] * 2
        assert reader.read(f"Observation/{found[0]['id']}") == found[0]


def test_pages_follow_one_another_without_loss(
    reader: Reader, patient: Patient, physio: User
) -> None:
    for month in (3, 4, 5):
        make_signed(patient, physio, {KNEE: grade(3)}, tested_at=MARCH.replace(month=month))
    seen, path = [], f"/fhir/Observation?patient={patient.pk}&_count=4"
    while path:
        page = reader.client.get(path, headers=reader.headers).json()
        seen += [each["resource"]["id"] for each in page["entry"]]
        links = {each["relation"]: each["url"] for each in page["link"]}
        path = links.get("next", "").removeprefix("http://testserver")
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    "query",
    [
        {"date": "yesterday"},
        {"date": "ge9999-13-01"},
        {"date": "le9999"},
        {"date": "ge0001-01-01T00:00:00+14:00"},
        {"_lastUpdated": "lt0001-01-01T00:00+14:00"},
        {"date": "le9999-12-31T23:00:00-14:00"},
        {"_count": "0"},
        {"_count": "²"},
        {"patient": "x"},
        {"colour": "red"},
    ],
)
def test_what_a_search_cannot_read_is_refused_by_name(
    reader: Reader, patient: Patient, query: dict[str, str]
) -> None:
    answer = reader.get("Observation", **{"patient": patient.pk} | query)
    assert answer.status_code == 400
    outcome = valid(answer.json())
    assert next(iter(query)) in outcome["issue"][0]["diagnostics"]


def test_a_search_is_of_one_patient(
    reader: Reader, patient: Patient, harbour: Clinic, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(3)})
    other = make_patient(harbour, physio)
    assert len(reader.entries("Observation", patient=patient.pk, subject=patient.pk)) == 2
    for query in ({}, {"patient": patient.pk, "subject": other.pk}):
        assert reader.get("Observation", **query).status_code == 400


def test_another_clinics_patient_is_not_found_and_xml_is_not_spoken(
    reader: Reader, foreign_patient: Patient
) -> None:
    assert reader.get(f"Patient/{foreign_patient.pk}").content == (
        reader.get(f"Patient/{uuid4()}").content
    )
    assert reader.get("Observation", patient=foreign_patient.pk).status_code == 404
    assert reader.entries("Patient", _id=foreign_patient.pk) == []
    assert reader.get("metadata", _format="xml").status_code == 406
    assert Client().get(f"/fhir/Patient/{foreign_patient.pk}").status_code == 401


def test_a_record_that_does_not_match_its_signature_says_so(
    reader: Reader, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(9)})
    broken = make_signed(patient, physio, {KNEE: grade(3)})
    with triggers.lifted():
        Score.objects.filter(assessment=broken).update(level=11)
    entries = reader.entries("Observation", patient=patient.pk)
    tags = [[tag["code"] for tag in each["meta"].get("tag", [])] for each in entries]
    assert tags == [[], [], ["does-not-match"], ["does-not-match"]]
    assert reader.read(f"Observation/{broken.pk}")["meta"]["tag"] == entries[2]["meta"]["tag"]
