"""In which order a clinic goes through the movements of a battery."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from mmt.accounts.models import Clinic


class EntryOrder(models.Model):
    """`movements` are the battery's, each once; empty: as the battery lists them. A change is a new
    version. No fact about a patient: a record's own movements stay in the battery's order.
    """

    pk = models.CompositePrimaryKey("clinic_id", "battery")
    clinic = models.ForeignKey(
        Clinic, on_delete=models.PROTECT, related_name="entry_orders", db_index=False
    )
    battery = models.CharField(max_length=40)
    movements = models.JSONField(default=list)
    version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(version__gte=1) & ~Q(battery=""),
                name="entry_order_of_a_battery_from_version_1",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.battery}, version {self.version}"
