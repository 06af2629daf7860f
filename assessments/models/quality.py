"""What deserves a second look in a record in force. Derived from its scores in the transaction
that changes them (`assessments/quality/marks`), so that a board counts marks and reads no scores.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic

from .assessment import Assessment


class QualityMarkKind(models.TextChoices):
    UNDER_HALF = "under_half", _("under half tested")
    ONE_GRADE = "one_grade", _("same grade everywhere")


class QualityMark(models.Model):
    pk = models.CompositePrimaryKey("assessment_id", "kind")
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="quality_marks", db_index=False
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=12, choices=QualityMarkKind)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=QualityMarkKind.values), name="quality_mark_known_kind"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["clinic", "kind"], name="quality_mark_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id}: {self.get_kind_display()}"
