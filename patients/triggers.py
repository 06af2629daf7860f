"""What the database itself refuses about functional tests. See `mmt.triggers`."""

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
    ),
)
