"""Two tests of one patient on one day, by two testers who do not see each other's scores."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from mmt.accounts.models import User

from .assessment import Assessment


class BlindPair(models.Model):
    """Open until both records are signed; then complete. Ended, it counts for nothing any more.

    The first test is the visit; the second is kept to see how far testers agree. `day_begins` and
    `day_ends` are the midnights around the day of both at the clinic. A trigger holds the two
    records to one patient, day, battery and scale, and to people who have no part in the other
    (`assessments/triggers.py`).
    """

    second = models.OneToOneField(
        Assessment, on_delete=models.PROTECT, primary_key=True, related_name="blind_pair"
    )
    first = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="pairs_begun")
    day_begins = models.DateTimeField()
    day_ends = models.DateTimeField()
    opened_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(first=F("second")) & Q(day_begins__lt=F("day_ends")),
                name="blind_pair_of_two_records_in_a_day",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | Q(Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason="")),
                name="blind_pair_ended_has_who_when_and_why",
            ),
            models.UniqueConstraint(
                fields=["first"],
                condition=Q(ended_at__isnull=True),
                name="blind_pair_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"

    @property
    def is_open(self) -> bool:
        return self.completed_at is None and self.ended_at is None

    @property
    def is_complete(self) -> bool:
        return self.completed_at is not None and self.ended_at is None
