"""Writes about signed records: one transaction each, read model and audit event inside it."""

from collections.abc import Mapping
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from mmt.audit.log import record
from mmt.audit.models import Action
from mmt.kept import Kept
from patients.models import Patient

from . import pairing, progress
from .copying import copy_record
from .entry.content import Content
from .entry.drafts import lock_draft
from .history import Cell, Result
from .models import (
    Amendment,
    Assessment,
    AssessmentStatus,
    Meaning,
    Measurement,
    Score,
    ScoreChange,
    Signature,
)
from .models.assessment import IN_FORCE
from .quality import marks
from .signing import sign
from .tables import SCORE, insert, update

# What a draft may change of its record: everything but its way into force.
AS_VALIDATED = tuple(
    field.attname
    for field in Assessment._meta.concrete_fields
    if not field.primary_key
    and field.name not in {"status", "revision", "apart", "signed_by", "signed_at"}
)
IN_FORCE_BY = ("status", "signed_by_id", "signed_at", "revision")
_kept_measured = Kept(lambda pk: Measurement.objects.filter(assessment=pk).values_list("movement"))
_kept_record = Kept(lambda pk: Assessment.objects.filter(pk=pk))


class StaleRevision(ValueError):
    """The record was changed by someone else since the page was opened."""


class NothingToSign(ValueError):
    """Not one movement has a result."""


class NothingChanged(ValueError):
    """An amendment must change something."""


@transaction.atomic
def sign_assessment(
    assessment: Assessment, content: Content, *, by: User, draft_revision: int
) -> Assessment:
    """Write the draft's scores as rows, freeze the record, bring the read model up to date.

    A record of a blind pair waits for the other one before it counts. `assessment` carries the
    context fields as validated. Raises StaleRevision if the draft was saved since
    `draft_revision`, NoLongerADraft if it was signed or discarded, NothingToSign.
    """
    draft = lock_draft(assessment.pk)
    if draft.revision != draft_revision:
        raise StaleRevision(str(assessment.pk))
    if not content.results:
        raise NothingToSign(str(assessment.pk))
    _write_scores(assessment, content)
    draft.delete()
    progress.lock(assessment.patient)  # a blind pair is not opened on a record being signed
    _write_context(assessment)
    signature = _put_in_force(assessment, by=by)
    if not assessment.apart:
        progress.add_visit(assessment, content.levels)
        marks.mark([(assessment, list(content.levels.values()))])
    record(
        Action.ASSESSMENT_SIGNED,
        by=by,
        clinic_id=assessment.clinic_id,
        patient_id=assessment.patient_id,
        target=assessment.pk,
        detail={"tester": str(assessment.tester_id), "signature": signature.hash}
        | _signed_content(assessment, content),
    )
    if assessment.is_sealed:
        pairing.settle(assessment, by=by)
    return assessment


@transaction.atomic
def amend_assessment(
    assessment: Assessment,
    changes: Mapping[Cell, Result],
    *,
    reason: str,
    by: User,
    revision: int,
    key: UUID | None = None,
) -> Amendment:
    """Change or add results of a signed record; before and after stay with the reason.

    The `key` becomes the amendment's id: sent again, it finds the first one. Raises StaleRevision
    if the record changed since `revision`, NothingChanged if `changes` says only what stands.
    """
    locked = _lock(assessment)
    standing = {(row.movement, row.side): row for row in locked.scores.all()}
    real = _real(changes, standing)
    first = Amendment.objects.filter(pk=key).first() if key else None
    if first and not real and (first.assessment_id, first.reason) == (locked.pk, reason):
        return first
    _check_in_force(locked, revision)
    if first:
        raise StaleRevision(str(assessment.pk))
    if not real:
        raise NothingChanged(str(assessment.pk))
    amendment = Amendment.objects.create(id=key or uuid4(), assessment=locked, by=by, reason=reason)
    _write_changes(amendment, standing, real)
    signature = sign(locked, Meaning.AMENDED, by=by, at=amendment.at)
    locked.status = AssessmentStatus.AMENDED
    locked.revision = signature.revision
    locked.save(update_fields=["status", "revision"])
    progress.refresh(locked.patient, real)
    marks.refresh(locked)
    _tell_amended(locked, amendment, cells=len(real), signature=signature.hash)
    return amendment


def _tell_amended(
    assessment: Assessment, amendment: Amendment, *, cells: int, signature: str
) -> None:
    record(
        Action.ASSESSMENT_AMENDED,
        by=amendment.by,
        clinic_id=assessment.clinic_id,
        patient_id=assessment.patient_id,
        target=assessment.pk,
        detail={
            "amendment": str(amendment.pk),
            "cells": cells,
            "reason": amendment.reason,
            "signature": signature,
        },
    )


@transaction.atomic
def void_assessment(assessment: Assessment, *, reason: str, by: User, revision: int) -> Assessment:
    """Take a signed record out of force; it stays readable, with who, when and why."""
    locked = _lock(assessment)
    _check_in_force(locked, revision)
    signature = _void(locked, reason=reason, by=by)
    record(
        Action.ASSESSMENT_VOIDED,
        by=by,
        clinic_id=locked.clinic_id,
        patient_id=locked.patient_id,
        target=locked.pk,
        detail={"reason": reason, "signature": signature.hash},
    )
    return locked


