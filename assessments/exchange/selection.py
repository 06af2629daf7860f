"""Which records go into a file, and how the file is laid out."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from mmt.accounts.models import Clinic

from ..models import Assessment
from .fhir import last_changed


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
    fell at the clinic; None is an open end, `battery` "" any, and no `movements` all of them.

    With movements, only visits whose form has one of them, and only their results. `patients` are
    those of the answer to a saved question, `question` its query string. `deidentified` takes out
    who it is about. `since` leaves out what was last changed, in the sense of `last_changed`,
    before or at that moment.
    """

    clinic: Clinic
    first_day: date | None = None
    last_day: date | None = None
    battery: str = ""
    standing: Standing = Standing.IN_FORCE
    movements: tuple[str, ...] = ()
    patients: QuerySet[Any, Any] | None = None
    question: str = ""
    deidentified: bool = False
    since: datetime | None = None

    def assessments(self) -> QuerySet[Assessment]:
        """Return the records, earliest first; the id parts what was tested at one time.

        Where people are taken out they stand by person instead: the order in which people came
        would tell when.
        """
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
        if self.movements:
            listed = [Q(listed__contains=f'"{movement}"') for movement in self.movements]
            form = Cast("movements", TextField())
            found = found.annotate(listed=form).filter(reduce(or_, listed))
        if self.patients is not None:
            found = found.filter(patient__in=self.patients)
        if self.since:
            found = found.alias(changed=last_changed()).filter(changed__gt=self.since)
        return found.order_by(*self.order)

    @property
    def order(self) -> tuple[str, ...]:
        return ("patient_id", "tested_at", "id") if self.deidentified else ("tested_at", "id")

    def described(self) -> dict[str, Any]:
        """Return the filter in the words of the audit log."""
        since = {"since": self.since.isoformat()} if self.since else {}
        return since | {
            "clinic": self.clinic.slug,
            "from": self.first_day.isoformat() if self.first_day else None,
            "to": self.last_day.isoformat() if self.last_day else None,
            "battery": self.battery or None,
            "status": self.standing.value,
            "movement": list(self.movements) or None,
            "question": self.question or None,
            "people": "deidentified" if self.deidentified else "named",
        }

    def told(self) -> dict[str, Any]:
        """Return the filter as the file itself may tell it: of records without the people neither
        where nor when.
        """
        described = self.described()
        if not self.deidentified:
            return described
        hidden = ("clinic", "from", "to", "question", "since")
        return {name: value for name, value in described.items() if name not in hidden}

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.clinic.zone)


@dataclass(frozen=True, slots=True)
class Shape:
    """How the file is laid out.

    `format` is a key of `formats.MADE`. `blanks` lists the cells left blank in the long layout
    too; `bom` begins a CSV with the mark by which Excel knows UTF-8. `parts` are the files of a
    zip, as keys of `formats.PARTS`, or those of FHIR in bulk, as kinds of resources.
    """

    layout: Layout = Layout.LONG
    blanks: bool = False
    bom: bool = False
    format: str = "csv"
    parts: tuple[str, ...] = ()

    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = {"format": self.format}
        if self.parts:
            found["parts"] = list(self.parts)
        else:
            found["layout"] = self.layout.value
        return found | {"blanks": self.blanks, "bom": self.bom}
