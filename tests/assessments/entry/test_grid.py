"""The grid as HTML: what scripts, tests and people rely on."""

import dataclasses
from typing import Any

import pytest
from django.utils.html import escape

from assessments import instrument
from assessments.entry.grid import grid_state, render_grid
from assessments.entry.order import Order
from assessments.history import Cell
from assessments.models import Assessment, Draft
from tests.assessments.plain_page import PlainPage
from tests.assessments.saving import HIP, value

MOVEMENTS = ["hip_flexion", "hip_extension", "knee_extension", "neck_flexion"]
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;{{ 7*7 }}"


def html_of(
    cells: dict[str, dict[str, Any]] | None = None,
    last: dict[Cell, str] | None = None,
    *,
    order: str = "position",
    profile: str = "mrc",
    movements: list[str] = MOVEMENTS,
) -> str:
    assessment = Assessment(movements=movements, profile=profile)
    return render_grid(assessment, Draft(cells=cells or {}), last or {}, Order(order))


def page_of(*args: Any, **kwargs: Any) -> PlainPage:
    return PlainPage(html_of(*args, **kwargs))


def test_every_cell_of_the_assessment_is_there_once_right_before_left() -> None:
    assert list(page_of(order="region").cells) == [
        "hip_flexion.right",
        "hip_flexion.left",
        "hip_extension.right",
        "hip_extension.left",
        "knee_extension.right",
        "knee_extension.left",
        "neck_flexion.midline",
    ]


def test_an_empty_grid_has_nothing_preselected() -> None:
    for cell in page_of(last={("hip_flexion", "right"): "4"}).cells.values():
        assert (cell["value"], cell["data-state"], cell["data-grade"]) == ("", "blank", "")
        assert (cell["data-entered"], cell["data-rev"]) == ("", "0")


@pytest.mark.parametrize("code", ["0", "4", "5-", "T"])
def test_the_last_grade_stands_beside_the_cell_zero_included(code: str) -> None:
    page = page_of(last={("hip_flexion", "right"): code})
    assert page.cells[HIP]["data-was"] == code
    assert page.cells[HIP]["value"] == ""
    assert f"was {code}" in page.text
    assert page.cells["hip_flexion.left"]["data-was"] == ""


def test_without_a_last_grade_nothing_is_said_of_one() -> None:
    assert "was" not in page_of().text.split()


@pytest.mark.parametrize(
    ("text", "state", "code", "look"),
    [
        ("0", "graded", "0", "g0"),
        ("4 plus", "graded", "4+", "g10"),
        ("NT", "not_testable", "", "nt"),
        ("nd fatigue", "not_done", "", "nd"),
        ("", "blank", "", "blank"),
        ("  ", "blank", "", "blank"),
        ("six", "invalid", "", "invalid"),
    ],
)
def test_a_cell_says_its_state_and_grade(text: str, state: str, code: str, look: str) -> None:
    cell = page_of({HIP: value(text)}, profile="mrc_plus_minus").cells[HIP]
    assert (cell["data-movement"], cell["data-side"]) == ("hip_flexion", "right")
    assert (cell["data-state"], cell["data-grade"]) == (state, code)
    assert look in cell["class"].split()


def test_what_was_chosen_beside_a_grade_comes_back() -> None:
    limited = value("4", limiters=["pain", "tone"], note="sore", entered="filled")
    cell = page_of({HIP: limited | {"rev": 7}}).cells[HIP]
    assert (cell["data-limiters"], cell["data-note"]) == ("pain tone", "sore")
    assert (cell["data-entered"], cell["data-rev"]) == ("filled", "7")


def test_a_reason_comes_back() -> None:
    cell = page_of({HIP: value("NT", reason="after_surgery")}).cells[HIP]
    assert cell["data-reason"] == "after_surgery"


