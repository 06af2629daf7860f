"""The blank score sheet."""

import re

import pytest

from assessments import instrument
from mmt.accounts.models import User
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.views.visiting import AsUser, address, answers_like_nothing, page, queries
from tests.people import grade, make_draft, make_signed

SCORES = {("hip_flexion", "right"): grade(0), ("knee_extension", "left"): grade(9)}


def names_in(shown: PlainPage, movements: list[str]) -> list[str]:
    """Return these movements in the order in which the page names them first."""
    names = [str(instrument.movement(key).name) for key in movements]
    return sorted(names, key=shown.text.index)


def boxes(shown: PlainPage) -> int:
    return sum(known.get("class") == "box" for _tag, known in shown.tags)


def test_it_has_a_box_for_each_side_of_the_clinics_battery_and_nothing_filled_in(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    shown = page(as_user(physio), "sheet", patient)
    assert boxes(shown) == 24
    assert "was " not in shown.text
    for words in ("Winters", "Date and time", "Tester", "Fatigue before, 0-10", "Note"):
        assert words in shown.text


@pytest.mark.parametrize("battery", list(instrument.BATTERIES))
def test_every_battery_has_its_boxes(
    as_user: AsUser, patient: Patient, physio: User, battery: str
) -> None:
    shown = page(as_user(physio), "sheet", patient, f"?battery={battery}")
    assert boxes(shown) == len(instrument.cells(instrument.battery(battery).movements))


@pytest.mark.parametrize("order", ["position", "region", "battery"])
def test_the_movements_stand_in_the_order_of_the_grid(
    as_user: AsUser, patient: Patient, physio: User, order: str
) -> None:
    client, draft = as_user(physio), make_draft(patient, physio)
    grid = page(client, "record", draft, f"?order={order}")
    rows = [str(instrument.movement(cell["data-movement"]).name) for cell in grid.cells.values()]
    shown = page(client, "sheet", patient, f"?order={order}")
    headings = re.findall(
        r'<th scope="row">([^<]+)<',
        client.get(address("sheet", patient) + f"?order={order}").content.decode(),
    )
    assert [each.strip() for each in headings] == list(dict.fromkeys(rows))
    assert boxes(shown) == len(rows)


def test_a_position_stands_over_its_movements_or_beside_each_where_it_changes_all_the_time(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    client = as_user(physio)
    for order, groups, said in (("position", 5, 5), ("battery", 0, 42)):
        shown = page(client, "sheet", patient, f"?battery=full&order={order}")
        headings = [known for tag, known in shown.tags if known.get("scope") == "rowgroup"]
        assert len(headings) == groups
        positions = ("Sitting", "Side-lying", "Prone", "Supine", "Standing")
        assert sum(shown.text.count(f" {position} ") for position in positions) == said


def test_the_last_grades_stand_beside_their_boxes_zero_included(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, SCORES)
    shown = page(as_user(physio), "sheet", patient)
    assert re.findall(r"was (\S+)", shown.text) == ["0", "4"]


def test_the_legend_tells_the_grades_and_the_reasons(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    text = page(as_user(physio), "sheet", patient).text
    for grade_ in instrument.profile("mrc").grades:
        assert f"{grade_.code} {grade_.meaning}" in text
    for status in (instrument.Status.NOT_TESTABLE, instrument.Status.NOT_DONE):
        for reason in instrument.REASONS[status]:
            assert f"{reason.key.upper()} {reason.label}" in text


def test_what_is_not_known_gives_the_clinics_own(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    shown = page(as_user(physio), "sheet", patient, "?battery=<b>&order=<i>")
    assert boxes(shown) == 24


def test_it_is_nothing_to_another_clinic(as_user: AsUser, patient: Patient, stranger: User) -> None:
    answers_like_nothing(as_user(stranger), "sheet", patient)


def test_it_asks_the_same_few_questions_whatever_the_battery(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    client = as_user(physio)
    asked = [
        len(queries(client, f"{address('sheet', patient)}?battery={battery}"))
        for battery in ("ms_clinic_screen", "full")
    ]
    assert asked[0] == asked[1] <= 5
