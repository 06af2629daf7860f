"""The read model of change for planned patients: what `assessments.progress` would derive."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from mmt.accounts.models import Clinic
from patients.models import EventKind

from ..history import Cell
from ..progress_rows import Rows, Tested
from ..rules import rule_of
from .plan import PlannedPatient


def progress_rows(
    patients: Sequence[PlannedPatient], clinic: Clinic, testers: Sequence[UUID]
) -> Iterator[Sequence[Any]]:
    """Return rows as the driver takes them, in the order of `progress_rows.COLUMNS`."""
    rows, zone = Rows(clinic.pk, rule_of(clinic)), clinic.zone
    for patient in patients:
        grades: dict[Cell, list[tuple[int, Tested]]] = defaultdict(list)
        for visit in patient.visits:
            at = visit.tested_at
            tested = rows.tested(at, at.astimezone(zone), visit.id, testers[visit.tester])
            for cell, result in visit.results.items():
                if result.level is not None:
                    grades[cell].append((result.level, tested))
        relapses = [each.started for each in patient.events if each.kind == EventKind.RELAPSE]
        yield from rows.of(patient.id, grades, relapses)
