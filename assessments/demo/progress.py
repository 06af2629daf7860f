"""The read model of change for planned patients: what `assessments.progress` would derive."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from ..history import Cell
from ..models import Progress
from ..progress import UPDATED
from .plan import PlannedPatient
from .tables import keeper

PROGRESS = ("clinic_id", "patient_id", "movement", "side", *UPDATED)

# (level, tested at, assessment, tester)
Graded = tuple[Any, Any, Any, Any]
NEVER: Graded = (None, None, None, None)


def progress_rows(
    patients: Sequence[PlannedPatient], clinic: UUID, testers: Sequence[UUID]
) -> Iterator[Sequence[Any]]:
    """Return rows as the driver takes them: baseline, last but one and last grade of each cell."""
    keep, keep_time = keeper(Progress, "patient_id"), keeper(Progress, "latest_at")
    people = [keep(tester) for tester in testers]
    place = keep(clinic)
    for patient in patients:
        found: dict[Cell, tuple[Graded, Graded, Graded]] = {}
        for visit in patient.visits:
            told = (keep_time(visit.tested_at), keep(visit.id), people[visit.tester])
            for cell, result in visit.results.items():
                if result.level is None:
                    continue
                newest = (result.level, *told)
                known = found.get(cell)
                found[cell] = (known[0], known[2], newest) if known else (newest, NEVER, newest)
        mine = keep(patient.id)
        for (movement, side), (baseline, previous, latest) in found.items():
            yield place, mine, movement, side, *baseline, *previous, *latest
