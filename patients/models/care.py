"""Who else cares for a patient, and to whom the patient was referred."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import User

from .happenings import Voidable, voided_whole
from .patient import Patient


class Profession(models.TextChoices):
    GP = "gp", _("GP")
    MS_NURSE = "ms_nurse", _("MS nurse")
    NEUROLOGIST = "neurologist", _("neurologist")
    PHYSIOTHERAPIST = "physiotherapist", _("physiotherapist")
    OCCUPATIONAL_THERAPIST = "occupational_therapist", _("occupational therapist")
    ORTHOTIST = "orthotist", _("orthotist")


class CareContact(Voidable):
    """One person of the care team, from one day to another where these are known."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="care_team")
    profession = models.CharField(_("profession"), max_length=24, choices=Profession)
    name = models.CharField(_("name"), max_length=100)
    address = models.TextField(_("practice and address"), max_length=300, blank=True)
    started = models.DateField(_("since"), null=True, blank=True)
    ended = models.DateField(_("until"), null=True, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(started__isnull=True)
                | Q(ended__isnull=True)
                | Q(ended__gte=F("started")),
                name="care_contact_ends_after_it_starts",
                violation_error_message=_("The last day cannot be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(profession__in=Profession.values), name="care_contact_known_profession"
            ),
            voided_whole("care_contact_voided_has_who_when_and_why"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_profession_display()}"


class ReferralStatus(models.TextChoices):
    PLANNED = "planned", _("planned")
    SENT = "sent", _("sent")
    SEEN = "seen", _("seen")
    DECLINED = "declined", _("declined")


class Referral(Voidable):
    """Asking a colleague to see the patient. `started` is the day of the referral, `ended` the day
    on which it was answered.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="referrals")
    kind = models.CharField(_("to"), max_length=24, choices=Profession)
    reason = models.CharField(_("reason"), max_length=200)
    status = models.CharField(
        _("status"), max_length=8, choices=ReferralStatus, default=ReferralStatus.SENT
    )
    started = models.DateField(_("date"))
    ended = models.DateField(_("answered on"), null=True, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ended__isnull=True) | Q(ended__gte=F("started")),
                name="referral_answered_after_it_was_made",
                violation_error_message=_("The answer cannot be before the referral."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=Profession.values, status__in=ReferralStatus.values),
                name="referral_known_choices",
            ),
            voided_whole("referral_voided_has_who_when_and_why"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.started}"
