"""What happened to a patient between visits, and what was done to help."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import User

from .patient import Patient


class Voidable(models.Model):
    """A row that is never deleted: one entered in error is marked as such, and counts no more."""

    voided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    voided_at = models.DateTimeField(null=True, editable=False)
    void_reason = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        abstract = True


def voided_whole(name: str) -> models.CheckConstraint:
    """Return the rule that what is voided says by whom, when and why."""
    standing = Q(voided_by__isnull=True, voided_at__isnull=True, void_reason="")
    voided = Q(voided_by__isnull=False, voided_at__isnull=False) & ~Q(void_reason="")
    return models.CheckConstraint(condition=standing | voided, name=name)


class EventKind(models.TextChoices):
    RELAPSE = "relapse", _("relapse")
    FALL = "fall", _("fall")
    INFECTION = "infection", _("infection or fever")
    SURGERY = "surgery", _("surgery")
    STEROIDS = "steroids", _("steroid course")
    BOTULINUM = "botulinum", _("botulinum injection")
    OTHER = "other", _("other")


class Event(Voidable):
    """What happened to the patient: a day, or a span when `ended` is known."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=12, choices=EventKind)
    started = models.DateField(_("date, or first day"))
    ended = models.DateField(_("last day"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ended__isnull=True) | Q(ended__gte=F("started")),
                name="event_ends_after_it_starts",
                violation_error_message=_("The last day cannot be before the first."),
            ),
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="event_known_kind"),
            voided_whole("event_voided_has_who_when_and_why"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.started}"


class InterventionKind(models.TextChoices):
    STRENGTH = "strength", _("strength programme")
    EXERCISE = "exercise", _("regular exercise")
    DEVICE = "device", _("assistive device")
    MEDICATION = "medication", _("medication")
    THERAPY = "therapy", _("therapy")


class Intervention(Voidable):
    """What was done to help. For charting only, not a prescription."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="interventions")
    kind = models.CharField(_("kind"), max_length=12, choices=InterventionKind)
    name = models.CharField(_("what"), max_length=100)
    dose = models.CharField(_("dose or frequency, in words"), max_length=100, blank=True)
    started = models.DateField(_("start"))
    ended = models.DateField(_("end"), null=True, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ended__isnull=True) | Q(ended__gte=F("started")),
                name="intervention_ends_after_it_starts",
                violation_error_message=_("The end cannot be before the start."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=InterventionKind.values), name="intervention_known_kind"
            ),
            voided_whole("intervention_voided_has_who_when_and_why"),
        ]

    def __str__(self) -> str:
        return self.name
