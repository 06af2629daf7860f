"""The read model of change: per patient, movement and side the first, the last but one and the
last grade. Derived from the scores in the transaction that changes them (`assessments/progress`).
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from mmt.accounts.models import Clinic
from patients.models import Patient

from ..change.rule import CONFIRMABLE, Flag

# What a question asks of the latest grade. Indexes hold all that it asks, so that it is answered
# from them alone.
ASKED = ("latest_level", "latest_at", "latest_tester_id", "flag", "confirmed")
SINCE_BASELINE = ("since_baseline", "baseline_level")
SINCE_PREVIOUS = ("since_previous", "previous_level")


def moved(before: str, direction: str = "either") -> Q:
    """Return whether a grade fell, rose or either, in the words of the indexes: SQLite uses one
    of a part of the rows for no others.
    """
    fell, rose = Q(**{f"since_{before}__lt": 0}), Q(**{f"since_{before}__gt": 0})
    return {"fell": fell, "rose": rose, "either": fell | rose}[direction]


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
            models.Index(
                fields=[
                    *("clinic", "movement", "patient", "side"),
                    *SINCE_BASELINE,
                    *SINCE_PREVIOUS,
                    *ASKED,
                ],
                name="progress_by_movement",
            ),
            models.Index(
                fields=["clinic", "patient", "side", *SINCE_BASELINE, *ASKED],
                condition=moved("baseline"),
                name="progress_since_baseline",
            ),
            models.Index(
                fields=["clinic", "patient", "side", *SINCE_PREVIOUS, *ASKED],
                condition=moved("previous"),
                name="progress_since_previous",
            ),
            # What is asked most, who fell since baseline, is counted from as little as can be: how
            # far, across 3, confirmed by repeat or flagged.
            models.Index(
                fields=["clinic", "patient", *SINCE_BASELINE, "latest_level", "flag", "confirmed"],
                condition=moved("baseline", "fell"),
                name="progress_fell_since_baseline",
            ),
            models.Index(
                fields=["latest_assessment_id", "clinic", "patient", "flag"],
                condition=moved("baseline"),
                name="progress_by_latest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.movement} {self.side}"
