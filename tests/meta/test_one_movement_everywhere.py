"""One row in the catalogue adds a movement to every room; nothing repeats the list."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from assessments import charts, instrument
from assessments.entry import page as grid_page
from assessments.exchange.incoming import targets
from assessments.models import Assessment
from assessments.querysets import load_history
from mmt.accounts.models import User
from patients.models import Patient
from tests.people import grade, make_draft, make_signed

KEY, NAME = "jaw_opening", "Jaw opening"
CELLS = ((KEY, "right"), (KEY, "left"))


@pytest.fixture(autouse=True)
def one_more(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    known = instrument.movement("hip_flexion")
    added = replace(known, key=KEY, name=NAME, antagonist="", aliases=())
    monkeypatch.setitem(instrument.MOVEMENTS, KEY, added)
    grid_page._addable.cache_clear()  # as of a process that has just begun
    yield
    grid_page._addable.cache_clear()


@pytest.fixture
def signed(patient: Patient, physio: User) -> Assessment:
    return make_signed(patient, physio, {CELLS[0]: grade(0), CELLS[1]: grade(9)})


def test_it_can_be_added_to_a_draft_and_scored(
    patient: Patient, physio: User, as_user: Callable[[User], Client]
) -> None:
    client, draft = as_user(physio), make_draft(patient, physio)
    page = reverse("assessments:record", args=[draft.pk])
    assert NAME in client.get(page).content.decode()
    client.post(reverse("assessments:add_movement", args=[draft.pk]), {"movement": KEY})
    assert f'name="{KEY}.left"' in client.get(page).content.decode()


def test_it_stands_on_the_record_and_in_every_picture(patient: Patient, signed: Assessment) -> None:
    history = load_history(patient)
    for picture in (charts.heat_map(history, CELLS), charts.strips(history, CELLS)):
        assert NAME in picture
        assert f'data-movement="{KEY}"' in picture


def test_it_is_compared_on_the_trends_page(
    patient: Patient, physio: User, signed: Assessment, as_user: Callable[[User], Client]
) -> None:
    make_signed(patient, physio, {CELLS[1]: grade(0)})
    page = as_user(physio).get(reverse("assessments:trends", args=[patient.pk]))
    assert "Left jaw opening" in page.content.decode()
    assert f'data-movement="{KEY}"' in page.content.decode()


@pytest.mark.parametrize("layout", ["long", "wide"])
def test_it_is_in_the_export(
    layout: str, signed: Assessment, admin: User, as_user: Callable[[User], Client]
) -> None:
    answer = as_user(admin).post(
        reverse("exports:index"),
        {"clinic": signed.clinic.slug, "layout": layout, "status": "in_force"},
    )
    assert KEY in b"".join(answer).decode()


def test_a_column_of_an_import_can_be_it() -> None:
    assert targets.guess([f"{KEY}_left", "Jaw opening R"]) == [
        f"cell:{KEY}.left",
        f"cell:{KEY}.right",
    ]
    assert "Jaw opening, left" in targets.names()


def test_it_can_be_written_in_the_words_of_a_cell() -> None:
    assert (KEY, instrument.Side.LEFT) in instrument.cells([KEY])
    assert [
        movement.key for _region, found in instrument.by_region([KEY]) for movement in found
    ] == [KEY]
