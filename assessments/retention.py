"""What of the records is kept for a time only. See `mmt.jobs.retention`."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.audit.log import record
from mmt.audit.models import Action
from mmt.jobs.retention import ACTOR, Rule

from .entry.drafts import DISCARDED_KEPT
from .exchange.incoming.staging import KEPT_FOR, forget_old
from .models import Assessment, AssessmentStatus, StagedTable


def _staged() -> "QuerySet[StagedTable]":
    return StagedTable.objects.filter(batch__uploaded_at__lt=timezone.now() - KEPT_FOR)


def _forget(rows: "QuerySet[Any]") -> int:
    count = rows.count()
    forget_old()
    return count


def _discarded() -> "QuerySet[Assessment]":
    """Return the drafts that can no longer be taken back, but for those of a blind pair."""
    return Assessment.objects.filter(
        status=AssessmentStatus.DRAFT,
        draft__discarded_at__lt=timezone.now() - DISCARDED_KEPT,
        blind_pair=None,
        pairs_begun=None,
    )


def _remove_drafts(drafts: "QuerySet[Any]") -> int:
    """Each is told on its patient's log: somebody typed it.

    Clinic by clinic, as everything that tells several (`mmt.accounts.clinics.in_order`).
    """
    found = list(drafts.order_by("clinic_id"))
    for draft in found:
        record(
            Action.RETENTION_APPLIED,
            by=None,
            actor=ACTOR,
            clinic_id=draft.clinic_id,
            patient_id=draft.patient_id,
            target=draft.pk,
            detail={"table": "assessments_draft"},
        )
        draft.measurements.all().delete()
        draft.delete()
    return len(found)


RULES = (
    Rule("staged", _("rows of files not imported"), _staged, _forget, daily=True),
    Rule("drafts", _("discarded drafts"), _discarded, _remove_drafts, daily=False),
)
