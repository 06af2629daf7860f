"""What happened to a patient, made by hand."""

from datetime import date
from typing import Any

from mmt.accounts.models import User
from patients.cards import Kind
from patients.models import Patient

DAY = date(2024, 5, 2)
KNOWN: dict[str, dict[str, Any]] = {
    "event": {"kind": "relapse", "started": DAY, "note": "left leg"},
    "intervention": {"kind": "device", "name": "cane", "dose": "outdoors", "started": DAY},
    "referral": {"kind": "neurologist", "reason": "foot drop", "status": "sent", "started": DAY},
    "care_contact": {"profession": "gp", "name": "Dr Ash", "address": "Mill Lane 1"},
}


def make(of: Kind, patient: Patient, by: User, /, **fields: Any) -> Any:
    return of.model._default_manager.create(
        patient=patient, entered_by=by, **KNOWN[of.name] | fields
    )


def typed(of: Kind, /, **fields: Any) -> dict[str, Any]:
    """What a form of the kind sends, its hidden fields left out."""
    return {name: str(value) for name, value in (KNOWN[of.name] | fields).items()}
