"""Erasing a patient: asked for, confirmed by somebody else, waited for, done; what stays of it."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic, User


class LegalGround(models.TextChoices):
    """Why the law lets a patient be erased (GDPR, article 17(1), and its like elsewhere)."""

    TIME_OVER = "time_over", _("the time for which records must be kept is over")
    CONSENT = "consent", _("consent was withdrawn, and nothing else allows keeping them")
    OBJECTION = "objection", _("the patient objected, and nothing outweighs it")
    UNLAWFUL = "unlawful", _("the records should never have been kept")
    OBLIGATION = "obligation", _("a law or a court demands it")


class Way(models.TextChoices):
    """How an erasure came to be allowed."""

    TWO = "two", _("two administrators")
    ALONE = "alone", _("the clinic’s only administrator")
    AGAIN = "again", _("again, after an older backup was brought back")


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def standing(self) -> "ErasureQuerySet":
        """Those that were neither withdrawn nor done."""
        return self.filter(withdrawn_at=None, erased_at=None)

    def due(self) -> "ErasureQuerySet":
        """Those that may be done now."""
        return self.standing().filter(due_at__lte=timezone.now()).order_by("due_at")


class Erasure(models.Model):
    """One asked erasure. It names the patient by id alone and stays when the patient is gone.

    `due_at` is the end of the time in which it can be withdrawn; null until another administrator
    confirmed it. While `begun_at` is set and `erased_at` is not, the database lets rows of this
    patient go (`patients/triggers.py`): both are written in one transaction. `reason` is emptied
    with it, for it may name anybody. Withdrawn by nobody: the program found it done already.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="erasures")
    patient_id = models.UUIDField()
    way = models.CharField(max_length=5, choices=Way)
    ground = models.CharField(_("legal ground"), max_length=10, choices=LegalGround, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["patient_id"],
                condition=Q(withdrawn_at=None, erased_at=None),
                name="erasure_one_standing_a_patient",
            ),
            models.CheckConstraint(
                condition=Q(
                    way__in=[Way.TWO, Way.ALONE],
                    asked_by__isnull=False,
                    ground__in=LegalGround.values,
                )
                | Q(way=Way.AGAIN, asked_by=None, ground="", reason=""),
                name="erasure_asked_by_somebody_on_a_ground",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | (
                    Q(way=Way.TWO, confirmed_by__isnull=False, confirmed_at__isnull=False)
                    & ~Q(confirmed_by=F("asked_by"))
                ),
                name="erasure_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(way=Way.TWO, confirmed_at=None, due_at=None)
                | Q(
                    way=Way.TWO,
                    confirmed_at__isnull=False,
                    due_at__isnull=False,
                    due_at__gt=F("confirmed_at"),
                )
                | Q(way=Way.ALONE, due_at__isnull=False, due_at__gt=F("asked_at"))
                | Q(way=Way.AGAIN, due_at__isnull=False, due_at__gte=F("asked_at")),
                name="erasure_due_after_its_time",
            ),
            models.CheckConstraint(
                condition=Q(begun_at=None)
                | Q(begun_at__gte=F("due_at"), due_at__isnull=False, withdrawn_at=None),
                name="erasure_begun_when_due",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(begun_at__isnull=False, erased_at__gte=F("begun_at"), reason=""),
                name="erasure_done_without_its_reason",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["clinic", "asked_at"], name="erasure_by_clinic"),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d}, {self.get_way_display()}"

    @property
    def is_standing(self) -> bool:
        return self.withdrawn_at is None and self.erased_at is None

    @property
    def waits_for_another(self) -> bool:
        """Whether another administrator has still to confirm it."""
        return self.is_standing and self.due_at is None

    @property
    def local_due_at(self) -> datetime | None:
        return self.due_at.astimezone(self.clinic.zone) if self.due_at else None

    @property
    def local_asked_at(self) -> datetime:
        return self.asked_at.astimezone(self.clinic.zone)

    @property
    def local_erased_at(self) -> datetime | None:
        return self.erased_at.astimezone(self.clinic.zone) if self.erased_at else None
