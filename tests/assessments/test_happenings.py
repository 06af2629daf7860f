"""A relapse, entered, moved or taken back, changes which changes count as confirmed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from assessments.happenings import add_happening, edit_happening, void_happening
from assessments.models import Progress
from assessments.querysets import load_history
from mmt.accounts.models import User
from mmt.audit.models import AuditEvent
from patients.cards import EVENT, INTERVENTION
from patients.happenings import ChangedMeanwhile, as_text
from patients.models import Event, Patient
from tests.patients.happened import make
from tests.people import grade, make_signed

HIP = ("hip_flexion", "right")
NOW = timezone.now().replace(microsecond=0)
REPEAT = NOW - timedelta(days=10)
FAR = REPEAT.date() - timedelta(days=60)


def confirmed() -> bool:
    return Progress.objects.get().confirmed


def near(**days: int) -> Any:
    return REPEAT.date() - timedelta(**days)


@pytest.fixture
def fallen(patient: Patient, physio: User) -> Patient:
    """A patient whose hip fell from 5 to 3 and stayed there for 200 days."""
    for days, level in ((400, 12), (200, 6), (0, 6)):
        at = REPEAT - timedelta(days=days)
        make_signed(patient, physio, {HIP: grade(level)}, tested_at=at)
    assert confirmed()
    return patient


def relapse(patient: Patient, by: User, **fields: Any) -> Event:
    known = {"kind": "relapse", "started": near(days=20)} | fields
    return add_happening(Event(patient=patient, **known), by=by)


def edited(row: Event, by: User, **fields: Any) -> Event:
    seen = as_text(row)
    for name, value in fields.items():
        setattr(row, name, value)
    return edit_happening(row, seen=seen, by=by)


def test_a_relapse_near_the_repeat_takes_the_confirmation_away(
    fallen: Patient, physio: User
) -> None:
    relapse(fallen, physio)
    assert not confirmed()


def test_one_entered_in_error_gives_it_back(fallen: Patient, physio: User) -> None:
    void_happening(relapse(fallen, physio), reason="another patient's", by=physio)
    assert confirmed()


def test_one_that_is_moved_away_gives_it_back(fallen: Patient, physio: User) -> None:
    event = relapse(fallen, physio)
    edited(event, physio, started=FAR)
    assert confirmed()
    edited(event, physio, started=near(days=29))
    assert not confirmed()


def test_what_turns_out_to_be_a_relapse_counts(fallen: Patient, physio: User) -> None:
    event = relapse(fallen, physio, kind="infection")
    assert confirmed()
    edited(event, physio, kind="relapse")
    assert not confirmed()


def test_judgement_and_event_stand_together(fallen: Patient, physio: User) -> None:
    with transaction.atomic():
        relapse(fallen, physio)
        transaction.set_rollback(True)
    assert confirmed()
    assert not Event.objects.exists()


def test_a_row_that_changed_meanwhile_is_not_overwritten(fallen: Patient, physio: User) -> None:
    event = relapse(fallen, physio)
    Event.objects.filter(pk=event.pk).update(note="theirs")
    told = AuditEvent.objects.count()
    with pytest.raises(ChangedMeanwhile):
        edited(event, physio, started=FAR)
    assert AuditEvent.objects.count() == told
    assert not confirmed()


def test_what_is_in_error_is_on_no_time_axis(patient: Patient, physio: User) -> None:
    rows = [make(EVENT, patient, physio), make(INTERVENTION, patient, physio)]
    assert [len(load_history(patient).events), len(load_history(patient).interventions)] == [1, 1]
    for row in rows:
        void_happening(row, reason="slip", by=physio)
    history = load_history(patient)
    assert (history.events, history.interventions) == ((), ())


def test_an_event_says_its_kind_where_its_note_does_not(patient: Patient, physio: User) -> None:
    for kind, note in (
        ("fall", "left foot caught"),
        ("surgery", "Cataract surgery"),
        ("other", "moved house"),
        ("fall", ""),
    ):
        add_happening(Event(patient=patient, kind=kind, note=note, started=FAR), by=physio)
    said = {event.label for event in load_history(patient).events}
    assert said == {"fall: left foot caught", "Cataract surgery", "moved house", "fall"}
