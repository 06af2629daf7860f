"""What the database itself refuses about records. See `mmt.triggers`."""

from mmt.triggers import Trigger
from patients.triggers import UNDER_WAY, erasing

_STATUS_OF_NEW = "(SELECT status FROM assessments_assessment WHERE id = NEW.assessment_id)"
_STATUS_OF_OLD = "(SELECT status FROM assessments_assessment WHERE id = OLD.assessment_id)"
_CITES_ITS_CHANGE = (
    "EXISTS (SELECT 1 FROM assessments_scorechange change"
    " JOIN assessments_amendment amendment ON amendment.id = change.amendment_id"
    " WHERE amendment.id = NEW.amendment_id AND amendment.assessment_id = NEW.assessment_id"
    " AND change.movement = NEW.movement AND change.side = NEW.side)"
)


def _going(record: str) -> str:
    """Return the condition that a record goes with its patient, who is being erased.

    One that was filed anew on another patient is voided and tells of that other one: it goes with
    the other, too, who is of the same clinic.
    """
    return (
        "EXISTS (SELECT 1 FROM assessments_assessment going JOIN patients_erasure erasure"  # noqa: S608  (ours)
        " ON (erasure.patient_id = going.patient_id OR (erasure.clinic_id = going.clinic_id"
        " AND EXISTS (SELECT 1 FROM assessments_assessment anew"
        " WHERE anew.moved_from_id = going.id)))"
        f" WHERE going.id = {record} AND {UNDER_WAY})"
    )


_GOING = _going("OLD.assessment_id")
_CHANGE_GOES = (
    "EXISTS (SELECT 1 FROM assessments_amendment amendment"  # noqa: S608  (names of ours alone)
    " WHERE amendment.id = OLD.amendment_id"
    f" AND {_going('amendment.assessment_id')})"
)
# Everything of a record but its way from signed to amended to voided.
_FROZEN = [
    "id",
    "clinic_id",
    "patient_id",
    "tester_id",
    "entered_by_id",
    "battery",
    "battery_version",
    "profile",
    "movements",
    "tested_at",
    "time_zone",
    "entered_at",
    "source",
    "signed_by_id",
    "signed_at",
    "moved_from_id",
    "setting",
    "heat",
    "fatigue_before",
    "fatigue_after",
    "pain",
    "pain_where",
    "relapse_status",
    "edss",
    "device",
    "device_worn",
    "hours_since_antispastic",
    "hours_since_fampridine",
    "first_side",
    "stopped_early",
    "falls_since_last",
    "note",
]


def _differs(*columns: str) -> str:
    return " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns)


_IS_SIGNED = (
    "EXISTS (SELECT 1 FROM assessments_signature signature"
    " WHERE signature.assessment_id = NEW.id AND signature.revision = NEW.revision)"
)
# What the two records of a blind pair have in common; nobody has a part in both.
_ONE_PAIR = (
    "EXISTS (SELECT 1 FROM assessments_assessment one JOIN assessments_assessment other"
    " ON other.patient_id = one.patient_id AND other.battery = one.battery"
    " AND other.battery_version = one.battery_version AND other.profile = one.profile"
    " WHERE one.id = NEW.first_id AND other.id = NEW.second_id"
    " AND one.tester_id NOT IN (other.tester_id, other.entered_by_id)"
    " AND one.entered_by_id NOT IN (other.tester_id, other.entered_by_id)"
    " AND one.tested_at >= NEW.day_begins AND one.tested_at < NEW.day_ends"
    " AND other.tested_at >= NEW.day_begins AND other.tested_at < NEW.day_ends)"
)
_IS_OF_A_PAIR = (
    "EXISTS (SELECT 1 FROM assessments_blindpair pair WHERE pair.ended_at IS NULL"
    " AND (pair.first_id = NEW.id OR pair.second_id = NEW.id))"
)
_LEAVES_THE_DAY = (
    "EXISTS (SELECT 1 FROM assessments_blindpair pair WHERE pair.ended_at IS NULL"
    " AND (pair.first_id = NEW.id OR pair.second_id = NEW.id)"
    " AND (NEW.tested_at < pair.day_begins OR NEW.tested_at >= pair.day_ends))"
)
_WHO_AND_WHAT = (
    "tester_id",
    "entered_by_id",
    "patient_id",
    "battery",
    "battery_version",
    "profile",
)

