"""Letters by FHIR: what was kept, what became of it since, and who may take the page."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from assessments.actions import amend_assessment, void_assessment
from assessments.models import Assessment, Letter, LetterKind, Score
from assessments.pairing import release
from mmt import triggers
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.letters.reading import days_ago, make_letter
from tests.assessments.pairs import begin
from tests.people import grade, make_signed

from .conftest import Reader

KNEE = ("knee_extension", "right")


@pytest.fixture
def visits(patient: Patient, physio: User) -> list[Assessment]:
    return [
        make_signed(patient, physio, {KNEE: grade(level)}, tested_at=days_ago(days))
        for level, days in ((9, 200), (6, 10))
    ]


@pytest.fixture
def letter(visits: list[Assessment], physio: User) -> Letter:
    return make_letter(visits[1], physio, LetterKind.REPORT, name="Dr. Gray")


def test_a_report_names_its_patient_visits_and_page(
    reader: Reader, visits: list[Assessment], letter: Letter, physio: User
) -> None:
    [found] = reader.entries("DiagnosticReport", patient=letter.assessment.patient_id)
    assert found == reader.read(f"DiagnosticReport/{letter.pk}")
    assert (found["status"], found["code"]["text"]) == ("final", "Report")
    for each in (found["subject"], *found["result"]):
        reader.read(each["reference"])
    assert [each["reference"] for each in found["result"]] == [
        f"Observation/{visit.pk}" for visit in reversed(visits)
    ]
    [page] = found["presentedForm"]
    pdf = reader.get(page["url"])
    assert (pdf.headers["Content-Type"], pdf.content) == (page["contentType"], bytes(letter.pdf))
    wrapped: Any = reader.read(page["url"], _format="json")
    assert b64decode(wrapped["data"]) == bytes(letter.pdf)
    taken = AuditEvent.objects.filter(action=Action.LETTER_READ, actor_id=physio.pk)
    assert taken.count() == 2


def test_what_became_of_the_records_is_told(
    reader: Reader, visits: list[Assessment], letter: Letter, physio: User
) -> None:
    def told() -> tuple[str, str, str]:
        found = reader.read(f"DiagnosticReport/{letter.pk}")
        return found["status"], found["presentedForm"][0]["title"], found["meta"]["lastUpdated"]

    _status, _title, made = told()
    last, first = reversed(visits)
    amend_assessment(last, {KNEE: grade(3)}, reason="typed", by=physio, revision=last.revision)
    status, title, changed = told()
    assert (status, title) == ("amended", "Report: the assessment was amended")
    assert changed > made
    void_assessment(first, reason="wrong patient", by=physio, revision=first.revision)
    assert told()[0] == "entered-in-error"


def test_a_report_of_a_record_that_does_not_match_its_signature_says_so(
    reader: Reader, visits: list[Assessment], letter: Letter, physio: User
) -> None:
    older = make_letter(visits[0], physio)
    with triggers.lifted():
        Score.objects.filter(assessment=visits[1]).update(level=11)
    told = {
        each["id"]: [tag["code"] for tag in each["meta"].get("tag", [])]
        for each in reader.entries("DiagnosticReport", patient=letter.assessment.patient_id)
    }
    assert told == {str(letter.pk): ["does-not-match"], str(older.pk): []}
    assert reader.read(f"DiagnosticReport/{letter.pk}")["meta"]["tag"]


def test_a_search_narrows_by_visit_and_page(reader: Reader, letter: Letter) -> None:
    def found(**query: str) -> int:
        asked = {"patient": str(letter.assessment.patient_id), **query}
        return len(reader.entries("DiagnosticReport", **asked))

    tested, made = (
        moment.date().isoformat() for moment in (letter.assessment.local_tested_at, letter.made_at)
    )
    assert found(date=tested) == found(issued=made) == found(_lastUpdated=made) == 1
    assert found(date=made) == found(issued=f"lt{tested}") == 0
    later = (letter.made_at + timedelta(days=1)).date().isoformat()
    assert found(_lastUpdated=f"ge{later}") == 0
    assert reader.get("DiagnosticReport", date=tested).status_code == 400


def test_the_day_of_a_visit_is_that_of_the_clinic_whatever_day_it_is_in_utc(
    reader: Reader, patient: Patient, physio: User
) -> None:
    morning = datetime(2026, 3, 1, 21, 30, tzinfo=UTC)  # 08:30 on the second in Sydney
    make_letter(make_signed(patient, physio, {KNEE: grade(3)}, tested_at=morning), physio)
    for day, count in (("2026-03-01", 0), ("2026-03-02", 1)):
        assert len(reader.entries("DiagnosticReport", patient=patient.pk, date=day)) == count


@pytest.mark.parametrize("name", ["date", "issued", "_lastUpdated"])
def test_a_moment_before_the_first_year_is_refused(
    reader: Reader, patient: Patient, name: str
) -> None:
    query = {"patient": patient.pk, name: "ge0001-01-01T00:00:00+14:00"}
    assert reader.get("DiagnosticReport", **query).status_code == 400


def test_a_letter_comes_again_once_its_record_is_let_out_of_a_pair(
    reader: Reader, letter: Letter, colleague: User, lead: User
) -> None:
    begin(letter.assessment, colleague)
    moment = timezone.now().isoformat()
    release(letter.assessment, reason="x", by=lead)
    asked = {"patient": letter.assessment.patient_id, "_lastUpdated": f"ge{moment}"}
    assert [each["id"] for each in reader.entries("DiagnosticReport", **asked)] == [str(letter.pk)]


def test_a_letter_of_another_clinic_or_an_open_pair_is_nowhere(
    reader: Reader, letter: Letter, colleague: User, foreign_patient: Patient, stranger: User
) -> None:
    foreign = make_letter(make_signed(foreign_patient, stranger, {KNEE: grade(3)}), stranger)
    begin(letter.assessment, colleague)
    for each in (foreign, letter):
        for path in ("DiagnosticReport", "Binary"):
            assert reader.get(f"{path}/{each.pk}").status_code == 404
    assert reader.entries("DiagnosticReport", patient=letter.assessment.patient_id) == []
