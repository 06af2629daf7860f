"""Writing to the audit log."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from mmt import trace
from mmt.kept import Kept

from .models import Action, AuditEvent, Chain, Exported, Outcome, Refusal, Viewing

HOUSE = "house"
AT_ONCE = 2_000
# What is done to a record by signing it; the event tells the signature's hash.
SIGNING = (
    Action.ASSESSMENT_SIGNED,
    Action.ASSESSMENT_AMENDED,
    Action.ASSESSMENT_VOIDED,
    Action.ASSESSMENT_MOVED,
    Action.ASSESSMENT_IMPORTED,
)


class Actor(Protocol):
    @property
    def pk(self) -> Any: ...

    @property
    def email(self) -> str: ...


def record(
    action: Action,
    *,
    by: Actor | None,
    clinic_id: UUID | str | None = None,
    patient_id: UUID | None = None,
    target: object = "",
    detail: Mapping[str, Any] | None = None,
    outcome: Outcome = Outcome.DONE,
    actor: str = "",
) -> AuditEvent:
    """Append one event, in the caller's transaction: what is told and the telling stand together.

    `by` is None for the system itself; `actor` then names what acted. `detail` must hold JSON
    values only. Raises RuntimeError outside a transaction.
    """
    told = Told(action, patient_id, target, detail)
    [event] = record_many([told], by=by, clinic_id=clinic_id, outcome=outcome, actor=actor)
    return event


class Told(NamedTuple):
    """One of the events of `record_many`."""

    action: Action
    patient_id: UUID | None = None
    target: object = ""
    detail: Mapping[str, Any] | None = None


def record_many(
    told: Iterable[Told],
    *,
    by: Actor | None,
    clinic_id: UUID | str | None = None,
    outcome: Outcome = Outcome.DONE,
    actor: str = "",
) -> list[AuditEvent]:
    """Append events in this order as `record` does one, all in one go."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit event belongs to the transaction of what it tells.")
    if outcome == Outcome.REFUSED:
        trace.refused.set(True)
    head = _lock_chain(str(clinic_id or HOUSE))
    here = trace.current.get()
    now = timezone.now().astimezone(UTC)
    events = []
    for each in told:
        event = AuditEvent(
            chain=head.name,
            sequence=head.sequence + 1,
            at=now,
            actor_id=by.pk if by else None,
            actor=by.email if by else actor[:254],
            action=each.action,
            outcome=outcome,
            patient_id=each.patient_id,
            target=str(each.target),
            detail=dict(each.detail or {}),
            salt=secrets.token_hex(16) if each.patient_id and each.detail else "",
            request_id=here.request_id,
            address=here.address,
            previous_hash=head.hash,
        )
        event.hash = event.computed_hash()
        head.sequence, head.hash = event.sequence, event.hash
        events.append(event)
    AuditEvent.objects.bulk_create(events, batch_size=AT_ONCE)
    head.save(update_fields=["sequence", "hash"])
    return events


def viewings_of(actor: UUID, hour: datetime) -> QuerySet[Viewing]:
    """Return the notes of whom a person saw in an hour."""
    return Viewing.objects.filter(actor_id=actor, hour=hour)


_viewings = Kept(lambda actor, patient, hour: viewings_of(actor, hour).filter(patient_id=patient))


def record_viewing(*, by: Actor, clinic_id: UUID, patient_id: UUID) -> None:
    """Tell that `by` saw the patient, once in an hour."""
    seen = {"actor_id": by.pk, "patient_id": patient_id, "hour": this_hour()}
    if _viewings(*seen.values()):
        return
    with transaction.atomic():
        if _note_viewing(**seen):
            record(Action.PATIENT_VIEWED, by=by, clinic_id=clinic_id, patient_id=patient_id)


_NOTE_VIEWING = """
    INSERT INTO audit_viewing (actor_id, patient_id, hour) VALUES (%s, %s, %s)
    ON CONFLICT DO NOTHING
"""


def _note_viewing(**seen: Any) -> bool:
    """Return whether this is the first note of the hour."""
    fields: list[Any] = [Viewing._meta.get_field(name) for name in seen]
    values = zip(fields, seen.values(), strict=True)
    with connection.cursor() as cursor:
        stored = [field.get_db_prep_save(value, connection) for field, value in values]
        cursor.execute(_NOTE_VIEWING, stored)
        return bool(cursor.rowcount)


def erase_words(*, clinic_id: UUID, patient_id: UUID) -> int:
    """Take the words about a patient out of the log, and return of how many events.

    The database allows it only after PATIENT_ERASED was recorded, in the same transaction; that
    event keeps its words.
    """
    about = AuditEvent.objects.filter(chain=str(clinic_id), patient_id=patient_id)
    events = list(about.exclude(salt="").exclude(action=Action.PATIENT_ERASED))
    for event in events:
        event.erased_hash = event.detail_hash()
        event.detail, event.salt = {}, ""
    AuditEvent.objects.bulk_update(events, ["detail", "salt", "erased_hash"], batch_size=500)
    return len(events)


def told_signatures(records: Iterable[UUID]) -> dict[str, set[str]]:
    """Return, by the record's id as text, the hashes of signatures that events tell of it."""
    told: dict[str, set[str]] = {}
    events = AuditEvent.objects.filter(
        target__in=list(map(str, records)), action__in=SIGNING, outcome=Outcome.DONE
    )
    for target, detail in events.values_list("target", "detail"):
        if said := detail.get("signature"):
            told.setdefault(target, set()).add(said)
    return told


def forget_viewings(patient_id: UUID) -> None:
    """Take the notes of the last hours who saw an erased patient; the events tell it."""
    Viewing.objects.filter(patient_id=patient_id).delete()


def record_refusal(action: Action, *, by: Actor, pattern: str, **event: Any) -> None:
    """Tell that `by` was refused what `pattern` names, once in an hour; `event` as for `record`."""
    trace.refused.set(True)
    seen = {"actor_id": by.pk, "pattern": pattern[:80], "hour": this_hour()}
    if Refusal.objects.filter(**seen).exists():
        return
    with transaction.atomic():
        _refusal, first = Refusal.objects.get_or_create(**seen)
        if first:
            record(action, by=by, outcome=Outcome.REFUSED, **event)


def record_export(patients: Iterable[UUID], *, detail: Mapping[str, Any], **event: Any) -> None:
    """Tell that records of these patients leave, as `record` does, and keep which they were."""
    known = set(patients)
    counted = {"patients": len(known), "patients_sha256": hash_of_patients(known)}
    told = record(Action.EXPORTED, detail={**detail, **counted}, **event)
    rows = [Exported(patient_id=each, event_id=told.pk) for each in known]
    Exported.objects.bulk_create(rows, batch_size=AT_ONCE)


def hash_of_patients(patients: Iterable[UUID]) -> str:
    """Return the hash over a set of patients that the event of an export carries."""
    return hashlib.sha256(b"".join(sorted(each.bytes for each in patients))).hexdigest()


def this_hour() -> datetime:
    """Return when the hour began for which a viewing is told once."""
    return timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)


_locked_chain = Kept(lambda name: Chain.objects.select_for_update().filter(name=name))


def _lock_chain(name: str) -> Chain:
    """Return the chain's head, held until the transaction ends, so that links never fork."""
    if locked := _locked_chain(name):
        return locked[0]
    Chain.objects.get_or_create(name=name)
    return Chain.objects.select_for_update().get(name=name)
