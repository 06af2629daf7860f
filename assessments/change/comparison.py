"""Two visits side by side: each cell's flag, whether a repeat backs it, and what to mind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from .. import instrument
from ..history import Cell, Result, Visit
from .repeat import Grade, is_repeated, near_relapse
from .rule import (
    CONFIRMABLE,
    FLAGGED,
    SEVERITY,
    Caution,
    Direction,
    Flag,
    Rule,
    direction_of,
    distance_of,
    flag_of,
    level_of,
)

DIRECTION_ORDER = {direction: place for place, direction in enumerate(Direction)}
SIDE_ORDER = {side.value: place for place, side in enumerate(instrument.Side)}


@dataclass(frozen=True, slots=True)
class Change:
    """One movement and side at two visits. A missing result is None."""

    movement: str
    side: str
    before: Result | None
    after: Result | None
    before_visit: Visit
    after_visit: Visit
    flag: Flag
    direction: Direction
    confirmed: bool
    cautions: tuple[Caution, ...]

    @property
    def evidence(self) -> str:
        """How well a changed or crossed grade is backed, in words; empty for other flags."""
        if self.flag not in CONFIRMABLE:
            return ""
        return _("confirmed by repeat") if self.confirmed else _("possible, not yet repeated")

    @property
    def tester_change(self) -> str:
        """That a flagged change coincides with a change of tester, in words; otherwise empty."""
        before, after = self.before_visit, self.after_visit
        if self.flag not in FLAGGED or before.tester_id == after.tester_id:
            return ""
        return coincidence(before.tester, after.tester)

    @property
    def other_cautions(self) -> tuple[Caution, ...]:
        """The cautions but that of the tester, where `tester_change` says it in words."""
        if not self.tester_change:
            return self.cautions
        return tuple(each for each in self.cautions if each is not Caution.OTHER_TESTER)


def coincidence(before: str, after: str) -> str:
    """Return the words for two visits tested by different people. It alters no rule."""
    return _("coincides with a change of tester: %(before)s → %(after)s") % {
        "before": before,
        "after": after,
    }


def compare(
    before: Visit,
    after: Visit,
    rule: Rule,
    *,
    later: Sequence[Visit] = (),
    relapses: Sequence[date] = (),
) -> list[Change]:
    """Return every cell of either visit, worst first.

    `later` are visits later than `before`, in any order; all of a history may be given. Those
    between the two visits can be the first sight of a change that `after` repeats; those after
    `after` can repeat it. `relapses` are the days of onset.
    """
    settled = _settled_visits(before, after, later, rule, relapses)
    visit_cautions = _visit_cautions(before, after, rule, relapses)
    changes = []
    for cell in before.results.keys() | after.results.keys():
        old, new = before.results.get(cell), after.results.get(cell)
        flag = flag_of(old, new, rule)
        changes.append(
            Change(
                movement=cell[0],
                side=cell[1],
                before=old,
                after=new,
                before_visit=before,
                after_visit=after,
                flag=flag,
                direction=direction_of(old, new),
                confirmed=flag in CONFIRMABLE and _is_confirmed(cell, old, after, settled, rule),
                cautions=_with_position(cell, old, new, visit_cautions),
            )
        )
    return worst_first(changes)


def worst_first(changes: Iterable[Change]) -> list[Change]:
    """Return changes by severity, then worse before better, the longest way first."""
    places = {key: place for place, key in enumerate(instrument.MOVEMENTS)}
    return sorted(changes, key=lambda change: _place(change, places))


def farthest_first(changes: Iterable[Change]) -> list[Change]:
    """Return changes by what was graded alone: worse before better, the longest way first."""
    places = {key: place for place, key in enumerate(instrument.MOVEMENTS)}
    return sorted(changes, key=lambda change: _place(change, places)[1:])


def _settled_visits(
    before: Visit, after: Visit, later: Sequence[Visit], rule: Rule, relapses: Sequence[date]
) -> list[Visit]:
    """Return the visits that can show or repeat a change, earliest first: those after `before`,
    away from any relapse.
    """
    seen = {visit.id: visit for visit in (*later, after) if visit.tested_at > before.tested_at}
    seen.pop(before.id, None)
    settled = [visit for visit in seen.values() if not near_relapse(visit.day, rule, relapses)]
    return sorted(settled, key=lambda visit: visit.tested_at)


def _is_confirmed(
    cell: Cell, old: Result | None, after: Visit, settled: Sequence[Visit], rule: Rule
) -> bool:
    """Say whether the change at `after`, which must be settled itself, is backed by a repeat."""
    place = next((at for at, visit in enumerate(settled) if visit.id == after.id), None)
    if place is None:
        return False
    until, later = settled[: place + 1], settled[place + 1 :]
    new = after.results.get(cell)
    return is_repeated(old, new, _grades(cell, until), _grades(cell, later), rule)


def _grades(cell: Cell, visits: Iterable[Visit]) -> Iterable[Grade]:
    for visit in visits:
        level = level_of(visit.results.get(cell))
        if level is not None:
            yield visit.day, level


def _visit_cautions(
    before: Visit, after: Visit, rule: Rule, relapses: Sequence[date]
) -> tuple[Caution, ...]:
    found = []
    if before.tester_id != after.tester_id:
        found.append(Caution.OTHER_TESTER)
    if before.profile != after.profile:
        found.append(Caution.OTHER_PROFILE)
    if (
        before.fatigue is not None
        and after.fatigue is not None
        and abs(before.fatigue - after.fatigue) >= rule.fatigue_difference
    ):
        found.append(Caution.FATIGUE)
    if any(_is_ill(visit) or near_relapse(visit.day, rule, relapses) for visit in (before, after)):
        found.append(Caution.ILLNESS)
    return tuple(found)


def _is_ill(visit: Visit) -> bool:
    """Say whether relapse, fever or heat was noted; blank is unknown and says nothing."""
    return visit.heat not in ("", "none") or visit.relapse_status not in ("", "none")


def _with_position(
    cell: Cell, old: Result | None, new: Result | None, cautions: tuple[Caution, ...]
) -> tuple[Caution, ...]:
    if (
        level_of(old) is None
        or level_of(new) is None
        or _position(cell, old) == _position(cell, new)
    ):
        return cautions
    order = list(Caution)
    return tuple(sorted((*cautions, Caution.OTHER_POSITION), key=order.index))


def _position(cell: Cell, result: Result | None) -> str:
    """Return where it was tested: the movement's own position unless another was recorded."""
    recorded = result.position if result else ""
    return recorded or instrument.movement(cell[0]).position


def _place(change: Change, places: Mapping[str, int]) -> tuple[int, int, int, int, int]:
    old, new = level_of(change.before), level_of(change.after)
    distance = 0 if old is None or new is None else distance_of(old, new)
    return (
        SEVERITY[change.flag],
        DIRECTION_ORDER[change.direction],
        -distance,
        places[change.movement],
        SIDE_ORDER[change.side],
    )
