"""What the database refuses about assessments, whoever writes."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from assessments.actions import amend_assessment, void_assessment
from assessments.models import (
    Amendment,
    Assessment,
    EntryOrder,
    Letter,
    Measurement,
    Progress,
    SavedQuestion,
    Score,
    ScoreChange,
    Signature,
    Weakness,
)
from assessments.triggers import _FROZEN
from mmt import triggers
from mmt.accounts.models import Clinic, User
from patients.models import Patient
from tests.people import (
    grade,
    make_draft,
    make_harbour,
    make_hillside,
    make_patient,
    make_person,
    make_signed,
)
from tests.refusals import refused_by

HIP = ("hip_flexion", "right")
DAY = date(2024, 5, 2)
TRUNK = "trunk_flexion"


@dataclass(frozen=True)
class Records:
    """One of each state, all of the same patient, each signed one with a 5 for the right hip."""

    patient: Patient
    by: User
    elsewhere: Clinic
    draft: Assessment
    signed: Assessment
    amended: Assessment
    voided: Assessment

    @property
    def amendment(self) -> Amendment:
        return self.amended.amendments.get()


@pytest.fixture(scope="module")
def once(module_db: None) -> Records:
    harbour = make_harbour()
    physio = make_person("physio", harbour)
    patient = make_patient(harbour, physio)
    signed, amended, voided = (make_signed(patient, physio, {HIP: grade(12)}) for _ in range(3))
    amend_assessment(
        amended, {HIP: grade(9)}, reason="Typed wrong.", by=physio, revision=amended.revision
    )
    void_assessment(voided, reason="Never happened.", by=physio, revision=voided.revision)
    draft = make_draft(patient, physio)
    return Records(patient, physio, make_hillside(), draft, signed, amended, voided)


@pytest.fixture
def records(db: None, once: Records) -> Records:
    return deepcopy(once)


Write = Callable[[Records], object]


def change(which: str, **fields: Any) -> Write:
    """Return a write that updates one of the records past every rule of the code."""
    return lambda records: Assessment.objects.filter(pk=getattr(records, which).pk).update(
        **{name: value(records) if callable(value) else value for name, value in fields.items()}
    )


def signature(**fields: Any) -> Write:
    """Return a write of a signature of the draft as it stands."""
    known = {"revision": 0, "meaning": "signed", "name": "A", "form": 1, "hash": "0" * 64}
    told = known | {"at": timezone.now()} | fields
    return lambda records: Signature.objects.bulk_create(
        [Signature(assessment=records.draft, by=records.by, **told)]
    )


def signed_then(write: Write) -> Write:
    return lambda records: (signature()(records), write(records))


def add_score(which: str, **fields: Any) -> Write:
    def write(records: Records) -> object:
        known = {"movement": "knee_flexion", "side": "left", "status": "graded"}
        if fields.get("status", "graded") == "graded":
            known["level"] = 12
        values = {
            name: value(records) if callable(value) else value
            for name, value in (known | fields).items()
        }
        return Score.objects.bulk_create([Score(assessment=getattr(records, which), **values)])

    return write


def change_score(which: str, **fields: Any) -> Write:
    return lambda records: Score.objects.filter(
        assessment=getattr(records, which), movement="hip_flexion"
    ).update(**fields)


def weakness(**fields: Any) -> Write:
    known = {"region": "hips", "kind": "primary", "rationale": "came with the relapse"} | fields
    return lambda records: Weakness.objects.bulk_create(
        [Weakness(patient=records.patient, judged_on=DAY, judged_by=records.by, **known)]
    )


def weakness_then(write: Callable[[Any], object]) -> Write:
    def act(records: Records) -> object:
        weakness()(records)
        return write(Weakness.objects.all())

    return act


FORCE = {
    "movement": "knee_flexion",
    "side": "left",
    "kind": "force",
    "typed": ["20"],
    "trials": ["20.000"],
    "unit": "N",
    "rule": "best",
}
RAISES = {"movement": "ankle_plantarflexion", "side": "left", "kind": "heel_raise", "count": 20}


def measure(which: str, known: dict[str, Any], **fields: Any) -> Write:
    return lambda records: Measurement.objects.bulk_create(
        [Measurement(assessment=getattr(records, which), entered_by=records.by, **(known | fields))]
    )


def measured_then(write: Callable[[Any], object], which: str = "signed") -> Write:
    """Return a write on a record that was signed with a measurement."""

    def act(records: Records) -> object:
        with triggers.lifted():
            measure(which, FORCE)(records)
        return write(Measurement.objects.filter(assessment=getattr(records, which)))

    return act


def measure_twice(records: Records) -> object:
    return [measure("draft", FORCE)(records) for _ in range(2)]


def score_twice(records: Records) -> object:
    return [add_score("draft")(records), add_score("draft")(records)]


def move_twice(records: Records) -> object:
    fields = {
        field.attname: getattr(records.draft, field.attname)
        for field in Assessment._meta.concrete_fields
        if not field.primary_key
    }
    fields["moved_from_id"] = records.voided.pk
    return Assessment.objects.bulk_create([Assessment(**fields), Assessment(**fields)])


def file_at(records: Records, **fields: Any) -> object:
    known = {
        field.attname: getattr(records.draft, field.attname)
        for field in Assessment._meta.concrete_fields
        if not field.primary_key
    }
    return Assessment.objects.bulk_create([Assessment(**(known | fields))])


def amend_by_the_back_door(records: Records) -> object:
    """An amendment without a change of that score: it tells nothing, so it covers nothing."""
    empty = Amendment.objects.create(assessment=records.signed, by=records.by, reason="Why not.")
    return change_score("signed", level=0, amendment=empty)(records)


BEFORE_BIRTH = datetime(1970, 1, 1, tzinfo=UTC)


def save_twice(records: Records) -> None:
    for _again in range(2):
        SavedQuestion.objects.create(owner=records.by, name="Knees", query="direction=fell")


def set_order(**fields: Any) -> Write:
    known = {"battery": "mmt8", "movements": [], "version": 1} | fields
    return lambda r: EntryOrder(clinic=r.elsewhere, **known).save(force_insert=True)


def letter(**fields: Any) -> Write:
    """Return a write of a letter about the signed record, compared with the amended one."""

    def write(records: Records) -> object:
        known = {
            "assessment": records.signed,
            "revision": records.signed.revision,
            "compared_with": records.amended,
            "compared_revision": 2,
            "kind": "letter",
            "addressee": "gp",
            "rule_version": 1,
            "made_by": records.by,
            "pdf": b"%PDF",
            "sha256": "0" * 64,
        }
        values = {
            name: value(records) if callable(value) else value for name, value in fields.items()
        }
        return Letter.objects.bulk_create([Letter(**(known | values))])

    return write


def letter_then(write: Callable[[Any], object]) -> Write:
    def act(records: Records) -> object:
        letter()(records)
        return write(Letter.objects.all())

    return act


def another_patients(records: Records) -> Assessment:
    other = make_patient(records.patient.clinic, records.by)
    return make_signed(other, records.by, {HIP: grade(12)})


CASES: list[tuple[str, Write]] = [
    ("assessment_ratings_out_of_ten", change("draft", fatigue_before=11)),
    ("assessment_ratings_out_of_ten", change("draft", fatigue_after=11)),
    ("assessment_ratings_out_of_ten", change("draft", pain=11)),
    ("assessment_edss_0_to_10", change("draft", edss=Decimal("10.5"))),
    (
        "assessment_known_status",
        signed_then(
            change("draft", status="lost", signed_by=lambda r: r.by, signed_at=timezone.now())
        ),
    ),
    ("assessment_signed_has_signer_and_time", signed_then(change("draft", status="signed"))),
    (
        "assessment_signed_has_signer_and_time",
        signed_then(change("draft", status="signed", signed_by=lambda r: r.by)),
    ),
    (
        "assessment_in_force_by_a_signature",
        change("draft", status="signed", signed_by=lambda r: r.by, signed_at=timezone.now()),
    ),
    ("assessment_in_force_by_a_signature", change("signed", revision=7)),
    ("signature_known_meaning", signature(meaning="maybe")),
    ("signature_has_name_and_hash", signature(hash="")),
    ("signature_has_name_and_hash", signature(name="")),
    ("signature_append_only", lambda r: Signature.objects.update(name="Another")),
    ("signature_append_only", lambda r: Signature.objects.all()._raw_delete("default")),
    ("assessments.signature.pk", lambda r: [signature()(r) for _time in range(2)]),
    ("assessment_signed_has_signer_and_time", change("draft", signed_at=timezone.now())),
    ("assessment_voided_has_who_when_and_why", change("signed", status="voided")),
    (
        "assessment_voided_has_who_when_and_why",
        change("signed", status="voided", voided_by=lambda r: r.by, voided_at=timezone.now()),
    ),
    ("assessment_voided_has_who_when_and_why", change("signed", void_reason="Because.")),
    ("assessments.assessment.moved_from", move_twice),
    (
        "amendment_has_a_reason",
        lambda r: Amendment.objects.create(assessment=r.signed, by=r.by, reason=""),
    ),
    ("progress_levels_0_to_12", lambda r: Progress.objects.update(latest_level=13)),
    ("progress_levels_0_to_12", lambda r: Progress.objects.update(baseline_level=13)),
    ("progress_levels_0_to_12", lambda r: Progress.objects.update(previous_level=13)),
    ("progress_known_flag", lambda r: Progress.objects.update(flag="significant")),
    ("progress_known_flag", lambda r: Progress.objects.update(flag="watch", confirmed=True)),
    (
        "assessments.progress.pk",
        lambda r: Progress.objects.bulk_create([Progress.objects.get()]),
    ),
    ("assessments.score.pk", score_twice),
    ("score_level_0_to_12", add_score("draft", level=13)),
    ("score_graded_xor_reason", add_score("draft", level=None)),
    ("score_graded_xor_reason", add_score("draft", reason="pain")),
    ("score_graded_xor_reason", add_score("draft", status="not_testable", reason="pain", level=0)),
    ("score_graded_xor_reason", add_score("draft", status="not_testable")),
    ("score_graded_xor_reason", add_score("draft", status="not_testable", reason="declined")),
    ("score_graded_xor_reason", add_score("draft", status="not_done")),
    ("score_graded_xor_reason", add_score("draft", status="not_done", reason="pain")),
    ("score_graded_xor_reason", add_score("draft", status="blank")),
    (
        "score_limiters_only_when_graded",
        add_score("draft", status="not_done", reason="time", limiters="pain"),
    ),
    ("score_side_fits_movement", add_score("draft", side="midline")),
    ("score_side_fits_movement", add_score("draft", side="both")),
    ("score_side_fits_movement", add_score("draft", movement=TRUNK, side="right")),
    ("score_known_way_of_entry", add_score("draft", entered="guessed")),
    ("score_added_under_a_signature", add_score("signed")),
    ("score_added_under_a_signature", add_score("amended")),
    ("score_added_under_a_signature", add_score("voided")),
    ("score_added_under_a_signature", add_score("amended", amendment=lambda r: r.amendment)),
    ("score_added_under_a_signature", add_score("signed", amendment=lambda r: r.amendment)),
    ("score_changed_under_a_signature", change_score("signed", level=0)),
    ("score_changed_under_a_signature", change_score("signed", note="Rather weak.")),
    ("score_changed_under_a_signature", change_score("amended", level=0)),
    ("score_changed_under_a_signature", change_score("amended", amendment=None)),
    ("score_changed_under_a_signature", change_score("voided", level=0)),
    ("score_changed_under_a_signature", change_score("signed", side="left")),
    ("score_changed_under_a_signature", amend_by_the_back_door),
    ("score_never_deleted", lambda r: r.signed.scores.all().delete()),
    ("assessments.measurement.pk", measure_twice),
    ("measurement_known_kind", measure("draft", FORCE, kind="guess")),
    ("measurement_force_has_trials_unit_and_rule", measure("draft", FORCE, typed=[], trials=[])),
    (
        "measurement_force_has_trials_unit_and_rule",
        measure("draft", FORCE, typed=["1"] * 6, trials=["1.000"] * 6),
    ),
    ("measurement_force_has_trials_unit_and_rule", measure("draft", FORCE, typed=["20", "21"])),
    ("measurement_force_has_trials_unit_and_rule", measure("draft", FORCE, unit="")),
    ("measurement_force_has_trials_unit_and_rule", measure("draft", FORCE, unit="kg")),
    ("measurement_force_has_trials_unit_and_rule", measure("draft", FORCE, rule="last")),
    ("measurement_force_has_trials_unit_and_rule", measure("draft", FORCE, count=1)),
    ("measurement_heel_raise_is_a_count_to_50", measure("draft", RAISES, count=None)),
    ("measurement_heel_raise_is_a_count_to_50", measure("draft", RAISES, count=51)),
    ("measurement_heel_raise_is_a_count_to_50", measure("draft", RAISES, trials=["20.000"])),
    ("measurement_heel_raise_is_a_count_to_50", measure("draft", RAISES, device="A scale")),
    ("measurement_heel_raise_is_a_count_to_50", measure("draft", RAISES, limited_by="boredom")),
    ("measurement_full_height_within_count", measure("draft", RAISES, full_height=21)),
    (
        "measurement_heel_raise_of_plantarflexion",
        measure("draft", RAISES, movement="ankle_dorsiflexion"),
    ),
    ("measurement_side_fits_movement", measure("draft", FORCE, side="midline")),
    ("measurement_side_fits_movement", measure("draft", FORCE, movement=TRUNK)),
    ("measurement_known_position", measure("draft", FORCE, position="upside down")),
    ("measurement_added_under_a_signature", measure("signed", FORCE)),
    ("measurement_added_under_a_signature", measure("voided", RAISES)),
    (
        "measurement_changed_under_a_signature",
        measured_then(lambda mine: mine.update(note="Changed.")),
    ),
    (
        "measurement_deleted_under_a_signature",
        measured_then(lambda mine: mine._raw_delete("default")),
    ),
    ("assessment_frozen_by_signature", change("signed", note="Added later.")),
    ("assessment_frozen_by_signature", change("signed", tested_at=timezone.now())),
    ("assessment_frozen_by_signature", change("amended", status="signed")),
    ("assessment_frozen_by_signature", change("voided", status="signed")),
    ("assessment_frozen_by_signature", change("voided", void_reason="Another reason.")),
    (
        "assessment_frozen_by_signature",
        change("signed", status="draft", signed_by=None, signed_at=None),
    ),
    ("assessment_amended_has_an_amendment", change("signed", status="amended")),
    (
        "assessment_signed_never_deleted",
        lambda r: Assessment.objects.filter(pk=r.signed.pk)._raw_delete("default"),
    ),
    (
        "assessment_signed_never_deleted",
        lambda r: Assessment.objects.filter(pk=r.voided.pk)._raw_delete("default"),
    ),
    ("assessment_fits_its_patient", change("draft", clinic=lambda r: r.elsewhere)),
    ("assessment_fits_its_patient", change("draft", tested_at=BEFORE_BIRTH)),
    ("assessment_fits_its_patient", lambda r: file_at(r, tested_at=BEFORE_BIRTH)),
    ("assessment_fits_its_patient", lambda r: file_at(r, clinic_id=r.elsewhere.pk)),
    (
        "birth_not_after_an_assessment",
        lambda r: Patient.objects.filter(pk=r.draft.patient_id).update(birth_date=date(2200, 1, 1)),
    ),
    ("weakness_known_region_and_kind_with_rationale", weakness(region="tail")),
    ("weakness_known_region_and_kind_with_rationale", weakness(kind="tertiary")),
    ("weakness_known_region_and_kind_with_rationale", weakness(rationale="")),
    ("weakness_append_only", weakness_then(lambda rows: rows.update(kind="mixed"))),
    ("weakness_append_only", weakness_then(lambda rows: rows._raw_delete("default"))),
    ("amendment_append_only", lambda r: Amendment.objects.update(reason="A better one.")),
    ("amendment_append_only", lambda r: Amendment.objects.all()._raw_delete("default")),
    ("scorechange_append_only", lambda r: ScoreChange.objects.update(before=None)),
    ("scorechange_append_only", lambda r: ScoreChange.objects.all()._raw_delete("default")),
    (
        "assessments.scorechange.pk",
        lambda r: ScoreChange.objects.bulk_create([ScoreChange.objects.get()]),
    ),
    ("saved_question_one_a_name_and_owner", save_twice),
    ("entry_order_of_a_battery_from_version_1", set_order(version=0)),
    ("entry_order_of_a_battery_from_version_1", set_order(battery="")),
    ("assessments.entryorder.pk", lambda r: [set_order()(r) for _time in range(2)]),
    ("letter_known_kind_and_addressee", letter(kind="poem")),
    ("letter_known_kind_and_addressee", letter(addressee="everybody")),
    ("letter_compares_two_visits", letter(compared_with=None)),
    ("letter_compares_two_visits", letter(compared_with=lambda r: r.signed, compared_revision=1)),
    ("letter_has_its_hash", letter(sha256="")),
    ("letter_of_a_record_as_it_stands", letter(revision=0)),
    ("letter_of_a_record_as_it_stands", letter(assessment=lambda r: r.draft, revision=0)),
    ("letter_of_a_record_as_it_stands", letter(assessment=lambda r: r.voided, revision=2)),
    ("letter_compares_visits_of_one_patient", letter(compared_revision=1)),
    ("letter_compares_visits_of_one_patient", letter(compared_with=lambda r: r.voided)),
    (
        "letter_compares_visits_of_one_patient",
        letter(compared_with=another_patients, compared_revision=1),
    ),
    ("letter_append_only", letter_then(lambda rows: rows.update(line="Better."))),
    ("letter_append_only", letter_then(lambda rows: rows._raw_delete("default"))),
]


@pytest.mark.parametrize(("rule", "write"), CASES)
def test_database_refuses(rule: str, write: Write, records: Records) -> None:
    with refused_by(rule):
        write(records)


@pytest.mark.parametrize(
    ("rule", "table"),
    [
        ("score_never_deleted", "assessments_score"),
        ("measurement_deleted_under_a_signature", "assessments_measurement"),
        ("amendment_append_only", "assessments_amendment"),
        ("weakness_append_only", "assessments_weakness"),
        ("scorechange_append_only", "assessments_scorechange"),
        ("blind_pair_never_deleted", "assessments_blindpair"),
        ("letter_append_only", "assessments_letter"),
        ("signature_append_only", "assessments_signature"),
    ],
)
def test_a_table_cannot_be_emptied_at_once(rule: str, table: str, records: Records) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE.")
    connection.check_constraints()  # what waits for the end of the transaction is checked now
    with refused_by(rule), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_a_signature_freezes_every_column_but_those_of_amending_and_voiding() -> None:
    columns = {field.column for field in Assessment._meta.concrete_fields}
    assert columns - set(_FROZEN) == {
        "status",
        "revision",
        "apart",
        "voided_by_id",
        "voided_at",
        "void_reason",
    }


@pytest.mark.parametrize("which", ["draft", "signed"])
def test_a_measurement_cannot_leave_for_another_record(which: str, records: Records) -> None:
    other = records.signed if which == "draft" else records.draft
    with refused_by("measurement_changed_under_a_signature"):
        measured_then(lambda mine: mine.update(assessment=other), which)(records)


def test_no_force_and_no_heel_raises_are_results(records: Records) -> None:
    measure("draft", FORCE, typed=["0"], trials=["0.000"])(records)
    measure("draft", RAISES, count=0, full_height=0)(records)
    assert records.draft.measurements.count() == 2


def test_zero_is_a_grade(records: Records) -> None:
    add_score("draft", level=0)(records)
    assert Score.objects.get(assessment=records.draft).level == 0


def test_a_draft_may_be_thrown_away(records: Records) -> None:
    records.draft.delete()
    assert not Assessment.objects.filter(pk=records.draft.pk).exists()
