"""Finding patients as people look for them."""

from datetime import date

import pytest

from mmt.accounts.models import Clinic, User
from patients import querysets
from patients.models import Patient
from patients.names import search_terms
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


@pytest.mark.parametrize("few", [0, 1, 2, 50])
def test_finds_the_same_whatever_the_number_is_that_a_word_is_shared_by(
    harbour: Clinic, physio: User, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Against the plain way: every word looked for begins a word of the patient's own."""
    monkeypatch.setattr(querysets, "FEW", few)
    names = [("Márton", "Anna"), ("Marten", "Ann"), ("Mason", "Zoë"), ("Łąka", "Mar An")]
    for family_name, given_names in names:
        make_patient(harbour, physio, family_name=family_name, given_names=given_names)
    everyone = list(Patient.objects.by_name().prefetch_related("terms"))
    for text in ("m", "mar", "MÁR", "an", "ann mar", "anna m", "mar an", "z", "lak", "q", "an q"):
        wanted = [
            patient
            for patient in everyone
            if all(
                any(term.term.startswith(word) for term in patient.terms.all())
                for word in search_terms(text)
            )
        ]
        assert list(Patient.objects.matching(text).by_name()) == wanted, text
