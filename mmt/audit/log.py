"""Writing to the audit log."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from mmt import trace

from .models import Action, AuditEvent, Chain, Outcome, Viewing

HOUSE = "house"


class Actor(Protocol):
    @property
    def pk(self) -> Any: ...

    @property
    def email(self) -> str: ...


def record(
    action: Action,
    *,
    by: Actor | None,
    clinic_id: UUID | None = None,
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
    if not connection.in_atomic_block:
        raise RuntimeError("An audit event belongs to the transaction of what it tells.")
    head = _lock_chain(str(clinic_id or HOUSE))
    here = trace.current.get()
    event = AuditEvent(
        chain=head.name,
        sequence=head.sequence + 1,
        at=timezone.now().astimezone(UTC),
        actor_id=by.pk if by else None,
        actor=by.email if by else actor[:254],
        action=action,
        outcome=outcome,
        patient_id=patient_id,
        target=str(target),
        detail=dict(detail or {}),
        request_id=here.request_id,
        address=here.address,
        previous_hash=head.hash,
    )
    event.hash = event.computed_hash()
    event.save(force_insert=True)
    head.sequence, head.hash = event.sequence, event.hash
    head.save(update_fields=["sequence", "hash"])
    return event


def record_viewing(*, by: Actor, clinic_id: UUID, patient_id: UUID) -> None:
    """Tell that `by` saw the patient, once in an hour."""
    hour = timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    seen = {"actor_id": by.pk, "patient_id": patient_id, "hour": hour}
    if Viewing.objects.filter(**seen).exists():
        return
    with transaction.atomic():
        _viewing, first = Viewing.objects.get_or_create(**seen)
        if first:
            record(Action.PATIENT_VIEWED, by=by, clinic_id=clinic_id, patient_id=patient_id)


def _lock_chain(name: str) -> Chain:
    """Return the chain's head, held until the transaction ends, so that links never fork."""
    locked = Chain.objects.select_for_update().filter(name=name).first()
    if locked:
        return locked
    Chain.objects.get_or_create(name=name)
    return Chain.objects.select_for_update().get(name=name)
