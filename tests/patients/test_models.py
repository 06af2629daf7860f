"""What the database refuses about patients."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from mmt.accounts.models import User
from patients.cards import CARE_CONTACT, KINDS, REFERRAL, Kind
from patients.models import Event, FunctionalTest, Intervention, Patient, SearchTerm
from patients.triggers import _FROZEN
from tests.patients.happened import make
from tests.people import make_patient
from tests.refusals import refused_by

Write = Callable[[Patient], object]


def change(**fields: object) -> Write:
    return lambda patient: Patient.objects.filter(pk=patient.pk).update(**fields)


def same_record_number(patient: Patient) -> object:
    Patient.objects.filter(pk=patient.pk).update(record_number="ab-1")
    return Patient.objects.bulk_create(
        [
            Patient(
                clinic=patient.clinic,
                record_number="AB-1",
                family_name="Other",
                given_names="Person",
                birth_date=date(1970, 1, 1),
                sort_name="other person",
            )
        ]
    )


def event(**fields: object) -> Write:
    def write(patient: Patient) -> object:
        by = patient.clinic.memberships.first().user
        known = {"kind": "fall", "started": date(2024, 5, 2)} | fields
        return Event.objects.bulk_create([Event(patient=patient, entered_by=by, **known)])

    return write


def intervention(**fields: object) -> Write:
    def write(patient: Patient) -> object:
        by = patient.clinic.memberships.first().user
        known = {"kind": "device", "name": "cane", "started": date(2024, 5, 2)} | fields
        return Intervention.objects.bulk_create(
            [Intervention(patient=patient, entered_by=by, **known)]
        )

    return write


def happened(of: Kind, /, **fields: object) -> Write:
    """Return a write of one that stands, changed past every rule of the code."""

    def write(patient: Patient) -> object:
        row = make(of, patient, patient.clinic.memberships.first().user)
        return of.model._default_manager.filter(pk=row.pk).update(**fields)

    return write


def functional(**fields: object) -> Write:
    def write(patient: Patient) -> object:
        by = patient.clinic.memberships.first().user
        known = {"kind": "walk_25_feet", "tested_on": date(2024, 5, 2), "first": 7} | fields
        return FunctionalTest.objects.bulk_create(
            [FunctionalTest(patient=patient, tester=by, **known)]
        )

    return write


def functional_then(write: Callable[[Any], object]) -> Write:
    def act(patient: Patient) -> object:
        functional()(patient)
        return write(FunctionalTest.objects.filter(patient=patient))

    return act


def void_twice(tests: Any) -> object:
    by = User.objects.first()
    once = {"voided_by": by, "voided_at": timezone.now(), "void_reason": "Because."}
    return tests.update(**once), tests.update(void_reason="A better one.")


CASES: list[tuple[str, Write]] = [
    ("patient_one_a_record_number_and_clinic", same_record_number),
    ("patient_birth_date_plausible", change(birth_date=date(1879, 12, 31))),
    ("patient_onset_not_before_birth", change(onset=date(1980, 4, 11))),
    ("patient_course_not_before_birth", change(course_since=date(1980, 4, 11))),
    ("patient_known_choices", change(sex="unsaid")),
    ("patient_known_choices", change(ms_course="benign")),
    ("patient_known_choices", change(dominant_side="midline")),
    ("patient_known_choices", change(weaker_side="midline")),
    (
        "patients.searchterm.pk",
        lambda patient: SearchTerm.objects.bulk_create(
            [SearchTerm(patient=patient, term="winters")]
        ),
    ),
    ("event_ends_after_it_starts", event(ended=date(2024, 5, 1))),
    ("event_known_kind", event(kind="party")),
    ("intervention_ends_after_it_starts", intervention(ended=date(2024, 5, 1))),
    ("intervention_known_kind", intervention(kind="spell")),
    (
        "care_contact_ends_after_it_starts",
        happened(CARE_CONTACT, started=date(2024, 5, 2), ended=date(2024, 5, 1)),
    ),
    ("care_contact_known_profession", happened(CARE_CONTACT, profession="barber")),
    ("referral_answered_after_it_was_made", happened(REFERRAL, ended=date(2024, 5, 1))),
    ("referral_known_choices", happened(REFERRAL, kind="barber")),
    ("referral_known_choices", happened(REFERRAL, status="lost")),
    *(
        (f"{kind.name}_voided_has_who_when_and_why", happened(kind, void_reason="x"))
        for kind in KINDS
    ),
    *(
        (f"{kind.name}_voided_has_who_when_and_why", happened(kind, voided_at=timezone.now()))
        for kind in KINDS
    ),
    ("functional_test_value_xor_reason", functional(first=None)),
    ("functional_test_value_xor_reason", functional(not_able="pain")),
    ("functional_test_value_xor_reason", functional(first=None, not_able="lazy")),
    ("functional_test_value_xor_reason", functional(first=None, second=7, not_able="pain")),
    ("functional_test_value_fits_kind", functional(kind="chess")),
    ("functional_test_value_fits_kind", functional(first=0)),
    ("functional_test_value_fits_kind", functional(first=Decimal("180.01"))),
    ("functional_test_value_fits_kind", functional(second=Decimal("180.01"))),
    ("functional_test_value_fits_kind", functional(kind="berg", first=57)),
    ("functional_test_value_fits_kind", functional(kind="up_and_go", second=7)),
    ("functional_test_known_aid", functional(aid="horse")),
    ("functional_test_voided_has_who_when_and_why", functional(void_reason="Because.")),
    ("functional_test_voided_has_who_when_and_why", functional(voided_at=timezone.now())),
    ("functional_test_frozen", functional_then(lambda tests: tests.update(first=6))),
    ("functional_test_frozen", functional_then(lambda tests: tests.update(note="Late."))),
    ("functional_test_frozen", functional_then(void_twice)),
    (
        "functional_test_never_deleted",
        functional_then(lambda tests: tests._raw_delete("default")),
    ),
]


@pytest.mark.parametrize(("rule", "write"), CASES)
def test_database_refuses(rule: str, write: Write, patient: Patient) -> None:
    with refused_by(rule):
        write(patient)


def test_nothing_but_the_mark_of_an_error_may_change() -> None:
    columns = {field.column for field in FunctionalTest._meta.concrete_fields}
    assert columns - set(_FROZEN) == {"voided_by_id", "voided_at", "void_reason"}


def test_a_walk_of_no_metres_is_a_result(patient: Patient) -> None:
    functional(kind="walk_6_minutes", first=0)(patient)
    assert FunctionalTest.objects.get().first == 0


def test_another_clinic_may_use_the_same_record_number(
    patient: Patient, foreign_patient: Patient
) -> None:
    twin = make_patient(
        foreign_patient.clinic,
        foreign_patient.clinic.memberships.first().user,
        record_number=patient.record_number,
    )
    assert twin.pk != patient.pk


def test_a_day_is_a_span_of_one_day(patient: Patient) -> None:
    event(ended=date(2024, 5, 2))(patient)
    assert Event.objects.get().ended == date(2024, 5, 2)


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2026, 4, 11), 45), (date(2026, 4, 12), 46), (date(2000, 2, 29), 19)],
)
def test_age_counts_completed_years(patient: Patient, day: date, age: int) -> None:
    assert patient.age_on(day) == age


def test_age_of_a_person_born_on_29_february() -> None:
    born = Patient(pk=uuid4(), birth_date=date(1980, 2, 29))
    assert (born.age_on(date(2025, 2, 28)), born.age_on(date(2025, 3, 1))) == (44, 45)
