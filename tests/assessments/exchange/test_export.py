"""An export is told before it leaves, is of one moment, and stops when the right is gone."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.exchange import export as exports
from assessments.exchange.export import Export, ExportIncomplete, ExportWithdrawn, forecast
from assessments.exchange.selection import Layout, Selection, Shape
from mmt.accounts.models import Clinic, User
from mmt.audit.log import hash_of_patients
from mmt.audit.models import Action, AuditEvent, Exported, Outcome
from mmt.audit.verify import Reading
from patients.models import Patient
from tests.people import grade, make_signed

from .files import exported, read

KNEE = ("knee_extension", "right")
HIP = ("hip_flexion", "right")
Making = Callable[..., Export]


@pytest.fixture
def events() -> Callable[[], list[AuditEvent]]:
    return lambda: list(AuditEvent.objects.filter(action=Action.EXPORTED).order_by("sequence"))


@pytest.fixture
def two_visits(patient: Patient, physio: User) -> None:
    for _visit in range(2):
        make_signed(patient, physio, {KNEE: grade(0), HIP: grade(9)})


@pytest.mark.usefixtures("two_visits")
@pytest.mark.parametrize(
    ("shape", "rows"), [(Shape(), 4), (Shape(Layout.WIDE), 2), (Shape(blanks=True), 48)]
)
def test_one_event_tells_who_what_and_how_many(
    shape: Shape, rows: int, harbour: Clinic, admin: User, patient: Patient, events: Any
) -> None:
    export = Export(Selection(harbour, battery="ms_clinic_screen"), shape, by=admin)
    assert len(read(export)) == export.rows == rows
    export.close()
    [event] = events()
    assert (event.actor_id, event.chain) == (admin.pk, str(harbour.pk))
    assert event.outcome == Outcome.DONE
    assert event.patient_id is None
    assert event.detail == {
        "clinic": "harbour",
        "from": None,
        "to": None,
        "battery": "ms_clinic_screen",
        "status": "in_force",
        "movement": None,
        "question": None,
        "people": "named",
        "format": "csv",
        "layout": shape.layout.value,
        "blanks": shape.blanks,
        "bom": False,
        "visits": 2,
        "rows": rows,
        "patients": 1,
        "patients_sha256": hash_of_patients([patient.pk]),
    }
    # Which they were is kept, and under the chain.
    assert list(Exported.objects.values_list("patient_id", "event_id")) == [(patient.pk, event.pk)]
    reading = Reading(event.chain)
    assert list(reading.pages())
    assert reading.breaks == []


@pytest.mark.usefixtures("two_visits")
def test_it_is_told_before_the_first_byte(harbour: Clinic, admin: User, events: Any) -> None:
    export = Export(Selection(harbour), Shape(), by=admin)
    assert len(events()) == 1
    export.close()


@pytest.mark.usefixtures("two_visits")
def test_what_cannot_be_told_does_not_leave(
    monkeypatch: pytest.MonkeyPatch, harbour: Clinic, admin: User
) -> None:
    def fail(*_args: Any, **_named: Any) -> None:
        raise RuntimeError("log full")

    monkeypatch.setattr(exports, "record_export", fail)
    with pytest.raises(RuntimeError, match="log full"):
        Export(Selection(harbour), Shape(), by=admin)


@pytest.mark.usefixtures("two_visits")
def test_it_stops_when_the_right_is_taken_away(
    monkeypatch: pytest.MonkeyPatch, harbour: Clinic, admin: User, events: Any
) -> None:
    monkeypatch.setattr(exports, "BLOCK", 1)
    monkeypatch.setattr(exports, "LOOK_AGAIN_SECONDS", -1)
    answers = iter([True, True, False])
    export = Export(
        Selection(harbour), Shape(Layout.WIDE), by=admin, may_go_on=lambda: next(answers)
    )
    with pytest.raises(ExportWithdrawn):
        list(export)
    export.close()
    done, refused = events()
    assert (done.outcome, refused.outcome) == (Outcome.DONE, Outcome.REFUSED)
    assert refused.detail["rows"] == 2


@pytest.mark.usefixtures("two_visits")
def test_a_file_with_other_rows_than_told_is_never_finished(harbour: Clinic, admin: User) -> None:
    export = Export(Selection(harbour), Shape(), by=admin)
    export.rows = 5
    sent = []
    with pytest.raises(ExportIncomplete):
        sent.extend(export)
    export.close()
    assert sent == []


@pytest.mark.parametrize("shape", [Shape(), Shape(Layout.WIDE), Shape(blanks=True)], ids=str)
def test_queries_do_not_grow_with_the_records(
    shape: Shape, harbour: Clinic, patient: Patient, physio: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            exported(harbour, shape)
        return len(found)

    make_signed(patient, physio, {KNEE: grade(9)})
    exported(harbour, shape)  # makes the clinic's chain of the log
    few = queries()
    for _visit in range(5):
        make_signed(patient, physio, {KNEE: grade(9), HIP: grade(0)})
    assert queries() == few


def test_the_count_asked_for_ahead_is_that_of_the_file(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(9), HIP: grade(0)})
    for layout, blanks in itertools.product(Layout, (False, True)):
        shape = Shape(layout, blanks=blanks)
        assert forecast(Selection(harbour), shape).rows == len(exported(harbour, shape))
