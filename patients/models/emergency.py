"""Reading a patient of another clinic in an emergency: for a while, for a reason, seen by all."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import User

from .patient import Patient

LASTS = timedelta(hours=4)
LEAST_REASON = 10  # characters


class EmergencyReason(models.TextChoices):
    TREATMENT = "treatment", _("the patient is here and must be treated now")
    ARRIVED = "arrived", _("the patient has come to us for good")
    ASKED = "asked", _("the patient’s clinic asked for advice")
    OTHER = "other", _("another reason")


class EmergencyAccessQuerySet(models.QuerySet["EmergencyAccess"]):
    def in_force(self) -> "EmergencyAccessQuerySet":
        """Those that let in now: not ended, and of clinics that still allow it."""
        return self.filter(
            ended_at=None, until__gt=timezone.now(), patient__clinic__emergency_access=True
        )

    def not_reviewed(self) -> "EmergencyAccessQuerySet":
        return self.filter(reviewed_at=None).order_by("begun_at")


class EmergencyAccess(models.Model):
    """Lets one person read one patient from `begun_at` until `until`, or `ended_at` if earlier.

    An administrator of the patient's clinic looks at it afterwards: `reviewed_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="emergencies")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="emergencies")
    kind = models.CharField(_("why"), max_length=12, choices=EmergencyReason)
    reason = models.CharField(_("reason"), max_length=500)
    begun_at = models.DateTimeField(default=timezone.now, editable=False)
    until = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    reviewed_at = models.DateTimeField(null=True, editable=False)
    reviewed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(until__gt=F("begun_at")), name="emergency_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("begun_at")),
                name="emergency_ended_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=EmergencyReason.values), name="emergency_known_kind"
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), LEAST_REASON),
                name="emergency_says_why",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="emergency_reviewed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.get_kind_display()}"
