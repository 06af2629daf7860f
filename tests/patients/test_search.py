"""Finding patients as people look for them."""

from datetime import date

import pytest

from mmt.accounts.models import Clinic, User
from patients.models import Patient
from tests.people import make_patient


@pytest.fixture
def oneil(harbour: Clinic, physio: User) -> Patient:
    return make_patient(
        harbour,
        physio,
        family_name="O'Neil-Łąka",
        given_names="Zoë Émilie",
        birth_date=date(1975, 4, 30),
        record_number="H-0042/b",
    )


@pytest.mark.parametrize(
    "text",
    [
        "oneil",
        "O'Neil",
        "o’neil",
        "O'NEIL-ŁĄKA, Zoë",
        "zoe oneil",
        "emil",
        "ÉMILIE",
        "laka",
        "lak zo",
        "on em",
        "  zoe   emilie  ",
        "H-0042",
        "0042",
        "h 0042 b",
        "1975-04-30",
        "30/04/1975",
        "30.4.1975",
        "30 Apr 1975",
        "30 april 1975",
    ],
)
def test_is_found(oneil: Patient, patient: Patient, text: str) -> None:
    assert list(Patient.objects.matching(text)) == [oneil]


@pytest.mark.parametrize(
    "text", ["neil", "oneil winters", "0042 1", "1975-04-29", "%", "?!", "_neil"]
)
def test_is_not_found(oneil: Patient, text: str) -> None:
    assert not Patient.objects.matching(text).exists()


def test_what_was_renamed_is_found_under_the_new_name_alone(oneil: Patient, physio: User) -> None:
    from patients.actions import edit_patient

    oneil.family_name = "Newname"
    edit_patient(oneil, by=physio)
    assert Patient.objects.matching("newname").get() == oneil
    assert not Patient.objects.matching("oneil").exists()
