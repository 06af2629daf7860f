"""Forces and functional tests on the trends page: those asked for, in one unit, none in error."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from assessments import force
from assessments.actions import sign_assessment
from assessments.entry.content import Content
from assessments.history import Series
from assessments.measured import measured_of
from assessments.models import Measurement
from assessments.querysets import load_history
from mmt.accounts.models import User
from patients.actions import add_functional_test, void_functional_test
from patients.models import FunctionalTest, Patient
from tests.assessments.views.visiting import AsUser, address, queries
from tests.people import grade, make_draft

KNEE = ("knee_extension", "right")


def visit(patient: Patient, by: User, days: int, **forces: tuple[str, str]) -> None:
    """Sign a visit so many days ago, with forces of the knee by side as (typed, unit)."""
    draft = make_draft(patient, by, tested_at=timezone.now() - timedelta(days=days))
    for side, (typed, unit) in forces.items():
        Measurement.objects.create(
            assessment=draft,
            movement="knee_extension",
            side=side,
            kind="force",
            typed=[typed],
            trials=[str(force.newtons(Decimal(typed), unit))],
            unit=unit,
            rule="best",
            entered_by=by,
        )
    content = Content(results={KNEE: grade(9)}, entered={KNEE: "typed"})
    sign_assessment(draft, content, by=by, draft_revision=draft.draft.revision)


def did(patient: Patient, by: User, kind: str, first: str) -> FunctionalTest:
    test = FunctionalTest(
        patient=patient, kind=kind, tested_on=date(2024, 5, 2), first=Decimal(first)
    )
    return add_functional_test(test, by=by)


def series_of(patient: Patient, **wanted: Any) -> dict[str, Series]:
    found = measured_of(patient, load_history(patient).visits, wanted)
    return {series.key: series for series in found}


def values(series: Series) -> dict[str, list[float]]:
    """Return the numbers of each side, to a tenth."""
    return {
        side: [round(float(each.value or 0), 1) for each in told]
        for side, told in series.sides.items()
    }


def test_one_unit_is_kept_as_it_was_read(patient: Patient, physio: User) -> None:
    for days in (200, 100):
        visit(patient, physio, days, right=("21.5", "kgf"), left=("0", "kgf"))
    series = series_of(patient)["knee_extension"]
    assert (series.unit, series.units) == ("kgf", {"kgf"})
    assert values(series) == {"right": [21.5, 21.5], "left": [0, 0]}


def test_different_units_meet_in_newtons(patient: Patient, physio: User) -> None:
    visit(patient, physio, 200, right=("10", "kgf"))
    visit(patient, physio, 100, right=("100", "N"))
    series = series_of(patient)["knee_extension"]
    assert (series.unit, series.units) == ("N", {"kgf", "N"})
    assert values(series) == {"right": [98.1, 100]}


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ({"region": ["arms"]}, set()),
        ({"region": ["knees"]}, {"knee_extension"}),
        ({"side": "left"}, set()),
        ({"side": "right"}, {"knee_extension"}),
    ],
)
def test_forces_follow_the_filter(
    patient: Patient, physio: User, wanted: dict[str, Any], shown: set[str]
) -> None:
    visit(patient, physio, 100, right=("100", "N"))
    assert set(series_of(patient, **wanted)) == shown


def test_the_hands_of_one_test_stand_in_one_picture(patient: Patient, physio: User) -> None:
    did(patient, physio, "nine_hole_right", "21")
    did(patient, physio, "nine_hole_left", "30.5")
    [series] = series_of(patient).values()
    assert values(series) == {"right": [21], "left": [30.5]}
    assert (series.name, series.lower_is_better) == ("Nine-hole peg test", True)
    assert str(series.error) == "0.2"


def test_a_test_in_error_or_outside_the_days_is_not_drawn(patient: Patient, physio: User) -> None:
    void_functional_test(did(patient, physio, "berg", "50"), reason="slip", by=physio)
    did(patient, physio, "up_and_go", "12")
    assert set(series_of(patient)) == {"up_and_go"}
    assert set(series_of(patient, since=date(2024, 5, 3))) == set()
    assert set(series_of(patient, until=date(2024, 5, 1))) == set()


def test_the_page_shows_them_and_asks_no_more_for_many(
    as_user: AsUser, patient: Patient, physio: User, clinician: User
) -> None:
    visit(patient, physio, 100, right=("100", "N"))
    did(patient, physio, "berg", "50")
    client = as_user(clinician)
    few = len(queries(client, address("trends", patient)))
    visit(patient, physio, 50, right=("90", "N"), left=("80", "N"))
    did(patient, physio, "up_and_go", "12")
    assert len(queries(client, address("trends", patient))) == few
    page = client.get(address("trends", patient)).content.decode()
    assert 'data-chart="force"' in page
    assert page.count('data-chart="function"') == 2
