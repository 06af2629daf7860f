"""Starting an assessment, and the context around the scores."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments import instrument
from assessments.entry.forms import CONTEXT_FIELDS, ContextForm, StartForm
from assessments.models import Assessment
from mmt.accounts.models import Clinic
from patients.models import Patient

UTC = ZoneInfo("UTC")


def clinic_in(zone: str = "Australia/Sydney", **settings: Any) -> Clinic:
    return Clinic(name="Test", time_zone=zone, **settings)


def patient_of(clinic: Clinic, born: date = date(1980, 4, 12)) -> Patient:
    return Patient(clinic=clinic, birth_date=born)


def start(patient: Patient, **typed: str) -> StartForm:
    data = {
        "id": str(uuid4()),
        "battery": "ms_clinic_screen",
        "profile": "mrc",
        "tested_at": "2024-06-01T09:30",
    }
    return StartForm(data | typed, patient=patient)


def around(clinic: Clinic, **typed: str) -> ContextForm:
    """Return the context form of a draft that was tested on 1 June 2024 at 9:30."""
    tested_at = datetime(2024, 6, 1, 9, 30, tzinfo=clinic.zone)
    assessment = Assessment(clinic=clinic, patient=patient_of(clinic), tested_at=tested_at)
    data = {"context.tested_at": "2024-06-01T09:30"}
    data |= {f"context.{name}": text for name, text in typed.items()}
    return ContextForm(data, instance=assessment)


def local(moment: datetime, clinic: Clinic) -> str:
    return f"{moment.astimezone(clinic.zone):%Y-%m-%dT%H:%M}"


def test_the_clinics_choices_stand_already() -> None:
    clinic = clinic_in(default_battery="mrc_sum_60", scale_profile="mrc_plus_minus_4")
    form = StartForm(patient=patient_of(clinic_in(scale_profile="mrc_plus_minus_4")))
    assert form["battery"].value() == "ms_clinic_screen"
    assert form["profile"].value() == "mrc_plus_minus_4"
    fixed = StartForm(patient=patient_of(clinic))
    assert (fixed["battery"].value(), fixed["profile"].value()) == ("mrc_sum_60", "mrc")


def test_every_form_has_an_id_of_its_own() -> None:
    patient = patient_of(clinic_in())
    first, second = StartForm(patient=patient), StartForm(patient=patient)
    assert first["id"].value() != second["id"].value()


def test_the_time_offered_is_now_on_the_clinics_wall() -> None:
    clinic = clinic_in("Pacific/Auckland")
    offered = StartForm(patient=patient_of(clinic))["tested_at"].value()
    assert abs(offered.replace(tzinfo=clinic.zone) - timezone.now()) < timedelta(minutes=1)


def test_the_form_as_offered_is_valid_and_gives_a_draft_of_the_battery() -> None:
    form = start(patient_of(clinic_in()))
    assert form.is_valid(), form.errors
    draft = form.assessment(by=None)  # type: ignore[arg-type]  # no one signs it here
    assert draft.movements == list(instrument.battery("ms_clinic_screen").movements)
    assert (draft.status, draft.time_zone) == ("draft", "Australia/Sydney")
    assert str(draft.pk) == form.data["id"]


@pytest.mark.parametrize("field", ["battery", "profile", "tested_at"])
@pytest.mark.parametrize("text", ["", "nonsense", "\0", "9" * 400, "1e309"])
def test_a_field_that_is_wrong_is_named_and_keeps_what_was_typed(field: str, text: str) -> None:
    form = start(patient_of(clinic_in()), **{field: text})
    assert list(form.errors) == [field]
    assert form[field].value() == text


@pytest.mark.parametrize("text", ["", "17", "x" * 36])
def test_a_broken_id_is_told_where_it_is_seen(text: str) -> None:
    form = start(patient_of(clinic_in()), id=text)
    assert form.non_field_errors() == ["This form is not whole. Open a new one."]


@pytest.mark.parametrize("profile", ["mrc_plus_minus", "kendall"])
def test_a_battery_of_one_scale_refuses_another(profile: str) -> None:
    form = start(patient_of(clinic_in()), battery="mrc_sum_60", profile=profile)
    assert list(form.errors) == ["profile"]
    assert "is scored on" in form.errors["profile"][0]


@pytest.mark.parametrize("battery", instrument.BATTERIES)
def test_every_battery_can_be_started_on_its_scale(battery: str) -> None:
    profile = instrument.battery(battery).profile or "mrc"
    form = start(patient_of(clinic_in()), battery=battery, profile=profile)
    assert form.is_valid(), form.errors


@pytest.mark.parametrize(("ahead", "fine"), [(9, True), (12, False), (60 * 24, False)])
def test_a_clock_ten_minutes_fast_is_believed_and_no_more(ahead: int, fine: bool) -> None:
    clinic = clinic_in("America/Caracas")
    typed = local(timezone.now() + timedelta(minutes=ahead), clinic)
    form = start(patient_of(clinic), tested_at=typed)
    assert form.is_valid() is fine
    assert form.errors == ({} if fine else {"tested_at": ["This is in the future."]})


def test_ten_minutes_ahead_are_fine_in_the_context_too() -> None:
    clinic = clinic_in()
    soon, later = (timezone.now() + timedelta(minutes=ahead) for ahead in (9, 12))
    assert around(clinic, tested_at=local(soon, clinic)).is_valid()
    assert list(around(clinic, tested_at=local(later, clinic)).errors) == ["tested_at"]


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Pacific/Midway", datetime(2024, 6, 1, 20, 30, tzinfo=UTC)),  # UTC-11
        ("Pacific/Tongatapu", datetime(2024, 5, 31, 20, 30, tzinfo=UTC)),  # UTC+13
        ("Australia/Sydney", datetime(2024, 5, 31, 23, 30, tzinfo=UTC)),
    ],
)
def test_the_time_typed_is_the_clinics_time_and_stays_on_its_day(zone: str, at: datetime) -> None:
    form = start(patient_of(clinic_in(zone)), tested_at="2024-06-01T09:30")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["tested_at"] == at
    draft = form.assessment(by=None)  # type: ignore[arg-type]
    assert f"{draft.local_tested_at:%Y-%m-%d %H:%M}" == "2024-06-01 09:30"


@pytest.mark.parametrize(("day", "hour"), [("2024-03-30", 9), ("2024-04-01", 8)])
def test_daylight_saving_does_not_move_the_hour(day: str, hour: int) -> None:
    form = start(patient_of(clinic_in("Europe/Paris")), tested_at=f"{day}T10:00")
    assert form.is_valid()
    assert form.cleaned_data["tested_at"].astimezone(UTC).hour == hour


def test_an_hour_that_is_skipped_is_asked_again() -> None:
    form = start(patient_of(clinic_in("Europe/Paris")), tested_at="2024-03-31T02:30")
    assert list(form.errors) == ["tested_at"]
    assert form["tested_at"].value() == "2024-03-31T02:30"


@pytest.mark.parametrize(
    ("typed", "fine"), [("1990-02-28T23:59", False), ("1990-03-01T00:00", True)]
)
@pytest.mark.parametrize("zone", ["Pacific/Midway", "Pacific/Tongatapu"])
def test_nobody_is_tested_before_birth_by_the_clinics_calendar(
    typed: str, fine: bool, zone: str
) -> None:
    patient = patient_of(clinic_in(zone), born=date(1990, 3, 1))
    form = start(patient, tested_at=typed)
    assert form.is_valid() is fine
    assert fine or form.errors == {"tested_at": ["This is before the patient was born."]}


@pytest.mark.parametrize("zone", ["Pacific/Midway", "Pacific/Kiritimati", "UTC"])
@pytest.mark.parametrize("text", ["0001-01-01T00:00", "9999-12-31T23:59", "10000-01-01T00:00"])
def test_the_ends_of_the_calendar_are_refused_in_words(zone: str, text: str) -> None:
    assert list(start(patient_of(clinic_in(zone)), tested_at=text).errors) == ["tested_at"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["id", "battery", "profile", "tested_at"]), st.text()))
def test_any_text_makes_a_valid_form_or_words(typed: dict[str, str]) -> None:
    form = StartForm(typed, patient=patient_of(clinic_in("Pacific/Tongatapu")))
    assert form.is_valid() or form.errors


def test_a_context_left_empty_is_fine() -> None:
    form = around(clinic_in())
    assert form.is_valid(), form.errors
    assert form.instance.pain is None


def test_zero_is_an_answer() -> None:
    form = around(clinic_in(), pain="0", fatigue_before="0", edss="0", falls_since_last="0")
    assert form.is_valid(), form.errors
    found = form.instance
    answers = (found.pain, found.fatigue_before, found.edss, found.falls_since_last)
    assert answers == (0, 0, 0, 0)


WRONG = [
    ("setting", "moon"),
    ("heat", "cold"),
    ("fatigue_before", "11"),
    ("fatigue_after", "-1"),
    ("pain", "9" * 400),
    ("pain", "3.5"),
    ("pain", "1e309"),
    ("pain_where", "x" * 101),
    ("relapse_status", "yes"),
    ("edss", "10.5"),
    ("edss", "0.5"),
    ("edss", "3.3"),
    ("edss", "NaN"),
    ("edss", "Infinity"),
    ("device", "skateboard"),
    ("hours_since_antispastic", "1000"),
    ("hours_since_fampridine", "soon"),
    ("first_side", "both"),
    ("stopped_early", "\0"),
    ("falls_since_last", "-0.1"),
    ("note", "x" * 4001),
    ("tested_at", ""),
    ("tested_at", "yesterday"),
]


@pytest.mark.parametrize(("field", "text"), WRONG)
def test_a_context_field_that_is_wrong_is_named_and_kept(field: str, text: str) -> None:
    form = around(clinic_in(), **{field: text})
    assert list(form.errors) == [field]
    assert form[field].value() == text


def test_every_context_field_that_can_be_wrong_was_tried() -> None:
    assert {field for field, _text in WRONG} == {*CONTEXT_FIELDS, "tested_at"} - {"device_worn"}


@pytest.mark.parametrize("edss", ["0", "1", "1.5", "6.5", "9.5", "10"])
def test_the_edss_goes_in_halves_from_one(edss: str) -> None:
    assert around(clinic_in(), edss=edss).is_valid()


def test_the_time_of_the_test_can_be_put_right() -> None:
    clinic = clinic_in("Pacific/Tongatapu")
    form = around(clinic, tested_at="2024-05-31T22:15")
    assert form.is_valid(), form.errors
    assert form.instance.tested_at == datetime(2024, 5, 31, 9, 15, tzinfo=UTC)


def test_a_time_before_birth_is_refused_in_the_context_too() -> None:
    form = around(clinic_in(), tested_at="1980-04-11T12:00")
    assert form.errors == {"tested_at": ["This is before the patient was born."]}


def test_fields_are_named_as_the_saving_protocol_names_them() -> None:
    assert around(clinic_in())["pain"].html_name == "context.pain"