@transaction.atomic
def move_assessment(
    assessment: Assessment, *, to: Patient, reason: str, by: User, revision: int
) -> Assessment:
    """File a record anew on the right patient of the same clinic: a void, and a copy that points
    back to it. Returns the copy. Raises ValueError for a patient of another clinic.

    The reason may name either patient: it stands with the voided record, which goes with each of
    them, and in no event, of which one alone would lose its words.
    """
    progress.lock(assessment.patient, to)  # both at once: always in the same order
    locked = _lock(assessment)
    _check_in_force(locked, revision)
    if to.clinic_id != locked.clinic_id or to.pk == locked.patient_id:
        raise ValueError("A record moves to another patient of its own clinic.")
    pairing.release(locked, reason=_("A record of the pair was filed elsewhere."), by=by)
    copy = copy_record(locked, to, by=by, at=timezone.now())
    signatures = {locked.pk: _void(locked, reason=reason, by=by), copy.pk: copy.signatures.get()}
    progress.refresh(to, [(row.movement, row.side) for row in copy.scores.all()])
    marks.refresh(copy)
    for mine, other in ((locked, copy), (copy, locked)):
        record(
            Action.ASSESSMENT_MOVED,
            by=by,
            clinic_id=mine.clinic_id,
            patient_id=mine.patient_id,
            target=mine.pk,
            detail={"other": str(other.pk), "signature": signatures[mine.pk].hash},
        )
    return copy


def _put_in_force(assessment: Assessment, *, by: User) -> Signature:
    signature = sign(assessment, Meaning.SIGNED, by=by, at=timezone.now())
    assessment.status = AssessmentStatus.SIGNED
    assessment.signed_by, assessment.signed_at = by, signature.at
    assessment.revision = signature.revision
    update(Assessment, IN_FORCE_BY, [attrgetter(*IN_FORCE_BY, "pk")(assessment)])
    return signature


def _write_context(assessment: Assessment) -> None:
    """Write what was validated and differs from what stands; know whether it is kept apart."""
    [stands] = _kept_record(assessment.pk)
    assessment.apart = stands.apart
    differs = [name for name in AS_VALIDATED if getattr(assessment, name) != getattr(stands, name)]
    if differs:
        update(Assessment, differs, [attrgetter(*differs, "pk")(assessment)])


def _write_scores(assessment: Assessment, content: Content) -> None:
    rows = (
        {
            "assessment_id": assessment.pk,
            "movement": cell[0],
            "side": cell[1],
            "entered": content.entered[cell],
            **_columns(result),
        }
        for cell, result in content.results.items()
    )
    insert(Score, SCORE, map(itemgetter(*SCORE), rows))


def _signed_content(assessment: Assessment, content: Content) -> dict[str, int]:
    detail = {"results": len(content.results), "graded": content.graded}
    measurements = len(_kept_measured(assessment.pk))
    return detail | ({"measurements": measurements} if measurements else {})


def _lock(assessment: Assessment) -> Assessment:
    """Hold the patient, then the record, as signing does: neither waits for the other in vain."""
    progress.lock(assessment.patient)
    locked = Assessment.objects.select_for_update(of=("self",)).select_related("patient")
    return locked.get(pk=assessment.pk)


def _check_in_force(locked: Assessment, revision: int) -> None:
    if locked.revision != revision or locked.status not in IN_FORCE:
        raise StaleRevision(str(locked.pk))


def _void(assessment: Assessment, *, reason: str, by: User) -> Signature:
    pairing.release(assessment, reason=reason, by=by)
    now = timezone.now()
    signature = sign(assessment, Meaning.VOIDED, by=by, at=now)
    assessment.status = AssessmentStatus.VOIDED
    assessment.voided_by, assessment.voided_at = by, now
    assessment.void_reason = reason
    assessment.revision = signature.revision
    assessment.save(update_fields=["status", "voided_by", "voided_at", "void_reason", "revision"])
    cells = assessment.scores.values_list("movement", "side")
    progress.refresh(assessment.patient, list(cells))
    marks.refresh(assessment)
    return signature


def _real(changes: Mapping[Cell, Result], standing: Mapping[Cell, Score]) -> dict[Cell, Result]:
    """Return the changes that say something else than what stands."""
    return {
        cell: result
        for cell, result in changes.items()
        if cell not in standing or _columns(result) != _columns(result_of(standing[cell]))
    }


def _write_changes(
    amendment: Amendment, standing: Mapping[Cell, Score], changes: Mapping[Cell, Result]
) -> None:
    ScoreChange.objects.bulk_create(
        [
            ScoreChange(
                amendment=amendment,
                movement=movement,
                side=side,
                before=_told(result_of(standing[movement, side]))
                if (movement, side) in standing
                else None,
                after=_told(result),
            )
            for (movement, side), result in changes.items()
        ]
    )
    for (movement, side), result in changes.items():
        row = standing.get((movement, side))
        if row is None:
            row = Score(assessment=amendment.assessment, movement=movement, side=side)
        for name, value in _columns(result).items():
            setattr(row, name, value)
        row.amendment = amendment
        row.save(force_insert=(movement, side) not in standing)


def _columns(result: Result) -> dict[str, Any]:
    return {
        "status": result.status,
        "level": result.level,
        "reason": result.reason,
        "limiters": " ".join(result.limiters),
        "position": result.position,
        "note": result.note,
        "confirmed": " ".join(result.confirmed),
    }


def _told(result: Result) -> dict[str, Any]:
    lists = {"limiters": list(result.limiters), "confirmed": list(result.confirmed)}
    return {**_columns(result), **lists}


def result_of(row: Score) -> Result:
    return Result(
        row.status,
        row.level,
        row.reason,
        tuple(row.limiters.split()),
        row.position,
        row.note,
        confirmed=tuple(row.confirmed.split()),
    )
