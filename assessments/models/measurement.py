"""What was measured beside the grades: force by a dynamometer, heel raises by counting."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Func, IntegerField, Q
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mmt.accounts.models import User

from .. import force, instrument
from .assessment import Assessment
from .score import MIDLINE_MOVEMENTS

# Plantarflexion is graded by heel raises (clinical reference, section 1).
HEEL_RAISED = "ankle_plantarflexion"
MOST_HEEL_RAISES = 50


class MeasurementKind(models.TextChoices):
    FORCE = "force", gettext_lazy("force")
    HEEL_RAISE = "heel_raise", gettext_lazy("heel raises")


class RaisesLimit(models.TextChoices):
    """What ended a set of heel raises."""

    FATIGUE = "fatigue", gettext_lazy("fatigue")
    PAIN = "pain", gettext_lazy("pain")
    BALANCE = "balance", gettext_lazy("balance")
    TONE = "tone", gettext_lazy("tone")
    RANGE = "range", gettext_lazy("range")


class ListLength(Func):
    """How many entries a JSON list has."""

    function = "JSONB_ARRAY_LENGTH"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSON_ARRAY_LENGTH", **context)


def _as_long(field: str, low: int, high: int) -> Q:
    length = ListLength(field)
    return Q(GreaterThanOrEqual(length, low)) & Q(LessThanOrEqual(length, high))


class Measurement(models.Model):
    """The key is (assessment, movement, side, kind): measured once a visit, in up to 5 trials.

    Of a force, `typed` holds the trials as typed, in `unit`, `trials` the same in newtons to three
    decimals, both as lists of texts: ["47.5", "45"] and ["211.291", "200.170"]. Of heel raises,
    `count` is how many were done on that leg, `full_height` how many of them over the full range.
    0 is a result: there is no row for what was not measured. Written while the assessment is a
    draft and frozen with it.
    """

    pk = models.CompositePrimaryKey("assessment_id", "movement", "side", "kind")
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="measurements", db_index=False
    )
    movement = models.CharField(max_length=40)
    side = models.CharField(max_length=8)
    kind = models.CharField(max_length=12, choices=MeasurementKind)
    typed = models.JSONField(default=list)
    trials = models.JSONField(default=list)
    unit = models.CharField(gettext_lazy("unit"), max_length=3, choices=force.Unit, blank=True)
    rule = models.CharField(max_length=4, choices=force.Rule, blank=True)
    device = models.CharField(gettext_lazy("device"), max_length=60, blank=True)
    count = models.PositiveSmallIntegerField(null=True)
    full_height = models.PositiveSmallIntegerField(null=True)
    limited_by = models.CharField(max_length=8, choices=RaisesLimit, blank=True)
    position = models.CharField(max_length=20, blank=True)
    note = models.CharField(gettext_lazy("note"), max_length=300, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=MeasurementKind.values), name="measurement_known_kind"
            ),
            models.CheckConstraint(
                condition=~Q(kind="force")
                | (
                    _as_long("trials", 1, force.MOST_TRIALS)
                    & Q(Exact(ListLength("typed"), ListLength("trials")))
                    & Q(unit__in=force.Unit.values, rule__in=force.Rule.values)
                    & Q(count__isnull=True, full_height__isnull=True, limited_by="")
                ),
                name="measurement_force_has_trials_unit_and_rule",
            ),
            models.CheckConstraint(
                condition=~Q(kind="heel_raise")
                | (
                    Q(count__isnull=False, count__lte=MOST_HEEL_RAISES)
                    & Q(limited_by__in=["", *RaisesLimit.values])
                    & _as_long("trials", 0, 0)
                    & _as_long("typed", 0, 0)
                    & Q(unit="", rule="", device="")
                ),
                name="measurement_heel_raise_is_a_count_to_50",
            ),
            models.CheckConstraint(
                condition=Q(full_height__isnull=True) | Q(full_height__lte=F("count")),
                name="measurement_full_height_within_count",
            ),
            models.CheckConstraint(
                condition=~Q(kind="heel_raise") | Q(movement=HEEL_RAISED),
                name="measurement_heel_raise_of_plantarflexion",
            ),
            models.CheckConstraint(
                condition=Q(movement__in=MIDLINE_MOVEMENTS, side="midline")
                | Q(~Q(movement__in=MIDLINE_MOVEMENTS), side__in=["right", "left"]),
                name="measurement_side_fits_movement",
            ),
            models.CheckConstraint(
                condition=Q(position__in=["", *[each.value for each in instrument.Position]]),
                name="measurement_known_position",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.movement} {self.side}: {self.described}"

    @property
    def name(self) -> str:
        """Which one of its record: "knee_extension.right.force"."""
        return f"{self.movement}.{self.side}.{self.kind}"

    @property
    def newtons(self) -> Decimal | None:
        """The force that stands for the trials; None for heel raises."""
        if self.kind != MeasurementKind.FORCE:
            return None
        return force.result([Decimal(trial) for trial in self.trials], self.rule)

    @property
    def described(self) -> str:
        """The result in words: "212 N, best of 3" or "18 heel raises, 12 at full height"."""
        if self.kind == MeasurementKind.FORCE:
            return force.described(self.typed, self.unit, self.rule)
        count = self.count or 0
        words = [
            ngettext("%(count)s heel raise", "%(count)s heel raises", count) % {"count": count}
        ]
        if self.full_height is not None:
            words.append(_("%(count)s at full height") % {"count": self.full_height})
        if self.limited_by:
            words.append(_("ended by %(what)s") % {"what": self.get_limited_by_display()})
        return ", ".join(words)

    @property
    def surroundings(self) -> list[str]:
        """What stands beside the result: device, position, note."""
        place = instrument.Position(self.position).label if self.position else ""
        return [str(each) for each in (self.device, place, self.note) if each]
