"""What a patient could do on a day: walking, standing up, using a hand."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mmt.accounts.models import User

from .patient import Patient


class FunctionalKind(models.TextChoices):
    WALK_25_FEET = "walk_25_feet", gettext_lazy("timed 25-foot walk")
    NINE_HOLE_RIGHT = "nine_hole_right", gettext_lazy("nine-hole peg test, right hand")
    NINE_HOLE_LEFT = "nine_hole_left", gettext_lazy("nine-hole peg test, left hand")
    UP_AND_GO = "up_and_go", gettext_lazy("timed up and go")
    SIT_TO_STAND_5 = "sit_to_stand_5", gettext_lazy("five times sit to stand")
    WALK_2_MINUTES = "walk_2_minutes", gettext_lazy("two-minute walk")
    WALK_6_MINUTES = "walk_6_minutes", gettext_lazy("six-minute walk")
    BERG = "berg", gettext_lazy("Berg balance scale")


class Unit(models.TextChoices):
    SECONDS = "s", gettext_lazy("seconds")
    METRES = "m", gettext_lazy("metres")
    POINTS = "points", gettext_lazy("points")


@dataclass(frozen=True, slots=True)
class Measure:
    """How a test is told: from `least` to `most` of its unit, in up to so many trials.

    `usual_change` is the share from which on a difference is usually taken for a change, where the
    clinical reference (section 3) knows one.
    """

    unit: Unit
    least: Decimal
    most: Decimal
    trials: int = 1
    usual_change: Decimal | None = None

    @property
    def lower_is_better(self) -> bool:
        """Time is taken for a given task; metres and points count what was achieved."""
        return self.unit is Unit.SECONDS


FIFTH = Decimal("0.2")


def _seconds(most: int, trials: int = 1, usual_change: Decimal | None = None) -> Measure:
    # Nobody takes no time at all: 0 seconds would be a test that was not done.
    return Measure(Unit.SECONDS, Decimal("0.1"), Decimal(most), trials, usual_change)


# Limits, and the mean of two trials, as the manuals of the tests have them (clinical reference,
# section 3: 180 s, 300 s a hand, 0-56 points); 999 is what there is room for.
MEASURES: dict[FunctionalKind, Measure] = {
    FunctionalKind.WALK_25_FEET: _seconds(180, 2, FIFTH),
    FunctionalKind.NINE_HOLE_RIGHT: _seconds(300, 2, FIFTH),
    FunctionalKind.NINE_HOLE_LEFT: _seconds(300, 2, FIFTH),
    FunctionalKind.UP_AND_GO: _seconds(999),
    FunctionalKind.SIT_TO_STAND_5: _seconds(999),
    FunctionalKind.WALK_2_MINUTES: Measure(Unit.METRES, Decimal(0), Decimal(999)),
    FunctionalKind.WALK_6_MINUTES: Measure(
        Unit.METRES, Decimal(0), Decimal(2000), usual_change=FIFTH
    ),
    FunctionalKind.BERG: Measure(Unit.POINTS, Decimal(0), Decimal(56)),
}


class NotAble(models.TextChoices):
    """Why there is no value. That is not 0."""

    UNABLE = "unable", gettext_lazy("could not do it")
    OVER_LIMIT = "over_limit", gettext_lazy("not finished within the time limit")
    FATIGUE = "fatigue", gettext_lazy("stopped for fatigue")
    PAIN = "pain", gettext_lazy("pain")
    SAFETY = "safety", gettext_lazy("not safe")
    DECLINED = "declined", gettext_lazy("declined")
    TIME = "time", gettext_lazy("no time")
    EQUIPMENT = "equipment", gettext_lazy("no equipment or room")


class WalkingAid(models.TextChoices):
    NONE = "none", gettext_lazy("no aid")
    CANE = "cane", gettext_lazy("cane")
    TWO_CANES = "two_canes", gettext_lazy("two canes or crutches")
    WALKER = "walker", gettext_lazy("walker")
    ORTHOSIS = "orthosis", gettext_lazy("ankle-foot orthosis")
    FES = "fes", gettext_lazy("functional electrical stimulation")
    PERSON = "person", gettext_lazy("another person's help")
    OTHER = "other", gettext_lazy("another aid")


def _fits(kind: FunctionalKind, measure: Measure) -> Q:
    one = Q(first__gte=measure.least, first__lte=measure.most)
    two = Q(second__gte=measure.least, second__lte=measure.most)
    second = Q(second__isnull=True) | two if measure.trials == 2 else Q(second__isnull=True)
    return Q(kind=kind.value) & (Q(first__isnull=True) | one) & second


def _any_fits() -> Q:
    found = Q()
    for kind, measure in MEASURES.items():
        found |= _fits(kind, measure)
    return found


class FunctionalTest(models.Model):
    """One test of one day: one or two trials, or why there is none; never both.

    The mean of two trials stands for them. It is never edited: one that is wrong is marked as
    entered in error, and stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="functional_tests")
    kind = models.CharField(gettext_lazy("test"), max_length=16, choices=FunctionalKind)
    tested_on = models.DateField(gettext_lazy("tested on"))
    first = models.DecimalField(
        gettext_lazy("first trial"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    second = models.DecimalField(
        gettext_lazy("second trial"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    not_able = models.CharField(
        gettext_lazy("or why there is no value"), max_length=12, choices=NotAble, blank=True
    )
    aid = models.CharField(
        gettext_lazy("walking aid"), max_length=12, choices=WalkingAid, blank=True
    )
    note = models.CharField(gettext_lazy("note"), max_length=200, blank=True)
    tester = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    voided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(first__isnull=False, not_able="")
                | Q(first__isnull=True, second__isnull=True, not_able__in=NotAble.values),
                name="functional_test_value_xor_reason",
                violation_error_message=gettext_lazy("Enter a value, or why there is none."),
            ),
            models.CheckConstraint(
                condition=_any_fits(),
                name="functional_test_value_fits_kind",
                violation_error_message=gettext_lazy("The value is not one of this test."),
            ),
            models.CheckConstraint(
                condition=Q(aid__in=["", *WalkingAid.values]), name="functional_test_known_aid"
            ),
            models.CheckConstraint(
                condition=Q(voided_by__isnull=True, voided_at__isnull=True, void_reason="")
                | (Q(voided_by__isnull=False, voided_at__isnull=False) & ~Q(void_reason="")),
                name="functional_test_voided_has_who_when_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.tested_on}: {self.described}"

    @property
    def value(self) -> Decimal | None:
        """What stands for the trials, in the unit of the kind; None where there is a reason."""
        if self.first is None or self.second is None:
            return self.first
        return (self.first + self.second) / 2

    @property
    def described(self) -> str:
        """The value in words: "7.4 s", "7.45 s, mean of 7.3 and 7.6", "not done: pain"."""
        if self.value is None:
            return _("no value: %(reason)s") % {"reason": self.get_not_able_display()}
        measure = MEASURES[FunctionalKind(self.kind)]
        if measure.unit is Unit.POINTS:
            return _("%(points)s of %(most)s") % {
                "points": _shown(self.value),
                "most": _shown(measure.most),
            }
        value = f"{_shown(self.value)} {measure.unit.value}"
        if self.first is None or self.second is None:
            return value
        return _("%(value)s, mean of %(first)s and %(second)s") % {
            "value": value,
            "first": _shown(self.first),
            "second": _shown(self.second),
        }


def _shown(number: Decimal) -> str:
    """Return a number without noughts that say nothing."""
    return number_format(Decimal(f"{number:.2f}".rstrip("0").rstrip(".")))
