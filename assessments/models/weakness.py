"""What a clinician holds a region's weakness to come from. Chosen by a person, never inferred."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import User
from patients.models import Patient

from .. import instrument


class WeaknessKind(models.TextChoices):
    """Nerve damage is the primary cause, disuse the secondary one."""

    PRIMARY = "primary", _("primary (nerve damage)")
    SECONDARY = "secondary", _("secondary (disuse)")
    MIXED = "mixed", _("mixed")
    UNDETERMINED = "undetermined", _("undetermined")


class Weakness(models.Model):
    """A judgement of one region on one day. The newest of a region stands; none is ever edited."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="weaknesses")
    region = models.CharField(_("region"), max_length=20)
    kind = models.CharField(_("weakness"), max_length=12, choices=WeaknessKind)
    rationale = models.CharField(_("rationale"), max_length=300)
    judged_on = models.DateField(_("judged on"))
    judged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=WeaknessKind.values,
                    region__in=[region.value for region in instrument.Region],
                )
                & ~Q(rationale=""),
                name="weakness_known_region_and_kind_with_rationale",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region}: {self.get_kind_display()}"
