"""Taking an import out again: one transaction, whole or not at all."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from mmt.accounts.models import User
from mmt.audit.log import Told, record_many
from mmt.audit.models import Action
from patients.actions import archive_patient
from patients.models import Patient

from ... import progress
from ...models import (
    Assessment,
    AssessmentStatus,
    BlindPair,
    Import,
    ImportedVisit,
    ImportStatus,
    Meaning,
    StagedTable,
)
from ...quality import marks
from ...signing import sign_each
from .actions import Refused


@transaction.atomic
def undo(found: Import, *, reason: str, by: User) -> Import:
    """Void every record of an import; patients it registered who have nothing else are archived.

    Raises Refused("built upon") if one of its records was amended, voided or moved, or somebody
    signed another record of one of its patients since. Undone twice, it is undone once.
    """
    locked = (
        Import.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=found.pk)
    )
    if locked.status != ImportStatus.IMPORTED:
        return locked
    records = Assessment.objects.filter(imported__batch=locked)
    patients = list(Patient.objects.filter(pk__in=records.values("patient")).order_by("pk"))
    progress.lock(*patients)
    if is_built_upon(locked):
        raise Refused("built upon")
    now = timezone.now()
    told = _void(locked, reason=reason, by=by, at=now)
    progress.refresh_many(locked.clinic, patients)
    for patient in _left_with_nothing(locked):
        archive_patient(patient, by=by)
    locked.status, locked.undone_by, locked.undone_at = ImportStatus.UNDONE, by, now
    locked.undo_reason = reason
    locked.save(update_fields=["status", "undone_by", "undone_at", "undo_reason"])
    StagedTable.objects.filter(batch=locked).delete()
    undone = {"reason": reason, "visits": len(told)}
    record_many(
        [*told, Told(Action.IMPORT_UNDONE, None, locked.pk, undone)],
        by=by,
        clinic_id=locked.clinic_id,
    )
    return locked


def _void(found: Import, *, reason: str, by: User, at: datetime) -> list[Told]:
    """Void the records of the import; return what the log is to be told of each."""
    records = Assessment.objects.filter(imported__batch=found)
    ImportedVisit.objects.filter(batch=found).update(standing=False)
    marks.forget(records)
    signatures = sign_each(((record, by, at) for record in records), Meaning.VOIDED)
    records.update(
        status=AssessmentStatus.VOIDED,
        voided_by=by,
        voided_at=at,
        void_reason=reason,
        revision=F("revision") + 1,
    )
    detail = {"reason": reason, "import": str(found.pk)}
    patients = dict(records.values_list("pk", "patient_id"))
    return [
        Told(
            Action.ASSESSMENT_VOIDED,
            patients[each.assessment_id],
            each.assessment_id,
            detail | {"signature": each.hash},
        )
        for each in signatures
    ]


def is_built_upon(found: Import) -> bool:
    """Whether something rests on the import that undoing it would take away."""
    records = Assessment.objects.filter(imported__batch=found)
    paired = BlindPair.objects.filter(first=OuterRef("pk"), ended_at__isnull=True)
    if records.filter(~Q(status=AssessmentStatus.SIGNED) | Exists(paired)).exists():
        return True
    return (
        Assessment.objects.filter(patient__in=records.values("patient"))
        .in_force()
        .filter(signed_at__gt=found.imported_at)
        .exclude(imported__batch=found)
        .exists()
    )


def _left_with_nothing(found: Import) -> QuerySet[Patient]:
    """Return the patients that the import registered and nobody has recorded anything of since."""
    mine = Patient.objects.filter(imported__batch=found, archived_at__isnull=True)
    others = Assessment.objects.filter(patient=OuterRef("pk")).exclude(imported__batch=found)
    for related in ("events", "interventions", "referrals", "functional_tests"):
        mine = mine.filter(**{f"{related}__isnull": True})
    return mine.exclude(Exists(others))
