"""Functional tests: noting one, what the patient's page shows, marking one as in error."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.actions import add_functional_test, void_functional_test
from patients.functional import latest_tests
from patients.models import FunctionalKind, FunctionalTest, Patient
from patients.models.functional_test import MEASURES

AsUser = Callable[[User], Client]


@pytest.fixture
def as_physio(as_user: AsUser, physio: User) -> Client:
    return as_user(physio)


def address(patient: Patient) -> str:
    return reverse("patients:add_functional_test", args=[patient.pk])


def typed(**fields: Any) -> dict[str, Any]:
    known = {"kind": "walk_25_feet", "tested_on": "2024-05-02", "first": "7.3"}
    return {"new_id": str(uuid4())} | known | fields


def made(patient: Patient, by: User, **fields: Any) -> FunctionalTest:
    known = {"kind": "up_and_go", "tested_on": date(2024, 5, 2), "first": Decimal("12.5")}
    return add_functional_test(FunctionalTest(patient=patient, **known | fields), by=by)


def test_every_kind_has_its_measure() -> None:
    assert set(MEASURES) == set(FunctionalKind)


def test_a_test_is_added_and_told(as_physio: Client, patient: Patient, physio: User) -> None:
    answer = as_physio.post(address(patient), typed(second="7.6", aid="cane", note="brisk"))
    added = FunctionalTest.objects.get()
    assert answer.headers["Location"] == reverse("assessments:person", args=[patient.pk])
    assert (added.tester, added.aid, added.value) == (physio, "cane", Decimal("7.45"))
    event = AuditEvent.objects.get(action=Action.FUNCTIONAL_TEST_ADDED)
    assert (event.target, event.patient_id) == (str(added.pk), patient.pk)


def test_whoever_registers_events_may_add_one(
    as_user: AsUser, clinician: User, patient: Patient
) -> None:
    assert as_user(clinician).post(address(patient), typed()).status_code == 302


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"first": Decimal("12.50")}, "12.5 s"),
        ({"kind": "walk_25_feet", "first": Decimal("7.3"), "second": Decimal("7.6")},
         "7.45 s, mean of 7.3 and 7.6"),
        ({"kind": "walk_6_minutes", "first": Decimal(0)}, "0 m"),
        ({"kind": "berg", "first": Decimal(40)}, "40 of 56"),
        ({"first": None, "not_able": "safety"}, "no value: not safe"),
    ],
)  # fmt: skip
def test_a_test_is_told_in_its_unit(
    fields: dict[str, Any], words: str, patient: Patient, physio: User
) -> None:
    test = made(patient, physio, **fields)
    test.refresh_from_db()
    assert test.described == words


def test_not_able_is_not_nought(as_physio: Client, patient: Patient) -> None:
    as_physio.post(address(patient), typed(kind="walk_6_minutes", first="", not_able="fatigue"))
    as_physio.post(address(patient), typed(kind="walk_6_minutes", first="0"))
    found = set(FunctionalTest.objects.values_list("first", "not_able"))
    assert found == {(None, "fatigue"), (Decimal(0), "")}


@pytest.mark.parametrize(
    ("field", "fields", "problem"),
    [
        ("kind", {"kind": ""}, "This field is required."),
        ("kind", {"kind": "chess"}, "Select a valid choice."),
        ("tested_on", {"tested_on": ""}, "This field is required."),
        ("tested_on", {"tested_on": "1980-04-11"}, "This is before the patient was born."),
        ("tested_on", {"tested_on": "2999-01-01"}, "This is in the future."),
        ("first", {"first": ""}, "Enter a value, or why there is none."),
        ("first", {"first": "", "second": "7"}, "Enter a value, or why there is none."),
        ("first", {"first": "0"}, "This test has 0.1 to 180 seconds."),
        ("first", {"first": "180.01"}, "This test has 0.1 to 180 seconds."),
        ("first", {"first": "fast"}, "Enter a number."),
        ("first", {"first": "NaN"}, "Enter a number."),
        ("first", {"kind": "berg", "first": "57"}, "This test has 0 to 56 points."),
        ("second", {"second": "200"}, "This test has 0.1 to 180 seconds."),
        ("second", {"kind": "up_and_go", "second": "8"}, "This test has one trial."),
        ("not_able", {"not_able": "pain"}, "There is a value"),
        ("not_able", {"first": "", "not_able": "lazy"}, "Select a valid choice."),
        ("aid", {"aid": "horse"}, "Select a valid choice."),
    ],
)
def test_a_wrong_field_is_named(
    as_physio: Client, patient: Patient, field: str, fields: dict[str, str], problem: str
) -> None:
    form = as_physio.post(address(patient), typed(**fields)).context["form"]
    assert list(form.errors) == [field]
    assert problem in form.errors[field][0]
    assert not FunctionalTest.objects.exists()


def test_nothing_is_chosen_beforehand(as_physio: Client, patient: Patient) -> None:
    form = as_physio.get(address(patient)).context["form"]
    assert {name for name in form.fields if form[name].value()} == {"new_id"}


def test_the_same_form_sent_twice_adds_one(as_physio: Client, patient: Patient) -> None:
    form = typed()
    assert [as_physio.post(address(patient), form).status_code for _ in range(2)] == [302, 302]
    assert FunctionalTest.objects.count() == 1


def test_the_last_three_of_each_kind_stand_on_the_page(
    as_physio: Client, patient: Patient, physio: User
) -> None:
    for days in range(5):
        day = date(2024, 5, 2) + timedelta(days=days)
        made(patient, physio, tested_on=day, first=Decimal(10 + days), aid="walker")
    made(patient, physio, kind="berg", first=Decimal(40))
    groups = dict(latest_tests(patient).groups)
    assert [test.first for test in groups[FunctionalKind.UP_AND_GO]] == [14, 13, 12]
    html = as_physio.get(reverse("assessments:person", args=[patient.pk])).content.decode()
    assert "14 s</strong>, walker" in html
    assert "40 of 56" in html
    assert "10 s</strong>" not in html
    assert "Pia Physio" in html


def void(test: FunctionalTest) -> str:
    return reverse("patients:void_functional_test", args=[test.patient_id, test.pk])


def test_a_test_in_error_stays_with_who_and_why(
    as_physio: Client, patient: Patient, physio: User
) -> None:
    test = made(patient, physio)
    assert "12.5 s" in as_physio.get(void(test)).content.decode()
    as_physio.post(void(test), {"reason": "Another patient's."})
    test.refresh_from_db()
    assert (test.voided_by, test.void_reason) == (physio, "Another patient's.")
    assert AuditEvent.objects.get(action=Action.FUNCTIONAL_TEST_VOIDED).target == str(test.pk)
    found = latest_tests(patient)
    assert (found.groups, found.in_error) == ([], [test])
    html = as_physio.get(reverse("assessments:person", args=[patient.pk])).content.decode()
    assert "Another patient&#x27;s." in html


def test_a_reason_is_needed(as_physio: Client, patient: Patient, physio: User) -> None:
    test = made(patient, physio)
    assert list(as_physio.post(void(test), {"reason": " "}).context["form"].errors) == ["reason"]
    test.refresh_from_db()
    assert test.voided_at is None


def test_the_first_mark_stands(patient: Patient, physio: User, lead: User) -> None:
    test = made(patient, physio)
    void_functional_test(test, reason="First.", by=physio)
    assert void_functional_test(test, reason="Second.", by=lead).void_reason == "First."
    assert AuditEvent.objects.filter(action=Action.FUNCTIONAL_TEST_VOIDED).count() == 1


def test_a_test_of_another_patient_is_not_there(
    as_physio: Client, patient: Patient, foreign_patient: Patient, stranger: User
) -> None:
    foreign = made(foreign_patient, stranger)
    url = reverse("patients:void_functional_test", args=[patient.pk, foreign.pk])
    assert as_physio.post(url, {"reason": "r"}).status_code == 404