TRIGGERS = (
    Trigger(
        name="score_added_under_a_signature",
        table="assessments_score",
        events=("INSERT",),
        when=(
            f"({_STATUS_OF_NEW} = 'voided'"
            f" OR ({_STATUS_OF_NEW} <> 'draft' AND NOT {_CITES_ITS_CHANGE}))"
        ),
        message="A signed assessment takes a score only through an amendment.",
    ),
    Trigger(
        name="score_changed_under_a_signature",
        table="assessments_score",
        events=("UPDATE",),
        when=(
            f"({_differs('assessment_id', 'movement', 'side')}"
            f" OR {_STATUS_OF_NEW} = 'voided'"
            f" OR ({_STATUS_OF_NEW} <> 'draft' AND (NEW.amendment_id IS NULL"
            f" OR NOT ({_differs('amendment_id')}) OR NOT {_CITES_ITS_CHANGE})))"
        ),
        message="A signed score changes only through an amendment.",
    ),
    Trigger(
        name="score_never_deleted",
        table="assessments_score",
        events=("DELETE",),
        when="TRUE",
        message="A score is never deleted.",
        truncate=True,
        unless_erased=_GOING,
    ),
    Trigger(
        name="measurement_added_under_a_signature",
        table="assessments_measurement",
        events=("INSERT",),
        when=f"({_STATUS_OF_NEW} <> 'draft')",
        message="A signed assessment takes no measurement.",
    ),
    Trigger(
        name="measurement_changed_under_a_signature",
        table="assessments_measurement",
        events=("UPDATE",),
        when=f"({_STATUS_OF_NEW} <> 'draft' OR {_STATUS_OF_OLD} <> 'draft')",
        message="A signed measurement stays as it is.",
    ),
    Trigger(
        name="measurement_deleted_under_a_signature",
        table="assessments_measurement",
        events=("DELETE",),
        when=f"({_STATUS_OF_OLD} <> 'draft')",
        message="A signed measurement is never deleted.",
        truncate=True,
        unless_erased=_GOING,
    ),
    Trigger(
        name="assessment_frozen_by_signature",
        table="assessments_assessment",
        events=("UPDATE",),
        when=(
            f"(OLD.status <> 'draft' AND (OLD.status = 'voided' OR NEW.status = 'draft'"
            f" OR (OLD.status = 'amended' AND NEW.status = 'signed') OR {_differs(*_FROZEN)}))"
        ),
        message="A signed assessment is frozen.",
    ),
    Trigger(
        name="assessment_in_force_by_a_signature",
        table="assessments_assessment",
        events=("UPDATE",),
        when=(
            f"(NEW.status <> 'draft' AND ({_differs('status', 'revision')}) AND NOT {_IS_SIGNED})"
        ),
        message="What changes a signed assessment is signed.",
    ),
    Trigger(
        name="signature_append_only",
        table="assessments_signature",
        events=("UPDATE", "DELETE"),
        when="TRUE",
        message="A signature stays as it was given.",
        truncate=True,
        unless_erased=_GOING,
    ),
    Trigger(
        name="assessment_amended_has_an_amendment",
        table="assessments_assessment",
        events=("UPDATE",),
        when=(
            "(NEW.status = 'amended' AND NOT EXISTS"
            " (SELECT 1 FROM assessments_amendment WHERE assessment_id = NEW.id))"
        ),
        message="An amended assessment has an amendment.",
    ),
    Trigger(
        name="assessment_signed_never_deleted",
        table="assessments_assessment",
        events=("DELETE",),
        when="OLD.status <> 'draft'",
        message="A signed assessment is never deleted.",
        unless_erased=_going("OLD.id"),
    ),
    Trigger(
        name="assessment_fits_its_patient",
        table="assessments_assessment",
        events=("INSERT", "UPDATE"),
        when=(
            "EXISTS (SELECT 1 FROM patients_patient patient WHERE patient.id = NEW.patient_id"
            " AND (patient.clinic_id <> NEW.clinic_id OR NEW.tested_at < patient.birth_date))"
        ),
        message="An assessment is of the clinic of its patient, and after birth.",
    ),
    Trigger(
        name="blind_pair_of_two_testers_and_one_test",
        table="assessments_blindpair",
        events=("INSERT", "UPDATE"),
        when=f"(NEW.ended_at IS NULL AND NOT {_ONE_PAIR})",
        message="A blind pair is one test of one day by two people.",
    ),
    Trigger(
        name="blind_pair_never_deleted",
        table="assessments_blindpair",
        events=("DELETE",),
        when="TRUE",
        message="A blind pair is ended, never deleted.",
        truncate=True,
        unless_erased=f"({_going('OLD.first_id')} OR {_going('OLD.second_id')})",
    ),
    Trigger(
        name="blind_pair_stays_one_test",
        table="assessments_assessment",
        events=("UPDATE",),
        when=(
            f"((({_differs('tested_at')}) AND {_LEAVES_THE_DAY})"
            f" OR (({_differs(*_WHO_AND_WHAT)}) AND {_IS_OF_A_PAIR}))"
        ),
        message="The two tests of a blind pair stay one test of one day.",
    ),
    Trigger(
        name="birth_not_after_an_assessment",
        table="patients_patient",
        events=("UPDATE",),
        when=(
            "EXISTS (SELECT 1 FROM assessments_assessment assessment"
            " WHERE assessment.patient_id = NEW.id AND assessment.tested_at < NEW.birth_date)"
        ),
        message="A patient was not assessed before birth.",
    ),
    *(
        Trigger(
            name=f"{table}_append_only",
            table=f"assessments_{table}",
            events=("UPDATE", "DELETE"),
            when="TRUE",
            message="What was amended stays as it was told.",
            truncate=True,
            unless_erased=unless_erased,
        )
        for table, unless_erased in (
            ("amendment", _GOING),
            ("scorechange", _CHANGE_GOES),
        )
    ),
    Trigger(
        name="letter_of_a_record_as_it_stands",
        table="assessments_letter",
        events=("INSERT",),
        when=(
            "NOT EXISTS (SELECT 1 FROM assessments_assessment record"
            " WHERE record.id = NEW.assessment_id AND record.revision = NEW.revision"
            " AND record.status IN ('signed', 'amended'))"
        ),
        message="A letter tells of a signed assessment as it stands.",
    ),
    Trigger(
        name="letter_compares_visits_of_one_patient",
        table="assessments_letter",
        events=("INSERT",),
        when=(
            "(NEW.compared_with_id IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM assessments_assessment record"
            " JOIN assessments_assessment other ON other.patient_id = record.patient_id"
            " WHERE record.id = NEW.assessment_id AND other.id = NEW.compared_with_id"
            " AND other.revision = NEW.compared_revision"
            " AND other.status IN ('signed', 'amended')))"
        ),
        message="A letter compares two visits of one patient as they stand.",
    ),
    Trigger(
        name="letter_append_only",
        table="assessments_letter",
        events=("UPDATE", "DELETE"),
        when="TRUE",
        message="A letter stays as it was sent.",
        truncate=True,
        unless_erased=f"({_GOING} OR {_going('OLD.compared_with_id')})",
    ),
    Trigger(
        name="weakness_append_only",
        table="assessments_weakness",
        events=("UPDATE", "DELETE"),
        when="TRUE",
        message="A judgement of weakness is never edited: a newer one stands in its place.",
        truncate=True,
        unless_erased=erasing("OLD.patient_id"),
    ),
)
