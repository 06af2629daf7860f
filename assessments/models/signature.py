"""What was signed, by whom, when, in which meaning, and a hash that binds these together."""

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import User

from .assessment import Assessment


class Meaning(models.TextChoices):
    """What a signature says of its record (21 CFR 11.50)."""

    SIGNED = "signed", _("The results are as the tester found them")
    IMPORTED = "imported", _("Put in force as the file has it")
    AMENDED = "amended", _("The results are right as amended")
    MOVED = "moved", _("Filed anew on the right patient")
    VOIDED = "voided", _("Entered in error")


class Signature(models.Model):
    """The key is (assessment, revision): each signature is of one revision of the record.

    `name` is the signer's as it stood. `hash` is SHA-256, in hex, over the record's content and
    what this row says, in the canonical form numbered `form` (`assessments/signing.py`). The newest
    signature of a record is the one that its content must match.
    """

    pk = models.CompositePrimaryKey("assessment_id", "revision")
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="signatures", db_index=False
    )
    revision = models.PositiveIntegerField()
    meaning = models.CharField(max_length=8, choices=Meaning)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    at = models.DateTimeField()
    form = models.PositiveSmallIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(meaning__in=Meaning.values), name="signature_known_meaning"
            ),
            models.CheckConstraint(
                condition=~Q(hash="") & ~Q(name=""), name="signature_has_name_and_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.at:%Y-%m-%d %H:%M}: {self.get_meaning_display()}"

    @property
    def local_at(self) -> datetime:
        """When, on the wall clock of the place where the record was made."""
        return self.at.astimezone(ZoneInfo(self.assessment.time_zone))
