"""Whether a change is still there when it is tested again, visits near a relapse left aside."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache

from .. import instrument
from ..history import Result
from ..instrument import Status
from .rule import CONFIRMABLE, SEVERITY, Flag, Rule, direction_of, flag_of, level_of

# A grade of one cell, with the day on which it was tested by the wall clock there.
Grade = tuple[date, int]


def judge(
    series: Sequence[tuple[datetime, int]], rule: Rule, relapses: Sequence[date]
) -> tuple[Flag, bool]:
    """Return the flag of the last level of one cell against its first, and whether it is
    confirmed by repeat.

    `series` are (tested at on the wall clock there, level), earliest first, at least one;
    `relapses` are days of onset.
    """
    (start, first), (end, last) = series[0], series[-1]
    old, new = graded(first), graded(last)
    flag = flag_of(old, new, rule)
    if flag not in CONFIRMABLE or near_relapse(end.date(), rule, relapses):
        return flag, False
    settled = [
        (at.date(), level)
        for at, level in series
        if at > start and not near_relapse(at.date(), rule, relapses)
    ]
    return flag, is_repeated(old, new, settled, (), rule)


def is_repeated(
    old: Result | None,
    new: Result | None,
    until: Iterable[Grade],
    later: Iterable[Grade],
    rule: Rule,
) -> bool:
    """Say whether the change from `old` to `new` stands in an unbroken run that is long enough.

    `until` are the settled grades of the cell after `old` and up to `new`, which is the last;
    `later` are those after it; both earliest first. Visits at which the cell was not graded say
    nothing and are not among them: they neither repeat nor break a run.
    """
    holding = _levels_that_repeat(level_of(old), level_of(new), rule)
    run: list[date] = []
    for day, level in until:
        if level in holding:
            run.append(day)
        else:
            run.clear()
    for day, level in later:
        if level not in holding:
            break
        run.append(day)
    return bool(run) and (run[-1] - run[0]).days >= rule.confirm_after_days


def near_relapse(day: date, rule: Rule, relapses: Iterable[date]) -> bool:
    return any(abs((day - onset).days) <= rule.relapse_days for onset in relapses)


def graded(level: int) -> Result:
    return Result(Status.GRADED.value, level)


@lru_cache(1000)  # a file or a clinic asks the same of many cells
def _levels_that_repeat(old: int | None, new: int | None, rule: Rule) -> frozenset[int]:
    """Return the levels that show a change at least as grave as that to `new`, the same way."""
    before, after = (None if level is None else graded(level) for level in (old, new))
    severity, direction = SEVERITY[flag_of(before, after, rule)], direction_of(before, after)
    return frozenset(
        level
        for level in instrument.LEVELS
        if SEVERITY[flag_of(before, graded(level), rule)] <= severity
        and direction_of(before, graded(level)) == direction
    )
