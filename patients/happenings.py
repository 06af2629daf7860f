"""Events, interventions, referrals and the care team: entered, edited, marked as in error.

A relapse changes which changes count as confirmed: `assessments.happenings` calls these and judges
anew in the same transaction.
"""

from typing import Any, NamedTuple, TypeVar

from django.db import transaction
from django.utils import timezone

from mmt.accounts.models import User
from mmt.audit.log import record
from mmt.audit.models import Action

from .models import CareContact, Event, Intervention, Referral

Happened = TypeVar("Happened", Event, Intervention, Referral, CareContact)
AnyHappened = Event | Intervention | Referral | CareContact


class Told(NamedTuple):
    """How the audit log calls what is done to a row, and what it keeps of it as text."""

    added: Action
    edited: Action
    voided: Action
    fields: tuple[str, ...]


TOLD: dict[type, Told] = {
    Event: Told(
        Action.EVENT_ADDED,
        Action.EVENT_EDITED,
        Action.EVENT_VOIDED,
        ("kind", "started", "ended", "note"),
    ),
    Intervention: Told(
        Action.INTERVENTION_ADDED,
        Action.INTERVENTION_EDITED,
        Action.INTERVENTION_VOIDED,
        ("kind", "name", "dose", "started", "ended"),
    ),
    Referral: Told(
        Action.REFERRAL_ADDED,
        Action.REFERRAL_EDITED,
        Action.REFERRAL_VOIDED,
        ("kind", "reason", "status", "started", "ended"),
    ),
    CareContact: Told(
        Action.CARE_CONTACT_ADDED,
        Action.CARE_CONTACT_EDITED,
        Action.CARE_CONTACT_VOIDED,
        ("profession", "name", "address", "started", "ended"),
    ),
}


class ChangedMeanwhile(Exception):
    """Somebody changed the row since the page was opened; `stands` is what it is now."""

    def __init__(self, stands: AnyHappened) -> None:
        super().__init__(str(stands.pk))
        self.stands = stands


@transaction.atomic
def add_happening(row: Happened, *, by: User) -> Happened:
    row.entered_by = by
    row.save(force_insert=True)
    _record(TOLD[type(row)].added, row, {"after": as_text(row)}, by=by)
    return row


@transaction.atomic
def edit_happening(row: Happened, *, seen: dict[str, str], by: User) -> Happened:
    """Save a row that was `seen` so; an edit that changes nothing tells nothing.

    Raises ChangedMeanwhile where it is no longer as it was seen.
    """
    stands = _lock(row)
    before, after = as_text(stands), as_text(row)
    if before != seen or stands.voided_at is not None:
        raise ChangedMeanwhile(stands)
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        row.save(update_fields=changed)
        detail = {
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        }
        _record(TOLD[type(row)].edited, row, detail, by=by)
    return row


@transaction.atomic
def void_happening(row: Happened, *, reason: str, by: User) -> Happened:
    """Mark a row as entered in error: it stays readable and counts no more.

    Who marked it first stays: a second click changes nothing.
    """
    stands = _lock(row)
    if stands.voided_at is not None:
        return stands
    stands.voided_by, stands.voided_at, stands.void_reason = by, timezone.now(), reason
    stands.save(update_fields=["voided_by", "voided_at", "void_reason"])
    _record(TOLD[type(row)].voided, row, {"reason": reason}, by=by)
    return stands


def as_text(row: AnyHappened) -> dict[str, str]:
    """Return what was entered, as the audit log keeps it."""
    return {name: str(getattr(row, name) or "") for name in TOLD[type(row)].fields}


def _lock(row: Happened) -> Happened:
    found: Happened = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    return found


def _record(action: Action, row: AnyHappened, detail: dict[str, Any], *, by: User) -> None:
    patient = row.patient
    record(
        action,
        by=by,
        clinic_id=patient.clinic_id,
        patient_id=patient.pk,
        target=row.pk,
        detail=detail,
    )
