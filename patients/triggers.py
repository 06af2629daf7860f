"""What the database itself refuses about functional tests and erasures. See `mmt.triggers`."""

from mmt.triggers import Trigger

# Everything but the mark that a test was entered in error.
_FROZEN = (
    "id",
    "patient_id",
    "kind",
    "tested_on",
    "first",
    "second",
    "not_able",
    "aid",
    "note",
    "tester_id",
    "entered_at",
)
_DIFFERS = " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in _FROZEN)
_ASKED = (
    "id",
    "clinic_id",
    "patient_id",
    "way",
    "ground",
    "asked_by_id",
    "asked_at",
)
_CONFIRMED = ("confirmed_by_id", "confirmed_at", "due_at")
_ENDED = ("withdrawn_by_id", "withdrawn_at", "begun_at", "erased_at")


def _differs(*names: str) -> str:
    return " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in names)


UNDER_WAY = "erasure.begun_at IS NOT NULL AND erasure.erased_at IS NULL"


def erasing(patient: str) -> str:
    """Return the condition that the patient of this id is being erased, in this transaction."""
    return (
        "EXISTS (SELECT 1 FROM patients_erasure erasure"  # noqa: S608  (names of ours alone)
        f" WHERE erasure.patient_id = {patient} AND {UNDER_WAY})"
    )


TRIGGERS = (
    Trigger(
        name="functional_test_frozen",
        table="patients_functionaltest",
        events=("UPDATE",),
        when=f"(OLD.voided_at IS NOT NULL OR {_DIFFERS})",
        message="A functional test is never edited.",
    ),
    Trigger(
        name="functional_test_never_deleted",
        table="patients_functionaltest",
        events=("DELETE",),
        when="TRUE",
        message="A functional test is never deleted.",
        truncate=True,
        unless_erased=erasing("OLD.patient_id"),
    ),
    Trigger(
        name="erasure_begins_as_asked",
        table="patients_erasure",
        events=("INSERT",),
        when=(
            "(NEW.begun_at IS NOT NULL OR NEW.erased_at IS NOT NULL"
            " OR NEW.confirmed_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL)"
        ),
        message="An erasure is asked for before it is anything else.",
    ),
    Trigger(
        name="erasure_stays_as_asked",
        table="patients_erasure",
        events=("UPDATE",),
        when=(
            f"(OLD.erased_at IS NOT NULL OR {_differs(*_ASKED)}"
            f" OR (OLD.due_at IS NOT NULL AND ({_differs(*_CONFIRMED)}))"
            f" OR (OLD.withdrawn_at IS NOT NULL AND ({_differs(*_CONFIRMED, *_ENDED)}))"
            f" OR (OLD.begun_at IS NOT NULL AND {_differs('begun_at')})"
            f" OR ({_differs('reason')}"
            f" AND (NEW.reason <> '' OR NOT {erasing('OLD.patient_id')})))"
        ),
        message="What was asked, confirmed, withdrawn or done of an erasure stays.",
    ),
    Trigger(
        name="erasure_of_an_archived_patient",
        table="patients_erasure",
        events=("UPDATE",),
        when=(
            "(NEW.begun_at IS NOT NULL AND OLD.begun_at IS NULL AND NEW.way <> 'again'"
            " AND NOT EXISTS (SELECT 1 FROM patients_patient patient"
            " WHERE patient.id = NEW.patient_id AND patient.clinic_id = NEW.clinic_id"
            " AND patient.archived_at IS NOT NULL))"
        ),
        message="Only an archived patient is erased.",
    ),
    Trigger(
        name="erasure_never_deleted",
        table="patients_erasure",
        events=("DELETE",),
        when="TRUE",
        message="That somebody was erased is never deleted.",
        truncate=True,
    ),
)
