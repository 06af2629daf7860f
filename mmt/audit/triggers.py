"""What the database itself refuses about the log. See `mmt.triggers`."""

from mmt.triggers import Trigger

# What an event tells for good. Its words alone may go, with the patient they are about.
_STAYS = (
    "id",
    "chain",
    "sequence",
    "at",
    "actor_id",
    "actor",
    "action",
    "outcome",
    "patient_id",
    "target",
    "request_id",
    "address",
    "previous_hash",
    "hash",
)
_DIFFERS = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _STAYS)
_IS_ERASED = (
    "EXISTS (SELECT 1 FROM audit_auditevent told WHERE told.patient_id = OLD.patient_id"
    " AND told.chain = OLD.chain AND told.action = 'patient_erased' AND told.outcome = 'done')"
)

TRIGGERS = (
    Trigger(
        name="audit_append_only",
        table="audit_auditevent",
        events=("DELETE",),
        when="TRUE",
        message="The audit log is append-only.",
        truncate=True,
    ),
    Trigger(
        name="audit_exported_append_only",
        table="audit_exported",
        events=("UPDATE", "DELETE"),
        when="TRUE",
        message="What an event tells of is append-only.",
        truncate=True,
    ),
    Trigger(
        name="audit_only_words_of_the_erased_go",
        table="audit_auditevent",
        events=("UPDATE",),
        when=(
            f"({_DIFFERS} OR OLD.salt = '' OR NEW.salt <> '' OR NEW.detail <> '{{}}'"
            f" OR LENGTH(NEW.erased_hash) <> 64 OR NOT {_IS_ERASED})"
        ),
        message="The audit log is append-only, but for the words about an erased patient.",
    ),
)
