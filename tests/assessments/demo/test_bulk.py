"""Large sets of invented records."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from assessments import instrument, progress
from assessments.demo import bulk
from assessments.demo.guard import AlreadyLoaded, HoldsRealRecords
from assessments.models import Assessment, Progress, Score
from mmt.accounts.models import Clinic
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def load(**changed: object) -> bulk.Loaded:
    return bulk.load(**{"patients": 7, "visits": 3, "seed": 5, "today": TODAY, **changed})


def scores() -> set[tuple]:
    return set(Score.objects.values_list("assessment", "movement", "side", "level", "reason"))


def test_it_brings_what_was_asked_for():
    loaded = load(clinics=2)
    assert [Patient.objects.filter(clinic=clinic).count() for clinic in loaded.clinics] == [4, 3]
    assert Assessment.objects.filter(status="signed").count() == 7 * 3
    assert Score.objects.count() == loaded.scores == 7 * 3 * 24


def test_any_movements_can_be_tested():
    load(movements=list(instrument.MOVEMENTS)[:3])
    assert set(Assessment.objects.values_list("battery", flat=True)) == {"ms_clinic_screen"}
    assert Score.objects.count() == 7 * 3 * 6


def test_patients_are_tested_on_several_scales():
    load()
    assert set(Assessment.objects.values_list("profile", flat=True)) == set(bulk.SCALES)


def test_a_battery_is_tested_on_its_own_scale():
    load(battery="mmt8")
    assert set(Assessment.objects.values_list("profile", flat=True)) == {"kendall"}


def test_a_hundred_visits_fit_into_six_years():
    load(patients=1, visits=100, movements=["grip"])
    days = {each.local_tested_at.date() for each in Assessment.objects.all()}
    assert len(days) == 100
    assert (TODAY - min(days)).days < 6 * 366


def test_every_constraint_holds():
    load()
    connection.check_constraints()


def test_the_same_seed_gives_the_same_records():
    with transaction.atomic():
        load()
        first = scores()
        transaction.set_rollback(True)
    load()
    assert scores() == first


def test_what_changed_since_is_what_the_scores_say():
    load()
    stored = set(Progress.objects.values_list())
    for patient in Patient.objects.all():
        progress.rebuild(patient)
    assert stored == set(Progress.objects.values_list())


def test_the_triggers_are_back_afterwards():
    load(patients=1)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        Score.objects.all().delete()


def test_many_batches_are_as_one(monkeypatch):
    monkeypatch.setattr(bulk, "SCORES_AT_A_TIME", 150)
    assert load().scores == Score.objects.count() == 7 * 3 * 24


def test_a_set_comes_once():
    load()
    with pytest.raises(AlreadyLoaded, match="bulk-5-0"):
        load()
    load(seed=6)


def test_it_is_told_once():
    load(clinics=3)
    assert AuditEvent.objects.get(action=Action.DEMO_LOADED).detail["clinics"] == 3


def test_real_records_are_left_alone():
    Clinic.objects.create(name="Real", slug="real", time_zone="UTC")
    with pytest.raises(HoldsRealRecords):
        load()
    assert not Patient.objects.exists()


def test_the_command_tells_its_speed(capsys):
    call_command("load_demo", patients=40, visits=10, seed=9, today=TODAY)
    said = capsys.readouterr().out
    assert said.startswith("40 patients with 9,600 scores loaded in ")
    assert said.endswith(" scores a second.\n")
