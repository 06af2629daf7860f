"""One result of a signed assessment: a grade, or why there is none."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .. import instrument
from .assessment import Assessment

MIDLINE_MOVEMENTS = sorted(
    key
    for key, movement in instrument.MOVEMENTS.items()
    if movement.laterality == instrument.Laterality.MIDLINE
)


def _reasons(status: instrument.Status) -> list[str]:
    return [str(reason.value) for reason in instrument.REASONS[status]]


class Entered(models.TextChoices):
    TYPED = "typed", _("typed")
    FILLED = "filled", _("filled in at once")
    CARRIED = "carried", _("carried over")
    IMPORTED = "imported", _("imported")


class Score(models.Model):
    """The key is (assessment, movement, side): no cell twice, and no index besides.

    `level` is the place 0-12 on the lattice of grades (clinical reference, section 1): it orders
    grades and is shown only as the code of the assessment's profile. 0 is a grade. `limiters` are
    keys parted by spaces; so is `confirmed`, the prompts that a person was asked about this result
    and kept it (`assessments/consistency.py`). `amendment` is the newest amendment that changed the
    row.
    """

    pk = models.CompositePrimaryKey("assessment_id", "movement", "side")
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="scores", db_index=False
    )
    movement = models.CharField(max_length=40)
    side = models.CharField(max_length=8)
    status = models.CharField(max_length=12)
    level = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=20, blank=True)
    limiters = models.CharField(max_length=120, blank=True)
    position = models.CharField(max_length=20, blank=True)
    entered = models.CharField(max_length=8, choices=Entered, default=Entered.TYPED)
    note = models.CharField(max_length=300, blank=True)
    confirmed = models.CharField(max_length=120, blank=True)
    amendment = models.ForeignKey(
        "Amendment", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__lte=12), name="score_level_0_to_12"
            ),
            models.CheckConstraint(
                condition=Q(status="graded", level__isnull=False, reason="")
                | Q(
                    status="not_testable",
                    level__isnull=True,
                    reason__in=_reasons(instrument.Status.NOT_TESTABLE),
                )
                | Q(
                    status="not_done",
                    level__isnull=True,
                    reason__in=_reasons(instrument.Status.NOT_DONE),
                ),
                name="score_graded_xor_reason",
            ),
            models.CheckConstraint(
                condition=Q(limiters="") | Q(status="graded"),
                name="score_limiters_only_when_graded",
            ),
            models.CheckConstraint(
                condition=Q(movement__in=MIDLINE_MOVEMENTS, side="midline")
                | Q(~Q(movement__in=MIDLINE_MOVEMENTS), side__in=["right", "left"]),
                name="score_side_fits_movement",
            ),
            models.CheckConstraint(
                condition=Q(entered__in=Entered.values), name="score_known_way_of_entry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.movement} {self.side}: {self.status} {self.level}"
