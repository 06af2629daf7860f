"""Which records go into a file, and how the file is laid out."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import QuerySet

from mmt.accounts.models import Clinic

from ..models import Assessment


class Layout(StrEnum):
    LONG = "long"
    WIDE = "wide"
    MEASUREMENTS = "measurements"


class Standing(StrEnum):
    """Which records by what became of them. Drafts are no records and never leave."""

    IN_FORCE = "in_force"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Selection:
    """Records of one clinic, tested from `first_day` to `last_day`, both included, as the days
    fell at the clinic; None is an open end, `battery` "" any.
    """

    clinic: Clinic
    first_day: date | None = None
    last_day: date | None = None
    battery: str = ""
    standing: Standing = Standing.IN_FORCE

    def assessments(self) -> QuerySet[Assessment]:
        """Return the records, earliest first; the id parts what was tested at one time."""
        found = Assessment.objects.filter(clinic=self.clinic)
        match self.standing:
            case Standing.IN_FORCE:
                found = found.in_force()
            case Standing.RECORDED:
                found = found.recorded()
        if self.first_day:
            found = found.filter(tested_at__gte=self._midnight(self.first_day))
        if self.last_day:
            found = found.filter(tested_at__lt=self._midnight(self.last_day + timedelta(days=1)))
        if self.battery:
            found = found.filter(battery=self.battery)
        return found.order_by("tested_at", "id")

    def described(self) -> dict[str, str | None]:
        """Return the filter in the words of the audit log."""
        return {
            "clinic": self.clinic.slug,
            "from": self.first_day.isoformat() if self.first_day else None,
            "to": self.last_day.isoformat() if self.last_day else None,
            "battery": self.battery or None,
            "status": self.standing.value,
        }

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.clinic.zone)


@dataclass(frozen=True, slots=True)
class Shape:
    """How the file is laid out.

    `blanks` lists the cells left blank in the long layout too; `bom` begins with the mark by
    which Excel knows UTF-8.
    """

    layout: Layout = Layout.LONG
    blanks: bool = False
    bom: bool = False

    def described(self) -> dict[str, str | bool]:
        return {
            "format": "csv",
            "layout": self.layout.value,
            "blanks": self.blanks,
            "bom": self.bom,
        }
