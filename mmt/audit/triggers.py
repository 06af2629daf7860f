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
)
