"""Work in progress: one row, updated in place, holding whatever was typed."""

from datetime import datetime

from django.db import models
from django.utils import timezone

from mmt.accounts.models import User

from .assessment import Assessment


class Draft(models.Model):
    """The unsigned content of an assessment, valid or not. Gone once the assessment is signed.

    `cells` maps a key ("hip_flexion.right", "context.pain") to its newest value: {"text": "4-",
    "reason": "", "limiters": [], "position": "", "note": "", "entered": "typed", "confirmed": [],
    "quick": False, "rev": 7, "client": "..."}; `rev` is the draft's revision at which the value
    came, `client` the page it came from. `clients` maps a page to the last operation taken from it,
    so that sending one again changes nothing.
    """

    assessment = models.OneToOneField(
        Assessment, on_delete=models.CASCADE, primary_key=True, related_name="draft"
    )
    cells = models.JSONField(default=dict)
    clients = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    discarded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"draft of {self.assessment_id}, revision {self.revision}"

    @property
    def local_saved_at(self) -> datetime:
        return self.saved_at.astimezone(self.assessment.clinic.zone)
