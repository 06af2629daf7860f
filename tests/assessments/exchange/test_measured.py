"""The file of measurements."""

from datetime import UTC, datetime
from typing import Any

import pytest

from assessments.actions import void_assessment
from assessments.entry import measured
from assessments.exchange.columns import columns_of
from assessments.exchange.selection import Layout, Shape, Standing
from assessments.models import Assessment
from mmt.accounts.models import Clinic, User
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.saving import put, sign
from tests.assessments.test_measurements import measurement, raises
from tests.people import make_draft

from .files import as_bytes, exported

SHAPE = Shape(Layout.MEASUREMENTS)


def rows(clinic: Clinic, **chosen: Any) -> list[dict[str, str]]:
    return exported(clinic, SHAPE, **chosen)


@pytest.fixture
def record(patient: Patient, physio: User) -> Assessment:
    draft = make_draft(patient, physio, tested_at=datetime(2025, 7, 1, 22, 5, tzinfo=UTC))
    for each in (
        raises(draft, 18, full_height=12, limited_by="pain"),
        measurement(draft, "0", side="left", device="=Dial"),
        measurement(draft, "47.50", "45", unit="lbf", rule="mean", note="+né", position="sitting"),
    ):
        measured.add_measurement(each, by=physio)
    return sign(put(draft, {"hip_flexion.right": "4"}, by=physio), physio)


@pytest.mark.usefixtures("record")
def test_a_force_is_there_as_typed_and_in_newtons(harbour: Clinic, patient: Patient) -> None:
    right, left, calf = rows(harbour)
    assert (right["movement"], right["side"], right["measured"]) == (
        "knee_extension",
        "right",
        "force",
    )
    assert (right["trials"], right["trials_unit"], right["force_of"]) == ("47.50 45", "lbf", "mean")
    assert (right["trials_n"], right["force_n"]) == ("211.291 200.170", "205.730")
    assert (right["tested_on"], right["record_number"]) == ("2025-07-02", patient.record_number)
    assert (left["side"], left["force_n"]) == ("left", "0.000")
    assert (calf["heel_raises"], calf["full_height"], calf["ended_by"]) == ("18", "12", "pain")
    assert calf["force_n"] == ""


@pytest.mark.usefixtures("record")
def test_nothing_in_it_runs_as_a_formula(harbour: Clinic) -> None:
    right, left, _calf = rows(harbour)
    assert left["dynamometer"] == "'=Dial"
    assert right["measurement_note"] == "'+né"


@pytest.mark.usefixtures("record")
def test_it_has_the_columns_of_its_layout_and_no_draft(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    measured.add_measurement(measurement(make_draft(patient, physio), "1"), by=physio)
    found = rows(harbour)
    assert list(found[0]) == [column.name for column in columns_of(Layout.MEASUREMENTS)]
    assert len(set(found[0])) == len(columns_of(Layout.MEASUREMENTS))
    assert len(found) == 3


def test_voided_records_are_there_if_asked_for(
    record: Assessment, harbour: Clinic, physio: User
) -> None:
    void_assessment(record, reason="r", by=physio, revision=record.revision)
    assert rows(harbour) == []
    assert {row["record_status"] for row in rows(harbour, standing=Standing.RECORDED)} == {"voided"}


@pytest.mark.usefixtures("record")
def test_the_log_tells_how_many_left(harbour: Clinic) -> None:
    rows(harbour)
    detail = AuditEvent.objects.get(action=Action.EXPORTED).detail
    assert (detail["layout"], detail["visits"], detail["rows"]) == ("measurements", 1, 3)


def test_an_empty_file_has_its_heading(harbour: Clinic) -> None:
    assert as_bytes(harbour, SHAPE).decode().count("\r\n") == 1
