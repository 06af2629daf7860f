"""Letters and reports about a signed assessment, kept as they were sent out."""

import uuid
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mmt.accounts.models import User
from mmt.accounts.roles import Permission
from patients.querysets import opened_to

from .assessment import Assessment, AssessmentStatus


class LetterKind(models.TextChoices):
    LETTER = "letter", gettext_lazy("letter")
    REPORT = "report", gettext_lazy("report")


class Addressee(models.TextChoices):
    GP = "gp", gettext_lazy("GP")
    MS_NURSE = "ms_nurse", gettext_lazy("MS nurse")
    NEUROLOGIST = "neurologist", gettext_lazy("neurologist")


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: User) -> "LetterQuerySet":
        """Letters about patients of the clinics in which the person may see patients."""
        clinics = user.clinic_ids_with(Permission.SEE_PATIENTS)
        mine = Q(assessment__clinic__in=clinics)
        opened = opened_to(user)
        return self.filter(mine | Q(assessment__patient__in=opened) if opened else mine)

    def listed(self) -> "LetterQuerySet":
        """Latest first, with what a list tells of each and without the pages themselves."""
        known = self.select_related("assessment", "compared_with", "made_by").defer("pdf")
        return known.order_by("-made_at", "-id")


class Letter(models.Model):
    """One page about an assessment at one revision, compared with an earlier one if there is one.

    Never changed: a correction of the record makes it superseded, and a new one is written.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="letters")
    revision = models.PositiveIntegerField()
    compared_with = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, null=True, related_name="+"
    )
    compared_revision = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=6, choices=LetterKind)
    addressee = models.CharField(gettext_lazy("to"), max_length=12, choices=Addressee)
    addressee_name = models.CharField(gettext_lazy("name"), max_length=100, blank=True)
    line = models.CharField(gettext_lazy("a line of your own"), max_length=300, blank=True)
    language = models.CharField(max_length=12)
    rule_version = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=LetterKind.values, addressee__in=Addressee.values),
                name="letter_known_kind_and_addressee",
            ),
            models.CheckConstraint(
                condition=Q(compared_with__isnull=True, compared_revision__isnull=True)
                | Q(
                    ~Q(compared_with=F("assessment")),
                    compared_with__isnull=False,
                    compared_revision__isnull=False,
                ),
                name="letter_compares_two_visits",
            ),
            models.CheckConstraint(condition=~Q(sha256=""), name="letter_has_its_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.made_at:%Y-%m-%d}"

    @property
    def local_made_at(self) -> datetime:
        """When, on the wall clock of the place where the record was made."""
        return self.made_at.astimezone(ZoneInfo(self.assessment.time_zone))

    @property
    def is_superseded(self) -> bool:
        return bool(self.superseded_by)

    @property
    def superseded_by(self) -> str:
        """What was done to the records since, in words; empty while the letter still is true."""
        if self.assessment.status == AssessmentStatus.VOIDED:
            return _("the assessment was voided")
        if self.assessment.revision != self.revision:
            return _("the assessment was amended")
        if self.compared_with is None:
            return ""
        if self.compared_with.status == AssessmentStatus.VOIDED:
            return _("the visit it compares with was voided")
        if self.compared_with.revision != self.compared_revision:
            return _("the visit it compares with was amended")
        return ""

    @property
    def file_name(self) -> str:
        """The day of the test and the kind, nobody's name."""
        mark = "-superseded" if self.is_superseded else ""
        return f"{self.assessment.local_tested_at:%Y-%m-%d}-{self.kind}{mark}.pdf"
