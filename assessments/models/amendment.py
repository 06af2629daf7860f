"""Changes of a signed record: why, by whom, and each value before and after."""

import uuid
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils import timezone

from mmt.accounts.models import User

from .assessment import Assessment


class Amendment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="amendments")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=300)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(reason=""), name="amendment_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {self.reason}"

    @property
    def local_at(self) -> datetime:
        """When, on the wall clock of the place where the record was made."""
        return self.at.astimezone(ZoneInfo(self.assessment.time_zone))


class ScoreChange(models.Model):
    """One value of an amendment. `before` or `after` is null where the cell was or is blank.

    Both hold {"status", "level", "reason", "limiters", "position", "note"}.
    """

    pk = models.CompositePrimaryKey("amendment_id", "movement", "side")
    amendment = models.ForeignKey(
        Amendment, on_delete=models.PROTECT, related_name="changes", db_index=False
    )
    movement = models.CharField(max_length=40)
    side = models.CharField(max_length=8)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"{self.movement} {self.side}"
