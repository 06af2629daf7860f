"""No identifier of the demonstration is left in any file without the people."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

import pytest
from django.db import models

from assessments.demo.clinics import load_clinics
from assessments.exchange.formats import PARTS
from assessments.exchange.selection import Shape, Standing
from assessments.models import Assessment, Measurement, Score
from mmt.accounts.models import Clinic, User
from patients.models import Patient

from .files import as_bytes

TODAY = date(2026, 11, 20)
EVERYTHING = Shape(format="zip", parts=tuple(PARTS), blanks=True)
WORD = re.compile(r"[\w-]+")
# Fields that hold the keys of lists: they name nobody.
LISTED = re.compile(
    "apart|battery|profile|source|status|time_zone|side|movement|kind|rule|unit|sex|setting|heat|device"
    "|relapse_status|entered|^reason|limiters|confirmed|slug|ms_course|limited_by|position|order"
)


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def identifiers(module_db: None) -> set[str]:
    """Each name, number, free text, birth date and UUID that the database holds."""
    load_clinics(today=TODAY)
    models = (Patient, User, Clinic, Assessment, Score, Measurement)
    found = {text for model in models for text in texts_of(model)}
    return {text for text in found if len(text) > 1}


def texts_of(model: type[models.Model]) -> Iterator[str]:
    free = {"void_reason"} | ({"device"} if model is Measurement else set())
    names = {"family_name", "given_names"} | ({"name"} if model is User else set())
    for row in model._default_manager.values():
        for name, value in row.items():
            match value:
                case UUID():
                    yield from (str(value), value.hex)
                case datetime():
                    continue
                case date() if name == "birth_date":
                    yield value.isoformat()
                case str() if name in free or not LISTED.search(name):
                    yield value
                    yield from WORD.findall(value) if name in names else ()


def texts_in(file: bytes) -> Iterator[str]:
    """Yield every text of a zip, those of the zips in it too."""
    with zipfile.ZipFile(io.BytesIO(file)) as opened:
        for name in opened.namelist():
            content = opened.read(name)
            yield name
            yield from texts_in(content) if content[:2] == b"PK" else [content.decode()]


def found_in(file: bytes, identifiers: set[str]) -> set[str]:
    whole = "\n".join(texts_in(file))
    pieces = set(pieces_of(whole))
    once = "\n".join(pieces)  # a hundredth of the whole
    words = {text for text in identifiers if WORD.fullmatch(text)}
    return (words & set(WORD.findall(once))) | {
        text
        for text in identifiers - words
        if max(pieces_of(text), key=len) in once and text in whole
    }


def pieces_of(text: str) -> list[str]:
    """Return what stands between the signs that part the values of every format."""
    for sign in ',"<>':
        text = text.replace(sign, "\n")
    return text.split("\n")


def test_nothing_of_it_survives_in_any_kind_of_file(identifiers: set[str]) -> None:
    assert len(identifiers) > 1000
    for clinic in Clinic.objects.all():
        file = as_bytes(clinic, EVERYTHING, deidentified=True, standing=Standing.RECORDED)
        assert found_in(file, identifiers) == set()


def test_the_same_search_finds_them_where_people_are_named(identifiers: set[str]) -> None:
    clinic = Clinic.objects.order_by("slug")[0]
    found = found_in(as_bytes(clinic, EVERYTHING, standing=Standing.RECORDED), identifiers)
    seen = Patient.objects.filter(clinic=clinic, last_seen__isnull=False)
    assert {patient.record_number for patient in seen} <= found
    assert {patient.family_name for patient in seen} <= found
    assert {patient.birth_date.isoformat() for patient in seen} <= found
    assert set(Score.objects.exclude(note="").values_list("note", flat=True)) & found
