from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from assessments.actions import move_assessment
from assessments.exchange.selection import Layout, Selection, Shape, Standing
from assessments.pairing import release
from mmt.accounts.models import Clinic, User
from patients.models import Patient
from tests.assessments.pairs import begin, complete, make_pair
from tests.people import grade, make_patient, make_signed

from .files import exported

KNEE = ("knee_extension", "right")


def test_records_of_another_clinic_are_never_among_them(
    harbour: Clinic,
    hillside: Clinic,
    patient: Patient,
    physio: User,
    foreign_patient: Patient,
    stranger: User,
) -> None:
    make_signed(patient, physio, {KNEE: grade(9)})
    make_signed(foreign_patient, stranger, {KNEE: grade(9)})
    for shape in (Shape(), Shape(blanks=True), Shape(Layout.WIDE)):
        assert {row["clinic"] for row in exported(harbour, shape)} == {harbour.name}
        assert {row["clinic"] for row in exported(hillside, shape)} == {hillside.name}


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (None, None, ["2026-03-01", "2026-03-02", "2026-03-03"]),
        (date(2026, 3, 2), None, ["2026-03-02", "2026-03-03"]),
        (None, date(2026, 3, 2), ["2026-03-01", "2026-03-02"]),
        (date(2026, 3, 2), date(2026, 3, 2), ["2026-03-02"]),
    ],
)
@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Tongatapu", "Australia/Sydney"])
def test_days_are_those_of_the_clinic_both_ends_included(
    zone: str,
    first: date | None,
    last: date | None,
    days: list[str],
    harbour: Clinic,
    patient: Patient,
    physio: User,
) -> None:
    Clinic.objects.filter(pk=harbour.pk).update(time_zone=zone)
    harbour.refresh_from_db()
    patient.refresh_from_db()
    late, early = (23, 59), (0, 0)
    for day, (hour, minute) in ((1, late), (2, early), (3, early)):
        tested_at = datetime(2026, 3, day, hour, minute, tzinfo=harbour.zone)
        make_signed(patient, physio, {KNEE: grade(9)}, tested_at=tested_at)
    found = exported(harbour, first_day=first, last_day=last)
    assert [row["tested_on"] for row in found] == days


def test_the_day_after_the_last_begins_at_midnight_of_its_own_season(harbour: Clinic) -> None:
    spring = Selection(harbour, last_day=date(2026, 10, 4))  # 23 hours in Sydney
    assert spring._midnight(date(2026, 10, 5)).astimezone(UTC).isoformat() == (
        "2026-10-04T13:00:00+00:00"
    )


def test_a_battery_leaves_out_the_others(harbour: Clinic, patient: Patient, physio: User) -> None:
    make_signed(patient, physio, {KNEE: grade(9)})
    make_signed(patient, physio, {KNEE: grade(0)}, battery="full")
    assert [row["grade"] for row in exported(harbour, battery="full")] == ["0"]


def changed(clinic: Clinic, since: datetime) -> set[object]:
    selection = Selection(clinic, standing=Standing.RECORDED, since=since)
    return set(selection.assessments().values_list("pk", flat=True))


def test_a_record_moved_since_comes_on_both_patients(
    harbour: Clinic, patient: Patient, physio: User, lead: User
) -> None:
    signed = make_signed(patient, physio, {KNEE: grade(9)})
    make_signed(patient, physio, {KNEE: grade(6)})
    moment, right = timezone.now(), make_patient(harbour, physio)
    copy = move_assessment(signed, to=right, reason="x", by=lead, revision=signed.revision)
    assert (copy.signed_at, changed(harbour, moment)) == (signed.signed_at, {signed.pk, copy.pk})


def test_a_record_that_a_pair_kept_apart_comes_once_it_is_complete(
    harbour: Clinic, patient: Patient, physio: User, colleague: User
) -> None:
    first = make_signed(patient, physio, {KNEE: grade(9)})
    second, moment = begin(first, colleague), timezone.now()
    assert changed(harbour, moment) == set()
    complete(second, colleague, {"knee_extension.right": "4"})
    assert changed(harbour, moment) == {first.pk}


def test_both_records_of_a_pair_come_once_it_is_ended(
    harbour: Clinic, patient: Patient, physio: User, colleague: User, lead: User
) -> None:
    pair = make_pair(patient, (physio, colleague), {KNEE: grade(9)}, {"knee_extension.right": "4"})
    moment = timezone.now()
    assert changed(harbour, moment) == set()
    release(pair[0], reason="x", by=lead)
    assert changed(harbour, moment) == {record.pk for record in pair}


def test_the_log_gets_the_whole_choice(harbour: Clinic) -> None:
    chosen = Selection(harbour, date(2026, 1, 1), None, "full", Standing.RECORDED)
    assert chosen.described() == {
        "clinic": "harbour",
        "from": "2026-01-01",
        "to": None,
        "battery": "full",
        "status": "recorded",
        "movement": None,
        "question": None,
        "people": "named",
    }
