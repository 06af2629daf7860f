"""The amending page: what stands as text, what is changed as an amendment."""

from collections.abc import Callable

import pytest
from django.test import Client

from assessments.history import Result
from assessments.models import Amendment, Assessment, AssessmentStatus, Score
from mmt.accounts.models import User
from mmt.audit.models import Action
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.saving import HIP, KNEE
from tests.assessments.views.visiting import (
    AsUser,
    address,
    corrected,
    events,
    form_of,
)
from tests.people import grade, make_signed

HIP_CELL, KNEE_CELL = ("hip_flexion", "right"), ("knee_extension", "left")
Role = Callable[[str], Client]


@pytest.fixture
def signed(patient: Patient, physio: User) -> Assessment:
    results = {
        HIP_CELL: grade(0, limiters=("tone",), note="n"),
        KNEE_CELL: Result("not_testable", reason="spasticity"),
    }
    return make_signed(patient, physio, results)


@pytest.fixture
def role(request: pytest.FixtureRequest, as_user: AsUser) -> Role:
    return lambda name: as_user(request.getfixturevalue(name))


def test_the_amending_page_shows_what_stands_as_one_would_type_it(
    role: Role, signed: Assessment
) -> None:
    form = form_of(role("physio"), "amend", signed)
    assert (form[HIP], form[KNEE], form["hip_flexion.left"]) == ("0", "NT Spasticity or tone", "")


def test_a_wrong_grade_is_amended_and_what_stood_beside_it_stays(
    role: Role, signed: Assessment
) -> None:
    response = corrected(role("physio"), "amend", signed, reason="typed wrong", **{HIP: "4"})
    assert response["Location"] == address("read", signed)
    row = Score.objects.get(assessment=signed, movement="hip_flexion")
    assert (row.level, row.limiters, row.note) == (9, "tone", "n")
    change = Amendment.objects.get().changes.get()
    assert (change.before["level"], change.after["level"]) == (0, 9)


def test_a_blank_cell_is_added_by_an_amendment(role: Role, signed: Assessment) -> None:
    corrected(
        role("physio"), "amend", signed, reason="left out", **{"hip_flexion.left": "ND fatigue"}
    )
    change = Amendment.objects.get().changes.get()
    assert (change.before, change.after["status"]) == (None, "not_done")
    assert Score.objects.filter(assessment=signed).count() == 3


@pytest.mark.parametrize("text", ["six", "4-", "NT", "NT declined", "x" * 41, "\0", ""])
def test_an_amended_cell_that_is_no_grade_is_named_and_kept(
    role: Role, signed: Assessment, text: str
) -> None:
    response = corrected(role("physio"), "amend", signed, reason="r", **{HIP: text})
    found = PlainPage(response.content.decode())
    [cell] = [known for tag, known in found.tags if tag == "input" and known.get("name") == HIP]
    assert (cell.get("value", ""), cell["aria-invalid"]) == (text, "true")
    assert cell["aria-describedby"] in found.marked
    assert not Amendment.objects.exists()


def test_an_amendment_that_changes_nothing_is_refused(role: Role, signed: Assessment) -> None:
    response = corrected(role("physio"), "amend", signed, reason="r", **{HIP: " 0/5 "})
    assert "Nothing was changed." in response.content.decode()
    assert Assessment.objects.get(pk=signed.pk).status == AssessmentStatus.SIGNED


def test_two_clicks_make_one_amendment(role: Role, signed: Assessment) -> None:
    client = role("physio")
    form = form_of(client, "amend", signed) | {"reason": "r", HIP: "4"}
    first, second = (client.post(address("amend", signed), form) for _click in range(2))
    assert first["Location"] == second["Location"] == address("read", signed)
    assert Amendment.objects.count() == events(Action.ASSESSMENT_AMENDED) == 1


def test_a_used_form_with_something_else_in_it_is_refused(role: Role, signed: Assessment) -> None:
    client = role("physio")
    form = form_of(client, "amend", signed) | {"reason": "r", HIP: "4"}
    client.post(address("amend", signed), form)
    assert client.post(address("amend", signed), form | {HIP: "3"}).status_code == 409
    assert Score.objects.get(assessment=signed, movement="hip_flexion").level == 9


def test_a_key_of_another_records_amendment_is_refused(
    role: Role, signed: Assessment, patient: Patient, physio: User
) -> None:
    other = make_signed(patient, physio, {HIP_CELL: grade(6)})
    client = role("physio")
    form = form_of(client, "amend", signed) | {"reason": "r", HIP: "4"}
    client.post(address("amend", signed), form)
    assert corrected(client, "amend", other, reason="r", key=form["key"]).status_code == 409
