"""Which visits the trends page compares: told apart, and never another than was asked unsaid."""

import re
from datetime import datetime, timedelta

import pytest

from assessments.models import Assessment
from mmt.accounts.models import User
from patients.models import Patient
from tests.assessments.views.visiting import AsUser, address, page, queries
from tests.people import grade, make_signed

HIP = ("hip_flexion", "right")
INSTEAD = "Not earlier than the latest visit shown"


def noon(patient: Patient, days_ago: int) -> datetime:
    return patient.clinic.now().replace(hour=12, minute=0) - timedelta(days=days_ago)


@pytest.fixture
def visits(patient: Patient, physio: User) -> list[Assessment]:
    return [
        make_signed(patient, physio, {HIP: grade(level)}, tested_at=noon(patient, days))
        for days, level in ((300, 12), (200, 3), (100, 9), (10, 12))
    ]


@pytest.fixture
def of_one_day(patient: Patient, physio: User) -> str:
    """Three visits of one day; return the day."""
    for hours, level in ((0, 12), (2, 9), (4, 6)):
        at = noon(patient, 30) + timedelta(hours=hours)
        make_signed(patient, physio, {HIP: grade(level)}, tested_at=at)
    return str(noon(patient, 30).date())


def test_visits_of_one_day_are_offered_and_told_with_their_time(
    as_user: AsUser, patient: Patient, physio: User, of_one_day: str
) -> None:
    html = as_user(physio).get(address("trends", patient)).text
    offered = re.findall(r'<option value="[0-9a-f-]{36}">([^<]*)</option>', html)
    assert offered == [f"{of_one_day} {at}, Pia Physio" for at in ("12:00", "14:00", "16:00")]
    text = " ".join(page(as_user(physio), "trends", patient).text.split())
    assert f"What changed since {of_one_day} 12:00" in text
    assert f"{of_one_day} 12:00, tested by Pia Physio → {of_one_day} 16:00, tested by" in text


def test_letters_offer_visits_of_one_day_with_their_time(
    as_user: AsUser, patient: Patient, physio: User, of_one_day: str
) -> None:
    last = patient.assessments.latest_first()[0]
    html = as_user(physio).get(address("write_letter", last)).text
    assert re.findall(r">\s*(\d{4}-\d\d-\d\d[^<]*?)\s*</option>", html) == [
        f"{of_one_day} 14:00, Pia Physio",
        f"{of_one_day} 12:00, Pia Physio",
    ]


def test_a_chosen_visit_that_is_not_earlier_is_told_beside_its_field(
    as_user: AsUser, patient: Patient, physio: User, visits: list[Assessment]
) -> None:
    first, until, later = (str(noon(patient, days).date()) for days in (300, 200, 150))
    query = f"?until={later}&reference={visits[2].pk}"
    html = as_user(physio).get(address("trends", patient) + query).text
    [told] = re.findall(r'<p [^>]*id="id_reference_error">([^<]*)</p>', html)
    assert told == f"{INSTEAD} ({until}): compared with the baseline, {first}, instead."
    [field] = re.findall(r'<select [^>]*name="reference"[^>]*>', html)
    assert 'aria-describedby="id_reference_error"' in field
    text = " ".join(page(as_user(physio), "trends", patient, query).text.split())
    assert f"What changed since {first}" in text


def test_a_chosen_visit_with_none_before_the_latest_is_told_too(
    as_user: AsUser, patient: Patient, physio: User, visits: list[Assessment]
) -> None:
    query = f"?until={noon(patient, 250).date()}&reference={visits[3].pk}"
    text = page(as_user(physio), "trends", patient, query).text
    assert f"{INSTEAD} ({noon(patient, 300).date()}), which has none before it: nothing is" in text


@pytest.mark.parametrize("chosen", ["", "baseline", "previous", "0", "1", "2", "nonsense"])
def test_nothing_is_told_where_the_visit_compared_is_the_one_asked_for(
    chosen: str, as_user: AsUser, patient: Patient, physio: User, visits: list[Assessment]
) -> None:
    wanted = str(visits[int(chosen)].pk) if chosen.isdigit() else chosen
    assert INSTEAD not in page(as_user(physio), "trends", patient, f"?reference={wanted}").text


def test_visits_of_one_day_are_no_more_questions(
    as_user: AsUser, patient: Patient, physio: User, visits: list[Assessment]
) -> None:
    client, url = as_user(physio), address("trends", patient)
    few = len(queries(client, url))
    make_signed(patient, physio, {HIP: grade(3)}, tested_at=noon(patient, 10) + timedelta(hours=1))
    assert len(queries(client, url)) == few


@pytest.mark.parametrize("days", ["?since=2090-01-01", "?until=1990-01-01"])
def test_days_without_a_visit_are_no_patient_without_one(
    as_user: AsUser, patient: Patient, physio: User, visits: list[Assessment], days: str
) -> None:
    text = page(as_user(physio), "trends", patient, days).text
    assert "No visit in these days" in text
    assert "4 visits lie outside them." in text
    assert "All history" in text
    assert "No signed assessment yet" not in text
    assert "no earlier visit" not in text
