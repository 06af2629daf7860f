"""Forces in their units, heel raises, and what becomes of them with their record."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from assessments import force
from assessments.actions import move_assessment, sign_assessment, void_assessment
from assessments.entry import measured
from assessments.entry.content import Content
from assessments.entry.drafts import NoLongerADraft, discard_draft
from assessments.models import Assessment, Draft, Measurement
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.people import grade, make_draft, make_patient

KNEE = {"movement": "knee_extension", "side": "right", "kind": "force"}
CALF = {"movement": "ankle_plantarflexion", "side": "left", "kind": "heel_raise"}


def measurement(draft: Assessment, *typed: str, unit: str = "N", **fields: Any) -> Measurement:
    trials = [str(force.newtons(Decimal(text), unit)) for text in typed]
    told = {"typed": list(typed), "trials": trials, "unit": unit, "rule": "best"}
    return Measurement(assessment=draft, **(KNEE | told | fields))


def raises(draft: Assessment, count: int, **fields: Any) -> Measurement:
    return Measurement(assessment=draft, count=count, **(CALF | fields))


def sign(draft: Assessment, by: User) -> Assessment:
    cell = ("hip_flexion", "right")
    content = Content(results={cell: grade(4)}, entered={cell: "typed"})
    revision = Draft.objects.get(assessment=draft).revision
    return sign_assessment(draft, content, by=by, draft_revision=revision)


@pytest.fixture
def draft(patient: Patient, physio: User) -> Assessment:
    return make_draft(patient, physio)


@pytest.mark.parametrize(
    ("typed", "unit", "newtons"),
    [
        ("212", "N", "212.000"),
        ("1", "kgf", "9.807"),
        ("1", "lbf", "4.448"),
        ("47.5", "lbf", "211.291"),
        ("0", "kgf", "0.000"),
    ],
)
def test_every_unit_becomes_newtons(typed: str, unit: str, newtons: str) -> None:
    assert str(force.newtons(Decimal(typed), unit)) == newtons


def test_every_unit_has_its_factor() -> None:
    assert set(force.NEWTONS) == set(force.Unit)


@pytest.mark.parametrize(
    ("typed", "unit", "rule", "words"),
    [
        (["198", "212", "205"], "N", "best", "212 N, best of 3"),
        (["47.5", "45", "46.25"], "lbf", "best", "47.5 lbf = 211.3 N, best of 3"),
        (["20", "21"], "kgf", "mean", "20.5 kgf = 201.0 N, mean of 2"),
        (["10", "10", "11"], "N", "mean", "10.3 N, mean of 3"),
        (["0"], "N", "best", "0 N, 1 trial"),
        (["12.50"], "N", "mean", "12.50 N, 1 trial"),
    ],
)
def test_a_force_is_told_as_typed_and_in_newtons(
    typed: list[str], unit: str, rule: str, words: str
) -> None:
    assert force.described(typed, unit, rule) == words


def test_the_force_that_counts_is_the_best_or_the_mean(draft: Assessment) -> None:
    assert measurement(draft, "10", "20").newtons == Decimal(20)
    assert measurement(draft, "10", "20", rule="mean").newtons == Decimal(15)
    assert raises(draft, 3).newtons is None


def test_heel_raises_are_told_with_what_ended_them(draft: Assessment) -> None:
    assert raises(draft, 0).described == "0 heel raises"
    told = raises(draft, 18, full_height=12, limited_by="fatigue").described
    assert told == "18 heel raises, 12 at full height, ended by fatigue"


def test_what_was_typed_comes_back_from_the_database(draft: Assessment, physio: User) -> None:
    measured.add_measurement(measurement(draft, "47.50", "45", unit="lbf"), by=physio)
    kept = Measurement.objects.get()
    assert (kept.typed, kept.trials) == (["47.50", "45"], ["211.291", "200.170"])
    assert (kept.unit, kept.entered_by) == ("lbf", physio)


def test_the_same_measurement_sent_twice_is_one(draft: Assessment, physio: User) -> None:
    for _ in range(2):
        measured.add_measurement(measurement(draft, "212"), by=physio)
    assert Measurement.objects.count() == 1
    assert Draft.objects.get().revision == 1


def test_another_measurement_of_the_same_does_not_take_its_place(
    draft: Assessment, physio: User
) -> None:
    measured.add_measurement(measurement(draft, "212"), by=physio)
    with pytest.raises(measured.AlreadyMeasured):
        measured.add_measurement(measurement(draft, "100"), by=physio)
    assert Measurement.objects.get().typed == ["212"]


def test_a_change_needs_what_was_seen_to_stand(draft: Assessment, physio: User) -> None:
    measured.add_measurement(measurement(draft, "212"), by=physio)
    seen = measured.mark_of(Measurement.objects.get())
    measured.change_measurement(measurement(draft, "221"), seen=seen, by=physio)
    with pytest.raises(measured.ChangedMeanwhile):
        measured.change_measurement(measurement(draft, "100"), seen=seen, by=physio)
    assert Measurement.objects.get().typed == ["221"]


def test_whoever_reviewed_before_must_look_again(draft: Assessment, physio: User) -> None:
    measured.add_measurement(measurement(draft, "212"), by=physio)
    measured.remove_measurement(Measurement.objects.get())
    measured.remove_measurement(measurement(draft, "212"))
    assert Draft.objects.get().revision == 2
    assert not Measurement.objects.exists()


@pytest.mark.parametrize("ending", [sign, lambda draft, by: discard_draft(draft, by=by)])
def test_nothing_is_measured_after_the_end(ending: Any, draft: Assessment, physio: User) -> None:
    ending(draft, physio)
    with pytest.raises(NoLongerADraft):
        measured.add_measurement(measurement(draft, "212"), by=physio)


def test_signing_tells_how_much_was_measured(draft: Assessment, physio: User) -> None:
    measured.add_measurement(measurement(draft, "212"), by=physio)
    measured.add_measurement(raises(draft, 0), by=physio)
    sign(draft, physio)
    detail = AuditEvent.objects.get(action=Action.ASSESSMENT_SIGNED).detail
    assert detail["measurements"] == 2


def test_a_record_moves_with_its_measurements(draft: Assessment, physio: User) -> None:
    measured.add_measurement(measurement(draft, "47.5", unit="lbf", device="Dial"), by=physio)
    measured.add_measurement(raises(draft, 18, full_height=12), by=physio)
    record = sign(draft, physio)
    right = make_patient(draft.clinic, physio)
    copy = move_assessment(record, to=right, reason="r", by=physio, revision=record.revision)
    there, here = (
        [(each.name, measured.told(each), each.entered_at) for each in which.measurements.all()]
        for which in (copy, record)
    )
    assert len(there) == 2
    assert sorted(there, key=str) == sorted(here, key=str)


def test_a_voided_record_keeps_its_measurements(draft: Assessment, physio: User) -> None:
    measured.add_measurement(measurement(draft, "212"), by=physio)
    record = sign(draft, physio)
    void_assessment(record, reason="r", by=physio, revision=record.revision)
    assert record.measurements.count() == 1


def test_devices_are_offered_newest_first_and_of_this_clinic_alone(
    draft: Assessment, patient: Patient, physio: User, foreign_patient: Patient, stranger: User
) -> None:
    later = make_draft(patient, physio, tested_at=timezone.now())
    abroad = make_draft(foreign_patient, stranger)
    for where, device, by in (
        (draft, "Old", physio),
        (later, "New", physio),
        (abroad, "Foreign", stranger),
    ):
        measured.add_measurement(measurement(where, "1", device=device), by=by)
    assert measured.devices_of(patient.clinic) == ["New", "Old"]
