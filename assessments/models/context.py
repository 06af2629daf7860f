"""What stood around the scores of one visit: all optional, none of it ever carried over unasked."""

from collections.abc import Collection
from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

OUT_OF_TEN = (MinValueValidator(0), MaxValueValidator(10))
HOURS = (MinValueValidator(0), MaxValueValidator(999))


def _none_or(field: str, low: int, high: int) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": low, f"{field}__lte": high})


class Setting(models.TextChoices):
    CHAIR = "chair", _("chair or wheelchair")
    PLINTH = "plinth", _("plinth")
    BED = "bed", _("bed")


class Heat(models.TextChoices):
    NONE = "none", _("none")
    WARM = "warm", _("warm room or day")
    FEVER = "fever", _("fever")


class RelapseStatus(models.TextChoices):
    NONE = "none", _("none")
    SUSPECTED = "suspected", _("suspected")
    ACTIVE = "active", _("active")
    RECOVERING = "recovering", _("recovering")


class Device(models.TextChoices):
    NONE = "none", _("none")
    CANE = "cane", _("cane")
    TWO_CANES = "two_canes", _("two canes or crutches")
    WALKER = "walker", _("walker")
    AFO_RIGHT = "afo_right", _("ankle-foot orthosis, right")
    AFO_LEFT = "afo_left", _("ankle-foot orthosis, left")
    FES = "fes", _("functional electrical stimulation")
    WHEELCHAIR = "wheelchair", _("wheelchair")


class FirstSide(models.TextChoices):
    RIGHT = "right", _("right")
    LEFT = "left", _("left")


class Context(models.Model):
    """The fields of an assessment that say how the patient was and how the test was done."""

    setting = models.CharField(_("tested on"), max_length=8, choices=Setting, blank=True)
    heat = models.CharField(_("heat or fever"), max_length=8, choices=Heat, blank=True)
    fatigue_before = models.PositiveSmallIntegerField(
        _("fatigue before, 0-10"), null=True, blank=True, validators=OUT_OF_TEN
    )
    fatigue_after = models.PositiveSmallIntegerField(
        _("fatigue after, 0-10"), null=True, blank=True, validators=OUT_OF_TEN
    )
    pain = models.PositiveSmallIntegerField(
        _("pain now, 0-10"), null=True, blank=True, validators=OUT_OF_TEN
    )
    pain_where = models.CharField(_("where it hurts"), max_length=100, blank=True)
    relapse_status = models.CharField(
        _("relapse"), max_length=12, choices=RelapseStatus, blank=True
    )
    edss = models.DecimalField(
        _("EDSS"),
        max_digits=3,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(10))],
    )
    device = models.CharField(_("device today"), max_length=12, choices=Device, blank=True)
    device_worn = models.BooleanField(_("worn during the test"), null=True, blank=True)
    hours_since_antispastic = models.PositiveSmallIntegerField(
        _("hours since antispastic"), null=True, blank=True, validators=HOURS
    )
    hours_since_fampridine = models.PositiveSmallIntegerField(
        _("hours since fampridine"), null=True, blank=True, validators=HOURS
    )
    first_side = models.CharField(
        _("side tested first"), max_length=8, choices=FirstSide, blank=True
    )
    stopped_early = models.CharField(_("stopped early: why"), max_length=100, blank=True)
    falls_since_last = models.PositiveSmallIntegerField(
        _("falls since last visit"), null=True, blank=True, validators=HOURS
    )
    note = models.TextField(_("note"), max_length=4000, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=_none_or("fatigue_before", 0, 10)
                & _none_or("fatigue_after", 0, 10)
                & _none_or("pain", 0, 10),
                name="%(class)s_ratings_out_of_ten",
            ),
            models.CheckConstraint(
                condition=_none_or("edss", 0, 10), name="%(class)s_edss_0_to_10"
            ),
        ]

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Leave the constraints to the database that holds them: the fields' own validators say
        the same in words, and asking twice for each page that shows the form takes a write lock.
        """
