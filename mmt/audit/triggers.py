from mmt.triggers import Trigger

TRIGGERS = (
    Trigger(
        name="audit_append_only",
        table="audit_auditevent",
        events=("UPDATE", "DELETE"),
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
)
