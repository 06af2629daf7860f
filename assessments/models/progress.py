"""The read model of change: per patient, movement and side the first, the last but one and the
last grade. Derived from the scores in the transaction that changes them (`assessments/progress`).
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from mmt.accounts.models import Clinic
from patients.models import Patient

from ..change.rule import CONFIRMABLE, Flag


class Progress(models.Model):
    """Only graded results count; levels are 0-12. `previous_*` is null after a first visit.

    `since_baseline` and `since_previous` are the way from there to the latest grade in thirds of a
    grade, below 0 for weaker; they serve thresholds only. `flag` and `confirmed` judge the latest
    grade against the baseline by the clinic's rule (`assessments.change`).
    """

    pk = models.CompositePrimaryKey("patient_id", "movement", "side")
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, db_index=False)
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="progress", db_index=False
    )
    movement = models.CharField(max_length=40)
    side = models.CharField(max_length=8)
    baseline_level = models.PositiveSmallIntegerField()
    baseline_at = models.DateTimeField()
    baseline_assessment_id = models.UUIDField()
    baseline_tester_id = models.UUIDField()
    previous_level = models.PositiveSmallIntegerField(null=True)
    previous_at = models.DateTimeField(null=True)
    previous_assessment_id = models.UUIDField(null=True)
    previous_tester_id = models.UUIDField(null=True)
    latest_level = models.PositiveSmallIntegerField()
    latest_at = models.DateTimeField()
    latest_assessment_id = models.UUIDField()
    latest_tester_id = models.UUIDField()
    since_baseline = models.SmallIntegerField(default=0)
    since_previous = models.SmallIntegerField(null=True)
    flag = models.CharField(max_length=14, default=Flag.SAME.value)
    confirmed = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(baseline_level__lte=12)
                & Q(latest_level__lte=12)
                & (Q(previous_level__isnull=True) | Q(previous_level__lte=12)),
                name="progress_levels_0_to_12",
            ),
            models.CheckConstraint(
                condition=Q(flag__in=[flag.value for flag in Flag])
                & (Q(confirmed=False) | Q(flag__in=[flag.value for flag in CONFIRMABLE])),
                name="progress_known_flag",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["clinic", "movement", "side"], name="progress_by_movement"),
            models.Index(
                fields=["clinic", "since_baseline"],
                condition=~Q(since_baseline=0),
                name="progress_changed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.movement} {self.side}"
