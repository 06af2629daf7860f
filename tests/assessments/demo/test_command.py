"""`manage.py load_demo`: what it loads, and where it refuses to."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from mmt.accounts import demo
from mmt.accounts.models import Clinic, User
from patients.models import Patient

pytestmark = pytest.mark.django_db


def load(**options: object) -> str:
    said = StringIO()
    call_command("load_demo", stdout=said, **options)
    return said.getvalue()


def real_clinic() -> Clinic:
    return Clinic.objects.create(name="Real", slug="real", time_zone="UTC")


def test_it_loads_the_clinics_and_says_so():
    assert load().startswith("Demonstration clinics loaded: ")
    assert Patient.objects.count() == 52


def test_a_second_time_is_refused_plainly():
    load()
    with pytest.raises(CommandError, match="here already"):
        load()


def test_if_empty_keeps_what_is_there():
    load()
    before = set(Patient.objects.values_list("pk", "record_number"))
    assert load(if_empty=True) == ""
    assert set(Patient.objects.values_list("pk", "record_number")) == before


def test_if_empty_is_quiet_beside_real_clinics():
    real_clinic()
    assert load(if_empty=True) == ""
    assert not Clinic.objects.filter(slug=demo.HARBOUR).exists()


def test_real_clinics_are_left_alone():
    real_clinic()
    with pytest.raises(CommandError, match="1 real clinics"):
        load()
    assert not Patient.objects.exists()


def test_real_people_are_left_alone_even_before_they_have_a_clinic():
    User.objects.create_user("someone@hospital.test", name="Someone Real")
    with pytest.raises(CommandError, match="1 real people"):
        load(if_empty=True)
    assert not Clinic.objects.exists()


def test_a_bad_number_is_refused():
    with pytest.raises(CommandError, match="--patients"):
        call_command("load_demo", "--patients", "0")
