"""The rows of every table about one patient, as JSON values.

A blind test that is under way is left out until both have signed. Who had access is a list of its
own (`assessments/auditing`).
"""

import base64
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models

from mmt.accounts.models import User
from patients.models import (
    CareContact,
    EmergencyAccess,
    Erasure,
    Event,
    FunctionalTest,
    Intervention,
    Patient,
    Referral,
    SearchTerm,
)

from .. import instrument
from ..models import (
    Amendment,
    Apart,
    Assessment,
    BlindPair,
    Draft,
    ImportedPatient,
    ImportedVisit,
    Letter,
    Measurement,
    Progress,
    QualityMark,
    Score,
    ScoreChange,
    Signature,
    Weakness,
)

Rows = dict[type[models.Model], list[dict[str, Any]]]

OF_THE_PATIENT: tuple[type[models.Model], ...] = (
    Event,
    Intervention,
    CareContact,
    Referral,
    FunctionalTest,
    Weakness,
    Progress,
    ImportedPatient,
    EmergencyAccess,
)
# -> how each reaches its assessment
OF_A_RECORD: Mapping[type[models.Model], str] = {
    Score: "assessment",
    Measurement: "assessment",
    Signature: "assessment",
    Amendment: "assessment",
    ScoreChange: "amendment__assessment",
    Draft: "assessment",
    Letter: "assessment",
    BlindPair: "first",
    QualityMark: "assessment",
    ImportedVisit: "assessment",
}
DERIVED = {SearchTerm}  # the beginnings of what stands in Patient


def held_about(patient: Patient) -> Rows:
    """Return for each table what it has about the patient, also what was voided."""
    records = Assessment.objects.filter(patient=patient).exclude(apart=Apart.SEALED)
    found: dict[type[models.Model], models.QuerySet[Any]] = {
        Patient: Patient.objects.filter(pk=patient.pk),
        Assessment: records.order_by("tested_at", "pk"),
    }
    for model in OF_THE_PATIENT:
        found[model] = model._default_manager.filter(patient=patient).order_by("pk")
    for model, path in OF_A_RECORD.items():
        rows = model._default_manager.filter(**{f"{path}__in": records.values("pk")})
        found[model] = rows.order_by(f"{path}__tested_at", "pk")
    found[Erasure] = Erasure.objects.filter(patient_id=patient.pk).order_by("asked_at")
    found[ScoreChange] = found[ScoreChange].select_related("amendment")
    profiles = dict(records.values_list("pk", "profile"))
    names: dict[UUID, str] = dict(User.objects.values_list("pk", "name"))
    return {model: [_row(each, names, profiles) for each in rows] for model, rows in found.items()}


def _row(
    held: models.Model, names: Mapping[UUID, str], profiles: Mapping[UUID, str]
) -> dict[str, Any]:
    """Return the fields of a row; people by name, a grade as its code beside its level."""
    row: dict[str, Any] = {}
    for field in held._meta.concrete_fields:
        value = field.value_from_object(held)
        row[field.name] = names.get(value, "") if field.related_model is User else _plain(value)
    if isinstance(held, Score) and held.level is not None:
        row["grade"] = instrument.code(held.level, profiles[held.assessment_id])
    if isinstance(held, ScoreChange):
        profile = profiles[held.amendment.assessment_id]
        row |= {name: _graded(row[name], profile) for name in ("before", "after")}
    return row


def _graded(cell: dict[str, Any] | None, profile: str) -> dict[str, Any] | None:
    """Return a value before or after an amendment with its grade beside its level."""
    if cell is None or cell.get("level") is None:
        return cell
    return {**cell, "grade": instrument.code(cell["level"], profile)}


def _plain(value: Any) -> Any:
    match value:
        case UUID() | Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case _:
            return value