@pytest.mark.parametrize("text", ["six", "4 or 5", "9", "ND because"])
def test_typed_text_that_is_no_grade_comes_back_marked_as_wrong(text: str) -> None:
    page = page_of({HIP: value(text)})
    assert page.cells[HIP]["value"] == text
    assert page.cells[HIP]["aria-invalid"] == "true"
    assert "not a grade" in page.text
    assert "aria-invalid" not in page.cells["hip_flexion.left"]


@pytest.mark.parametrize("name", ["text", "note", "reason"])
def test_hostile_text_is_escaped(name: str) -> None:
    page = page_of({HIP: {**value(), name: HOSTILE}})
    attribute = "value" if name == "text" else f"data-{name}"
    assert page.cells[HIP][attribute] == HOSTILE
    assert not {"script", "img"} & {tag for tag, _attributes in page.tags}
    assert escape(HOSTILE) in html_of({HIP: {**value(), name: HOSTILE}})


def test_the_state_of_hostile_text_is_invalid_not_an_error() -> None:
    assert grid_state(value("\0" * 5000), "mrc") == ("invalid", "", "invalid")


def rows(page: PlainPage) -> list[str]:
    return [known["data-row"] for tag, known in page.tags if tag == "tr" and "data-row" in known]


def test_by_position_the_patient_turns_once_for_each_group() -> None:
    page = page_of(order="position")
    assert rows(page) == ["hip_flexion", "knee_extension", "hip_extension", "neck_flexion"]
    assert page.text.index("Sitting") < page.text.index("Prone") < page.text.index("Supine")


def test_by_region_the_body_is_read_from_hips_up() -> None:
    page = page_of(order="region")
    assert rows(page) == MOVEMENTS
    assert page.text.index("Hips") < page.text.index("Knees") < page.text.index("Upper body")


def test_every_cell_has_a_name_that_says_side_and_movement() -> None:
    cells = page_of().cells
    assert cells["hip_flexion.right"]["aria-label"] == "Right hip flexion"
    assert cells["neck_flexion.midline"]["aria-label"] == "Neck flexion"


def test_a_movement_with_grades_of_its_own_carries_them() -> None:
    page = page_of(movements=["ankle_plantarflexion", "hip_flexion"])
    plain, own = (known for _tag, known in page.tags if "data-row" in known)
    meanings = instrument.movement("ankle_plantarflexion").meanings
    assert own["data-meaning-12"] == str(meanings[12])
    assert not any(name.startswith("data-meaning") for name in plain)


def test_the_test_position_comes_with_each_row() -> None:
    [row] = [
        known for _tag, known in page_of(movements=["hip_flexion"]).tags if "data-row" in known
    ]
    known = instrument.movement("hip_flexion")
    assert row["data-against"] == str(known.against_gravity)
    assert row["data-eliminated"] == str(known.gravity_eliminated)


@pytest.mark.parametrize("laterality", instrument.Laterality)
def test_one_new_row_in_the_catalogue_is_a_row_of_the_grid(
    monkeypatch: pytest.MonkeyPatch, laterality: instrument.Laterality
) -> None:
    key = f"toe_wriggling_{laterality}"
    known = instrument.movement("hip_flexion")
    added = dataclasses.replace(known, key=key, name="Toe wriggling", laterality=laterality)
    monkeypatch.setitem(instrument.MOVEMENTS, key, added)
    page = page_of({f"{key}.{added.sides[0]}": value("0")}, movements=["hip_flexion", key])
    assert rows(page) == ["hip_flexion", key]
    assert [cell for cell in page.cells if cell.startswith(key)] == [
        f"{key}.{side}" for side in added.sides
    ]
    assert page.cells[f"{key}.{added.sides[0]}"]["data-grade"] == "0"


def test_every_movement_of_the_catalogue_has_its_cells() -> None:
    page = page_of(movements=list(instrument.MOVEMENTS))
    assert len(page.cells) == len(instrument.cells(instrument.MOVEMENTS)) == 80
