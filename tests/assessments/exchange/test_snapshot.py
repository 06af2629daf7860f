"""Outside a transaction an export reads on a connection of its own: these tests commit."""

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from assessments.actions import void_assessment
from assessments.exchange.export import Export
from assessments.exchange.selection import Selection, Shape
from assessments.exchange.snapshot import Snapshot
from mmt.accounts.models import Clinic, User
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.people import grade, make_signed

from .files import read

pytestmark = pytest.mark.usefixtures("on_disk")
KNEE = ("knee_extension", "right")


def test_the_file_is_of_the_moment_at_which_it_was_told(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    first = make_signed(patient, physio, {KNEE: grade(9)})
    export = Export(Selection(harbour), Shape(), by=physio)
    try:
        void_assessment(first, reason="later", by=physio, revision=first.revision)
        make_signed(patient, physio, {KNEE: grade(0)})
        [row] = read(export)
    finally:
        export.close()
    assert (row["assessment"], row["record_status"]) == (str(first.pk), "signed")
    assert AuditEvent.objects.filter(action=Action.EXPORTED, detail__rows=1).count() == 1


def test_closing_it_twice_or_in_the_middle_is_fine(
    harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(9)})
    export = Export(Selection(harbour), Shape(), by=physio)
    next(iter(export))
    export.close()
    export.close()
    assert export.snapshot.connection.connection is None


def test_nobody_waits_for_an_export(harbour: Clinic, patient: Patient, physio: User) -> None:
    snapshot = Snapshot()
    make_signed(patient, physio, {KNEE: grade(9)})  # commits meanwhile
    assert snapshot.connection is not connections[DEFAULT_DB_ALIAS]
    snapshot.close()
