"""From rows to what the API gives."""

from collections.abc import Iterable
from typing import Any, Literal
from uuid import UUID

from mmt.accounts.models import User
from patients.models import Patient

from .. import instrument
from ..entry.content import cell_key
from ..entry.forms import CONTEXT_FIELDS
from ..history import Cell, Result
from ..models import Assessment, Draft, Progress, Signature
from ..signing import signature_of
from .schemas import (
    AssessmentOut,
    CellOut,
    DraftOut,
    DraftScore,
    GradeAt,
    PatientOut,
    PatientRow,
    Person,
    ProgressOut,
    RecordOut,
    ScoreOut,
    SignatureOut,
)

SAID = ("text", "reason", "limiters", "position", "note")


def patient_row(patient: Patient) -> PatientRow:
    return PatientRow(**_who(patient))


def _who(patient: Patient) -> dict[str, Any]:
    return {
        "id": patient.pk,
        "clinic": patient.clinic.slug,
        "record_number": patient.record_number,
        "family_name": patient.family_name,
        "given_names": patient.given_names,
        "birth_date": patient.birth_date,
        "last_seen": patient.last_seen,
        "archived_at": patient.archived_at,
    }


def patient_out(patient: Patient) -> PatientOut:
    return PatientOut(
        **_who(patient),
        sex=patient.sex,
        ms_course=patient.ms_course or None,
        course_since=patient.course_since,
        onset=patient.onset,
        dominant_side=patient.dominant_side or None,
        weaker_side=patient.weaker_side or None,
        registered_at=patient.registered_at,
    )


def person(user: User) -> Person:
    return Person(id=user.pk, name=user.name)


def _head(assessment: Assessment) -> dict[str, Any]:
    return {
        "id": assessment.pk,
        "patient": assessment.patient_id,
        "clinic": assessment.clinic.slug,
        "status": assessment.status,
        "apart": assessment.apart,
        "tested_at": assessment.local_tested_at,
        "time_zone": assessment.time_zone,
        "battery": assessment.battery,
        "battery_version": assessment.battery_version,
        "profile": assessment.profile,
        "tester": person(assessment.tester),
        "entered_by": person(assessment.entered_by),
        "entered_at": assessment.entered_at,
        "signed_by": person(assessment.signed_by) if assessment.signed_by else None,
        "signed_at": assessment.signed_at,
        "voided_at": assessment.voided_at,
        "void_reason": assessment.void_reason,
        "revision": assessment.revision,
    }


def _signature(signature: Signature) -> SignatureOut:
    said = {name: getattr(signature, name) for name in ("meaning", "name", "at")}
    return SignatureOut(**said, sha256=signature.hash)


def assessment_out(assessment: Assessment) -> AssessmentOut:
    return AssessmentOut(**_head(assessment))


def record_out(assessment: Assessment, results: dict[Cell, Result]) -> RecordOut:
    """The record with its results in the order of the instrument. A draft's are not among them."""
    in_order = [cell for cell in instrument.cells(instrument.MOVEMENTS) if cell in results]
    around = {name: getattr(assessment, name) for name in CONTEXT_FIELDS}
    signature, whole = (None, None) if assessment.is_draft else signature_of(assessment)
    return RecordOut(
        **_head(assessment),
        signature=_signature(signature) if signature else None,
        as_signed=whole,
        context={name: value for name, value in around.items() if value not in (None, "")},
        scores=[_score(cell, results[cell], assessment.profile) for cell in in_order],
        blank=_cells(cell for cell in assessment.cells if cell not in results),
    )


def _score(cell: Cell, result: Result, profile: str) -> ScoreOut:
    return ScoreOut(
        movement=cell[0],
        side=cell[1],
        status=result.status,
        grade=None if result.level is None else instrument.code(result.level, profile),
        level=result.level,
        reason=result.reason,
        limiters=list(result.limiters),
        position=result.position,
        note=result.note,
        amended=result.amended,
    )


def _cells(cells: Iterable[Cell]) -> list[CellOut]:
    return [CellOut(movement=movement, side=side) for movement, side in cells]


def progress_out(row: Progress, *, flags: bool) -> ProgressOut:
    return ProgressOut(
        movement=row.movement,
        side=row.side,
        baseline=_grade_at(row, "baseline"),
        previous=None if row.previous_level is None else _grade_at(row, "previous"),
        latest=_grade_at(row, "latest"),
        direction=_direction(row.since_baseline),
        flag=row.flag if flags else None,
        confirmed=row.confirmed and flags,
    )


def _direction(way: int) -> Literal["weaker", "same", "stronger"]:
    if way == 0:
        return "same"
    return "weaker" if way < 0 else "stronger"


def _grade_at(row: Progress, which: str) -> GradeAt:
    level: int = getattr(row, f"{which}_level")
    assessment: UUID = getattr(row, f"{which}_assessment_id")
    tester: UUID = getattr(row, f"{which}_tester_id")
    return GradeAt(
        grade=instrument.MRC_CODES[level],
        level=level,
        at=getattr(row, f"{which}_at").astimezone(row.clinic.zone),
        assessment=assessment,
        tester=tester,
    )


def draft_out(assessment: Assessment, draft: Draft) -> DraftOut:
    """What was typed so far, as typed: a draft may hold what cannot be signed."""
    typed = {
        cell: value
        for cell in assessment.cells
        if (value := draft.cells.get(cell_key(cell))) and value.get("text", "").strip()
    }
    return DraftOut(
        assessment=assessment.pk,
        patient=assessment.patient_id,
        revision=draft.revision,
        saved_at=draft.saved_at.astimezone(assessment.clinic.zone),
        saved_by=person(draft.saved_by),
        scores=[
            DraftScore(movement=cell[0], side=cell[1], **{name: value[name] for name in SAID})
            for cell, value in typed.items()
        ],
        blank=_cells(cell for cell in assessment.cells if cell not in typed),
    )
