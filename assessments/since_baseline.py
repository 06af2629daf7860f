"""What changed since each movement was first graded, from the read model: no history is read."""

from collections import defaultdict
from dataclasses import replace
from uuid import UUID

from mmt.kept import Kept
from patients.models import Event, EventKind, Patient

from .change import Change, compare, worst_first
from .history import Cell
from .models import Assessment, Progress
from .querysets import visits_of
from .rules import listed, rule_of


def changes_since_baseline(patient: Patient) -> list[Change]:
    """Return what the clinic lists of the changes, worst first, in four queries."""
    rule = rule_of(patient.clinic)
    by_visits: dict[tuple[UUID, UUID], dict[Cell, bool]] = defaultdict(dict)
    for first, last, movement, side, confirmed in _kept_changed(patient.pk):
        by_visits[first, last][movement, side] = confirmed
    wanted = Assessment.objects.filter(pk__in={visit for pair in by_visits for visit in pair})
    visits = {visit.id: visit for visit in visits_of(wanted)}
    relapses = [started for (started,) in _kept_relapses(patient.pk)]
    found: list[Change] = []
    for (before, after), cells in by_visits.items():
        changes = compare(visits[before], visits[after], rule, relapses=relapses)
        found += (
            replace(change, confirmed=cells[change.movement, change.side])
            for change in changes
            if (change.movement, change.side) in cells
        )
    return listed(worst_first(found), patient.clinic)


_kept_changed = Kept(
    lambda patient: (
        Progress.objects.filter(patient=patient)
        .exclude(since_baseline=0)
        .values_list(
            "baseline_assessment_id", "latest_assessment_id", "movement", "side", "confirmed"
        )
    )
)
_kept_relapses = Kept(
    lambda patient: Event.objects.filter(
        patient=patient, kind=EventKind.RELAPSE, voided_at__isnull=True
    ).values_list("started")
)
