"""Confirmation by repeat, held against the independent `pymsprog` (Montobbio and others).

It was written for the EDSS and has neither our flags nor all of our windows. Histories are drawn
where both must say the same. Outside of that they differ on purpose:

- It knows one threshold. Grades here stay on one side of gravity and below the band from 4- to 5,
  where a distance alone decides.
- It sets a visit aside only in the days after an onset, we also in those before; and it lets a
  visit near a relapse begin or break a run, which we never do. Here none lies shortly before an
  onset, and one shortly after repeats the grade before it.
- It moves a baseline that lies near a relapse; we keep the first grade. Here it is near none.
- A last visit near a relapse takes nothing from what was confirmed before it; we judge the grade
  found at that visit, and confirm nothing there. Such histories are passed over.
- It lists events; we judge the latest grade. So an event counts that lasts until the last visit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pymsprog
import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from assessments import instrument
from assessments.change import CONFIRMABLE, Rule, judge
from assessments.change.repeat import near_relapse
from tests.assessments.plain_history import FIRST_DAY

DAYS_OF_A_MONTH = 30.44  # pymsprog's
BELOW_GRAVITY = [level for level in instrument.LEVELS if level < instrument.ANTIGRAVITY_LEVEL]
RULES = st.builds(
    lambda changed, confirm, relapse: Rule(1, changed, confirm, relapse),
    st.integers(1, 3),
    st.integers(20, 120),
    st.integers(5, 40),
)


class PandasOfThen:
    """pandas 3 refuses text in a column that began as numbers, as the package's summary does."""

    def __getattr__(self, name: str) -> Any:
        return getattr(pd, name)

    def DataFrame(self, *given: Any, **named: Any) -> pd.DataFrame:  # noqa: N802 (pandas' name)
        made = pd.DataFrame(*given, **named)
        return made.astype(object) if "event_sequence" in made.columns else made


@pytest.fixture(autouse=True, scope="module")
def oracle_of_then() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pymsprog, "pd", PandasOfThen())
        yield


@dataclass(frozen=True)
class Seen:
    """A visit so many days after the last one or after the days near the onset before; with
    `since_onset`, so many days after an onset that lies farther away from the last visit.
    """

    gap: int
    level: int
    since_onset: int | None = None


LEVELS = st.sampled_from(BELOW_GRAVITY)
SETTLED = st.builds(Seen, st.integers(1, 120), LEVELS)
AFTER_ONSET = st.builds(Seen, st.integers(1, 120), LEVELS, st.integers(0, 45))
VISITS = st.lists(st.one_of(SETTLED, AFTER_ONSET), min_size=1, max_size=8)
History = list[tuple[datetime, int]]


def history_of(first: int, seen: list[Seen], rule: Rule) -> tuple[History, list[datetime]]:
    """Return (day, level) of each visit, and the onsets of relapses."""
    day = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day)  # noqa: DTZ001 (days only)
    visits, onsets = [(day, first)], []
    for each in seen:
        if each.since_onset is None:
            # Past the days of the onset before.
            clear = [(onset - day).days + rule.relapse_days for onset in onsets[-1:]]
            day += timedelta(days=max([0, *clear]) + each.gap)
            visits.append((day, each.level))
        else:
            onset = day + timedelta(days=rule.relapse_days + each.gap)
            onsets.append(onset)
            day = onset + timedelta(days=min(each.since_onset, rule.relapse_days + 1))
            visits.append((day, visits[-1][1]))
    return visits, onsets


def says_pymsprog(visits: History, onsets: list[datetime], rule: Rule) -> bool:
    """Say whether an event was confirmed, of whatever direction, that lasts to the last visit."""
    thirds = [instrument.THIRDS[level] for _day, level in visits]
    data = pd.DataFrame({"who": 1, "value": thirds, "day": [day for day, _level in visits]})
    relapses = pd.DataFrame({"who": 1, "day": pd.Series(onsets, dtype="datetime64[ns]")})
    _summary, events = pymsprog.MSprog(
        data,
        "who",
        "value",
        "day",
        relapse=relapses if onsets else None,
        delta_fun=lambda _baseline: rule.changed_from,
        conf_months=[(rule.confirm_after_days + 0.5) / DAYS_OF_A_MONTH],
        conf_tol_days=0,
        conf_left=True,
        rel_infl=rule.relapse_days,
        event="multiple",
        baseline="fixed",
        verbose=0,
    )
    return bool((events["sust_last"] == 1).any())


# The package was written for an older pandas.
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
@given(LEVELS, VISITS, RULES)
@example(5, [Seen(10, 0), Seen(84, 0)], Rule())
@example(5, [Seen(10, 0), Seen(83, 0)], Rule())
@example(5, [Seen(10, 0), Seen(84, 0, since_onset=30)], Rule())
@example(5, [Seen(10, 0), Seen(84, 0, since_onset=31)], Rule())
@settings(max_examples=200, deadline=None)
def test_confirmation_agrees_with_pymsprog(first: int, seen: list[Seen], rule: Rule) -> None:
    visits, onsets = history_of(first, seen, rule)
    days = [onset.date() for onset in onsets]
    if near_relapse(visits[-1][0].date(), rule, days):
        assume(not says_pymsprog(visits[:-1], onsets, rule))
    flag, confirmed = judge(visits, rule, days)
    event(f"{flag in CONFIRMABLE=} {confirmed=} {bool(onsets)=}")
    assert confirmed == says_pymsprog(visits, onsets, rule)
