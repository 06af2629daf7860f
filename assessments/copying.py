"""A signed record anew, on another patient: what was told, measured and amended goes along."""

from datetime import datetime
from uuid import UUID

from mmt.accounts.models import User
from patients.models import Patient

from .models import Amendment, Assessment, Meaning, Measurement, Score, ScoreChange
from .signing import sign


def copy_record(assessment: Assessment, patient: Patient, *, by: User, at: datetime) -> Assessment:
    """Return the record filed anew: same scores, measurements, tester, signer, amendments."""
    fields = {
        field.attname: getattr(assessment, field.attname)
        for field in Assessment._meta.concrete_fields
        if field.name not in {"id", "patient", "status", "revision", "apart", "moved_from"}
    }
    signature = {name: fields.pop(name) for name in ("signed_by_id", "signed_at")}
    copy = Assessment.objects.create(patient=patient, moved_from=assessment, **fields)
    amended = _copy_amendments(assessment, copy)
    scores = list(assessment.scores.all())
    for score in scores:
        score.assessment, score.amendment = copy, amended.get(score.amendment_id)
    Score.objects.bulk_create(scores)
    measurements = list(assessment.measurements.all())
    for measurement in measurements:
        measurement.assessment = copy
    Measurement.objects.bulk_create(measurements)
    sign(copy, Meaning.MOVED, by=by, at=at)
    for name, value in signature.items():
        setattr(copy, name, value)
    copy.status, copy.revision = assessment.status, 1
    copy.save(update_fields=["status", "revision", *signature])
    return copy


def _copy_amendments(assessment: Assessment, copy: Assessment) -> dict[UUID | None, Amendment]:
    """Tell on the copy what was amended, by whom and why. Returns the new by the id of the old."""
    told: dict[UUID | None, Amendment] = {}
    for old in assessment.amendments.prefetch_related("changes"):
        new = Amendment.objects.create(
            assessment=copy, by_id=old.by_id, at=old.at, reason=old.reason
        )
        ScoreChange.objects.bulk_create(
            [
                ScoreChange(
                    amendment=new,
                    movement=change.movement,
                    side=change.side,
                    before=change.before,
                    after=change.after,
                )
                for change in old.changes.all()
            ]
        )
        told[old.pk] = new
    return told
