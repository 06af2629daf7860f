"""The blank score sheet: what is asked on paper, in the order of the grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from patients.models import Patient

from .. import instrument
from ..history import Cell
from ..models import Assessment
from ..models.context import Context
from ..ordering import own_order
from .earlier import last_codes, last_known
from .forms import CONTEXT_GROUPS
from .order import Order, chosen

ROWS_A_SHEET = 21  # of A4, with the patient on top and the context below
ON_THEIR_OWN = {"tested_at", "note"}  # these have lines of their own on the sheet


@dataclass(frozen=True, slots=True)
class Box:
    """A place to write in; `last` is the code of the last grade, empty where there is none."""

    side: instrument.Side
    last: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    boxes: Sequence[Box]


class Sheet:
    """A sheet of a patient. A battery or order that is not known gives the clinic's own."""

    def __init__(self, patient: Patient, battery: str = "", order: str = "") -> None:
        self.patient = patient
        wanted = battery if battery in instrument.BATTERIES else patient.clinic.default_battery
        self.battery = instrument.BATTERIES.get(wanted) or instrument.battery(
            instrument.DEFAULT_BATTERY
        )
        self.order = Order(chosen(order), own_order(patient.clinic_id, self.battery.key))
        self.profile = instrument.profile(self.battery.profile or patient.clinic.scale_profile)

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        """Return (position or region, rows), as the grid has them."""
        unsaved = Assessment(
            patient=self.patient, profile=self.profile.key, movements=self.battery.movements
        )
        last = last_codes(unsaved, last_known(unsaved))
        return [
            (str(group.label), [_row(movement, last) for movement in movements])
            for group, movements in self.order.groups(self.battery.movements)
        ]

    @property
    def is_headed(self) -> bool:
        """Whether each group has a heading, which costs as much paper as a row.

        On more than one sheet only groups that are long enough for it.
        """
        rows, groups = self.battery.movements, self.order.groups(self.battery.movements)
        return len(rows) + len(groups) <= ROWS_A_SHEET or len(rows) > 2 * len(groups)

    @property
    def reasons(self) -> list[tuple[str, str, str]]:
        """Return (code, name, "P pain, C contracture") of the two states without a grade."""
        return [
            ("NT", _("not testable"), _keyed(instrument.REASONS[instrument.Status.NOT_TESTABLE])),
            ("ND", _("not done"), _keyed(instrument.REASONS[instrument.Status.NOT_DONE])),
        ]

    @property
    def limiters(self) -> str:
        return ", ".join(str(limiter.label) for limiter in instrument.Limiter)

    @property
    def context_lines(self) -> list[str]:
        """Return what the context panel asks for, in its words."""
        names = (name for group in CONTEXT_GROUPS for name in group if name not in ON_THEIR_OWN)
        words = {field.name: str(field.verbose_name) for field in Context._meta.fields}
        return [words[name] for name in names]

    @property
    def batteries(self) -> list[instrument.Battery]:
        return list(instrument.BATTERIES.values())


def _row(movement: instrument.Movement, last: Mapping[Cell, str]) -> Row:
    boxes = [Box(side, last.get((movement.key, side.value), "")) for side in movement.sides]
    return Row(str(movement.name), boxes)


def _keyed(reasons: Sequence[Any]) -> str:
    return ", ".join(f"{reason.key.upper()} {reason.label}" for reason in reasons)
