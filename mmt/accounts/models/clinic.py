"""A clinic, and what it has settled for its people: the unit of scoping."""

import uuid
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..roles import Role

# Bounds of the change rule.
FURTHEST = 15  # thirds of a grade from 0 to 5
LONGEST_DAYS = 3660
MOST_FATIGUE = 10


def known_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone."), params={"name": name})


class Clinic(models.Model):
    """The unit of scoping. Names of battery and profile are keys of the instrument."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("short name"), unique=True)
    time_zone = models.CharField(_("time zone"), max_length=50, validators=[known_time_zone])
    scale_profile = models.CharField(_("scale"), max_length=32, default="mrc")
    default_battery = models.CharField(_("battery"), max_length=40, default="ms_clinic_screen")
    retest_interval_days = models.PositiveSmallIntegerField(
        _("re-test after (days)"),
        default=180,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)],
    )
    is_demo = models.BooleanField(default=False, editable=False)
    # Roles that need one beside administrators, who always do.
    second_factor_roles = models.JSONField(default=list, editable=False)
    # Who signed in a while ago is asked for the password once more before signing a record.
    asks_again_to_sign = models.BooleanField(default=False, db_default=False, editable=False)
    # Whether people of other clinics here may read a patient's record in an emergency.
    emergency_access = models.BooleanField(_("let others in, in an emergency"), default=True)
    change_flags = models.BooleanField(_("show flags of change"), default=True)
    # The change rule: thresholds in thirds of a grade, and days. A new value is a new version.
    change_rule_version = models.PositiveSmallIntegerField(default=1, editable=False)
    watch_from = models.PositiveSmallIntegerField(_("watch from"), default=2)
    changed_from = models.PositiveSmallIntegerField(_("changed from"), default=3)
    confirm_after_days = models.PositiveSmallIntegerField(
        _("confirmed by a repeat after (days)"),
        default=84,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)],
    )
    relapse_days = models.PositiveSmallIntegerField(
        _("leave aside visits around a relapse (days)"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)],
    )
    fatigue_difference = models.PositiveSmallIntegerField(
        _("fatigue differs from (points of 10)"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_FATIGUE)],
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(
                    watch_from__gte=1,
                    changed_from__gte=models.F("watch_from"),
                    changed_from__lte=FURTHEST,
                ),
                name="clinic_change_rule_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    confirm_after_days__range=(1, LONGEST_DAYS),
                    relapse_days__range=(1, LONGEST_DAYS),
                ),
                name="clinic_change_rule_days",
            ),
            models.CheckConstraint(
                condition=Q(fatigue_difference__range=(1, MOST_FATIGUE)),
                name="clinic_change_rule_fatigue",
            ),
            models.CheckConstraint(
                condition=Q(retest_interval_days__gte=1), name="clinic_retest_after_a_day_or_more"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def wants_second_factor(self, role: str) -> bool:
        """Administrators need one always, but for the invented ones of the demonstration."""
        always = role == Role.ADMINISTRATOR and not self.is_demo
        return always or role in self.second_factor_roles

    def now(self) -> datetime:
        """The time on the clinic's wall."""
        return timezone.now().astimezone(self.zone)

    def midnight(self) -> datetime:
        """When today began at the clinic."""
        return self.now().replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
