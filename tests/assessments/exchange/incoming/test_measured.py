"""Forces and heel raises come in from a row each, and as they went out."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pandas
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments import force, instrument
from assessments.entry import measured
from assessments.exchange.incoming.measured import TARGETS, NotMeasured, read_measured
from assessments.exchange.selection import Layout, Shape
from assessments.models import Assessment, Measurement, Score
from assessments.models.measurement import HEEL_RAISED, RaisesLimit
from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Role
from tests.assessments.saving import put, sign
from tests.assessments.test_measurements import measurement, raises
from tests.people import make_draft, make_patient, make_user

from ..files import as_bytes
from .sheets import WHO, bring_in, filed, plan_of, read, reasons

HEADINGS = (
    "MRN,Surname,First name,DOB,Date,Tester,Movement,Side,"
    "trials,trials_unit,force_of,dynamometer,heel_raises,full_height,ended_by"
)
KEPT = ("movement", "side", "kind", "typed", "trials", "unit", "rule", "device")
KEPT += ("count", "full_height", "limited_by", "position", "note")
FORCE = {"trials": "47.5 45", "trials_unit": "lbf", "force_of": "best", "dynamometer": "microFET2"}
RAISES = {"heel_raises": "18", "full_height": "12", "ended_by": "fatigue"}


def measured_row(movement: str, **told: str) -> list[str]:
    rest = HEADINGS.split(",")[8:]
    return [*WHO, "2025-04-03", "Jane Smith", movement, "R", *(told.get(name, "") for name in rest)]


def test_forces_and_heel_raises_become_a_record(harbour: Clinic, admin: User) -> None:
    rows = [measured_row("knee extension", **FORCE), measured_row("plantarflexion", **RAISES)]
    bring_in(filed(*rows, headings=HEADINGS), harbour, admin, scale="", direction="")
    found = {row.kind: row for row in Assessment.objects.get().measurements.all()}
    assert (found["force"].typed, found["force"].unit) == (["47.5", "45"], "lbf")
    assert found["force"].newtons == Decimal("211.291")
    assert (found["heel_raise"].count, found["heel_raise"].full_height) == (18, 12)
    again = plan_of(filed(*rows, headings=HEADINGS), harbour, scale="", direction="")
    assert (again.already, again.is_empty) == (1, True)


@pytest.mark.parametrize(
    ("change", "target"),
    [
        ({"trials": "4-"}, "trials"),
        ({"trials": "1 2 3 4 5 6"}, "trials"),
        ({"trials": "1600", "trials_unit": "N"}, "trials"),
        ({"trials": ""}, "trials_unit"),
        ({"trials_unit": ""}, "trials_unit"),
        ({"trials_unit": "stone"}, "trials_unit"),
        ({"force_of": ""}, "force_of"),
        ({"dynamometer": ""}, "dynamometer"),
        ({"dynamometer": "x" * 61}, "dynamometer"),
        ({"measured_in": "upside down"}, "measured_in"),
        ({"measurement_note": "x" * 301}, "measurement_note"),
        ({"heel_raises": "51"}, "heel_raises"),
        ({"heel_raises": "²"}, "heel_raises"),
        ({"heel_raises": "3", "full_height": "4"}, "full_height"),
        ({"full_height": "4"}, "full_height"),
        ({"heel_raises": "3", "ended_by": "boredom"}, "ended_by"),
    ],
)
def test_what_cannot_be_taken_names_its_column(change: dict[str, str], target: str) -> None:
    with pytest.raises(NotMeasured) as found:
        read_measured(dict.fromkeys(TARGETS, "") | FORCE | change, HEEL_RAISED, confirmed=False)
    assert found.value.target == target


def test_a_row_of_another_movement_or_of_a_visit_that_is_here_is_refused(
    harbour: Clinic, admin: User
) -> None:
    wrong = filed(measured_row("knee extension", heel_raises="0"), headings=HEADINGS)
    told = reasons(plan_of(wrong, harbour, scale="", direction=""))
    assert told == [(2, "heel_raises", "Heel raises are of plantarflexion.")]
    graded = filed([*WHO, "2025-04-03", "Jane Smith", "knee extension", "R", "4", ""])
    bring_in(graded, harbour, admin)
    alone = filed(measured_row("knee extension", **FORCE), headings=HEADINGS)
    [(_row, _column, why)] = reasons(plan_of(alone, harbour, scale="", direction=""))
    assert "here already, with its grades" in why or "imported before" in why


FORCES = st.fixed_dictionaries(
    {
        "typed": st.lists(st.decimals(0, 300, places=1).map(str), min_size=1, max_size=5),
        "unit": st.sampled_from(force.Unit.values),
        "rule": st.sampled_from(force.Rule.values),
        "device": st.sampled_from(["microFET2", "=Lafayette", "é, ;"]),
        "position": st.sampled_from(["", *map(str, instrument.Position)]),
        "note": st.sampled_from(["", "=1+1", 'say "so"']),
    }
)
COUNTS = st.integers(0, 50).flatmap(
    lambda count: st.fixed_dictionaries(
        {
            "count": st.just(count),
            "full_height": st.none() | st.integers(0, count),
            "limited_by": st.sampled_from(["", *RaisesLimit.values]),
        }
    )
)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "both"])
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=FORCES, counted=COUNTS)
def test_exported_and_imported_they_are_the_same(
    kind: str, db: None, told: dict[str, Any], counted: dict[str, Any]
) -> None:
    """By themselves from either kind of file, or with the grades of the visit in one."""
    with transaction.atomic():
        here, there = (
            Clinic.objects.create(name=slug, slug=slug, time_zone="Australia/Brisbane")
            for slug in ("here", "there")
        )
        admin = make_user("there@test", there, Role.ADMINISTRATOR)
        _record(here, told, counted)
        if kind == "both":
            content = _together(here)
        else:
            content = as_bytes(here, Shape(Layout.MEASUREMENTS, format=kind))
        name = "file.csv" if kind == "both" else f"file.{kind}"
        bring_in(read(content, name), there, admin, scale="", direction="up")
        assert _kept(there) == _kept(here)
        assert _grades(there) == (_grades(here) if kind == "both" else [])
        transaction.set_rollback(True)


def _record(clinic: Clinic, told: dict[str, Any], counted: dict[str, Any]) -> None:
    tester = make_user("here@test", clinic, Role.PHYSIOTHERAPIST, "Toni Tester")
    draft = make_draft(make_patient(clinic, tester, record_number="R 1"), tester)
    typed = told["typed"]
    rest = {name: value for name, value in told.items() if name != "typed"}
    for each in (raises(draft, **counted), measurement(draft, *typed, **rest)):
        measured.add_measurement(each, by=tester)
    sign(put(draft, {"hip_flexion.right": "0"}, by=tester), tester)


def _together(clinic: Clinic) -> bytes:
    """Return the rows of two CSV files under one line of headings."""
    files = [as_bytes(clinic, shape) for shape in (Shape(), Shape(Layout.MEASUREMENTS))]
    frames = [pandas.read_csv(BytesIO(file), dtype=str, keep_default_na=False) for file in files]
    return pandas.concat(frames).to_csv(index=False).encode()


def _kept(clinic: Clinic) -> list[tuple[Any, ...]]:
    rows = Measurement.objects.filter(assessment__clinic=clinic).order_by("kind")
    return list(rows.values_list("assessment__tested_at__minute", *KEPT))


def _grades(clinic: Clinic) -> list[tuple[Any, ...]]:
    scores = Score.objects.filter(assessment__clinic=clinic)
    return list(scores.values_list("movement", "side", "level"))
