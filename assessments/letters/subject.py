"""What a page is about: the visit, the one it is compared with, and what became of each grade."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from .. import change
from ..history import Cell, History, Visit, times_of
from ..models import Assessment
from ..querysets import load_history
from ..rules import listed, rule_of

VISITS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Subject:
    """`changes` are all cells against the visit `before`, `listed` those that a page names."""

    record: Assessment
    history: History
    visit: Visit
    before: Visit | None
    before_revision: int | None
    rule: change.Rule
    changes: Sequence[change.Change]
    listed: Sequence[change.Change]

    @property
    def shows_flags(self) -> bool:
        return self.record.clinic.change_flags

    @property
    def times(self) -> Mapping[UUID, str]:
        """The time of each visit that shares its day with another."""
        return times_of(self.history.visits)

    @property
    def relapses(self) -> list[date]:
        """The days of onset."""
        return _relapses(self.history)

    @property
    def comparable(self) -> int:
        return sum(each.flag is not change.Flag.NOT_COMPARABLE for each in self.changes)

    @property
    def graded(self) -> int:
        return sum(result.level is not None for result in self.visit.results.values())

    @property
    def not_graded(self) -> list[Cell]:
        """The cells of the record that have no grade, in test order."""
        results = self.visit.results
        return [
            cell for cell in self.record.cells if cell not in results or results[cell].level is None
        ]

    @property
    def last_visits(self) -> Sequence[Visit]:
        """The visit and up to five before it, earliest first."""
        end = self.history.visits.index(self.visit) + 1
        return self.history.visits[max(0, end - VISITS_SHOWN) : end]

    @property
    def tested_again(self) -> date | None:
        """The day of the last visit, where that is a later one."""
        last = self.history.visits[-1]
        return None if last.id == self.visit.id else last.day

    @property
    def due(self) -> date:
        """The day by which the clinic means to test again."""
        return self.visit.day + timedelta(days=self.record.clinic.retest_interval_days)


class Known(NamedTuple):
    """A patient's history and the revision of each visit, as of before it was read: what was
    amended meanwhile has another one since.
    """

    history: History
    revisions: Mapping[UUID, int]

    def earlier(self, record: Assessment) -> Sequence[Visit]:
        """Return the visits before a record, latest first."""
        visits = self.history.visits
        return visits[: visits.index(self.visit(record))][::-1]

    def visit(self, record: Assessment) -> Visit:
        """Raises PermissionDenied where the record was voided a moment ago."""
        for visit in self.history.visits:
            if visit.id == record.pk:
                return visit
        raise PermissionDenied(_("This assessment was voided."))


def known_of(record: Assessment) -> Known:
    revisions = dict(record.patient.assessments.in_force().values_list("pk", "revision"))
    return Known(load_history(record.patient), revisions)


def subject_of(record: Assessment, known: Known, before: Visit | None) -> Subject:
    """Return what there is to tell of a record in force, compared with an earlier visit."""
    history, visit, rule = known.history, known.visit(record), rule_of(record.clinic)
    changes: Sequence[change.Change] = ()
    if before:
        changes = change.compare(
            before, visit, rule, later=history.visits, relapses=_relapses(history)
        )
    return Subject(
        record=record,
        history=history,
        visit=visit,
        before=before,
        before_revision=known.revisions.get(before.id) if before else None,
        rule=rule,
        changes=changes,
        listed=listed(changes, record.clinic),
    )


def _relapses(history: History) -> list[date]:
    return [event.start for event in history.events if event.kind == "relapse"]
