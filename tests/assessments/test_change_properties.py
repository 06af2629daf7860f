"""What must hold of the change rule at every clinic, whatever its thresholds."""

from datetime import timedelta

from hypothesis import assume, example, given
from hypothesis import strategies as st

from assessments import instrument
from assessments.change import CONFIRMABLE, SEVERITY, Flag, Rule, compare, direction_of, flag_of
from assessments.change import judge as judged
from assessments.history import Result, Visit
from tests.assessments.plain_history import FIRST_DAY, level, not_done, not_testable, visit

CELL = ("knee_extension", "left")
LEVELS = st.sampled_from(list(instrument.LEVELS))
MISSING = st.sampled_from([None, not_testable(), not_done()])
RESULTS = st.one_of(MISSING, LEVELS.map(level))
RULES = st.builds(
    lambda ends, confirm, relapse: Rule(*sorted(ends), confirm, relapse),
    st.tuples(st.integers(1, 15), st.integers(1, 15)),
    st.integers(1, 200),
    st.integers(1, 60),
)
# Days after the visit before, with what was found.
SERIES = st.lists(st.tuples(st.integers(1, 120), RESULTS), min_size=1, max_size=7)
ONSETS = st.lists(st.integers(-60, 800), max_size=3)
WEAK_EVIDENCE = 8  # 4- and better


def visits_of(first: int, series: list[tuple[int, Result | None]]) -> list[Visit]:
    """Return a graded first visit, and one for each of `series`, so many days after the last."""
    visits, day = [visit(0, {CELL: level(first)})], 0
    for days, result in series:
        day += days
        visits.append(visit(day, {CELL: result} if result else {}))
    return visits


def days_of(onsets: list[int]) -> list:
    return [FIRST_DAY + timedelta(days=day) for day in onsets]


@given(RESULTS, RESULTS, RULES)
def test_symmetry(before: Result | None, after: Result | None, rule: Rule) -> None:
    assert flag_of(before, after, rule) == flag_of(after, before, rule)
    back = {"worse": "better", "better": "worse", "none": "none"}
    assert direction_of(after, before) == back[direction_of(before, after)]


@given(RESULTS, RESULTS, RULES)
def test_symmetry_of_whole_visits(before: Result | None, after: Result | None, rule: Rule) -> None:
    assume(before or after)
    old = visit(0, {CELL: before} if before else {})
    new = visit(9, {CELL: after} if after else {})
    [there], [back] = compare(old, new, rule), compare(new, old, rule)
    assert (there.flag, there.cautions) == (back.flag, back.cautions)


@given(LEVELS, LEVELS, LEVELS, RULES)
def test_going_further_the_same_way_is_never_less_grave(
    start: int, near: int, far: int, rule: Rule
) -> None:
    """Also across gravity and out of the 4- to 5 band, where a step weighs more, never less."""
    assume(start < near <= far or start > near >= far)
    nearer, farther = (flag_of(level(start), level(end), rule) for end in (near, far))
    assert SEVERITY[farther] <= SEVERITY[nearer]


@given(LEVELS, LEVELS, RULES)
def test_between_4_minus_and_5_nothing_is_more_than_watched(
    one: int, other: int, rule: Rule
) -> None:
    flag = flag_of(level(one), level(other), rule)
    if min(one, other) >= WEAK_EVIDENCE:
        assert SEVERITY[flag] >= SEVERITY[Flag.WATCH]


@given(LEVELS, LEVELS, RULES)
def test_a_distance_of_a_change_below_the_band_is_one(one: int, other: int, rule: Rule) -> None:
    apart = abs(instrument.THIRDS[one] - instrument.THIRDS[other])
    changed = flag_of(level(one), level(other), rule) in CONFIRMABLE
    crossed = (one < instrument.ANTIGRAVITY_LEVEL) != (other < instrument.ANTIGRAVITY_LEVEL)
    far = apart >= rule.changed_from and min(one, other) < WEAK_EVIDENCE
    assert changed == (crossed or far)


@given(RESULTS, MISSING, RULES)
def test_no_flag_from_a_missing_value(
    known: Result | None, missing: Result | None, rule: Rule
) -> None:
    for before, after in ((known, missing), (missing, known)):
        assert flag_of(before, after, rule) == Flag.NOT_COMPARABLE


@given(LEVELS, SERIES, RULES, ONSETS)
def test_no_repeat_from_a_missing_value(
    first: int, series: list[tuple[int, Result | None]], rule: Rule, onsets: list[int]
) -> None:
    visits = visits_of(first, series)
    graded = [each for each in visits if each.results and each.results[CELL].level is not None]
    assume(len(graded) > 1)
    before, after = visits[0], graded[-1]
    with_all, with_graded = (
        compare(before, after, rule, later=later, relapses=days_of(onsets))
        for later in (visits, graded)
    )
    assert with_all == with_graded


@given(LEVELS, SERIES, RULES, ONSETS)
@example(9, [(100, level(6)), (84, level(6))], Rule(), [])
@example(9, [(100, level(6)), (84, level(6))], Rule(), [214])
def test_a_series_is_judged_as_its_visits_are_compared(
    first: int, series: list[tuple[int, Result | None]], rule: Rule, onsets: list[int]
) -> None:
    visits = visits_of(first, series)
    grades = [
        (each.tested_at, each.results[CELL].level)
        for each in visits
        if each.results and each.results[CELL].level is not None
    ]
    latest = next(each for each in reversed(visits) if each.tested_at == grades[-1][0])
    assume(latest is not visits[0])
    relapses = days_of(onsets)
    [found] = compare(visits[0], latest, rule, later=visits, relapses=relapses)
    assert judged(grades, rule, relapses) == (found.flag, found.confirmed)


@given(LEVELS, SERIES, RULES, ONSETS, st.data())
def test_a_relapse_near_the_last_visit_never_confirms(
    first: int,
    series: list[tuple[int, Result | None]],
    rule: Rule,
    onsets: list[int],
    data: st.DataObject,
) -> None:
    visits = visits_of(first, series)
    near = data.draw(st.integers(-rule.relapse_days, rule.relapse_days))
    relapses = [*days_of(onsets), visits[-1].day + timedelta(days=near)]
    changes = compare(visits[0], visits[-1], rule, later=visits, relapses=relapses)
    assert [each for each in changes if each.confirmed] == []


@given(st.integers(84, 400), st.sampled_from([-31, 31]))
def test_one_further_away_does_not_stand_in_the_way(days: int, near: int) -> None:
    """That the property above can fail."""
    visits = visits_of(9, [(200, level(6)), (days, level(6))])
    onset = visits[-1].day + timedelta(days=near)
    assume(abs((visits[1].day - onset).days) > 30)
    [found] = compare(visits[0], visits[-1], Rule(), later=visits, relapses=[onset])
    assert found.confirmed


@given(LEVELS, LEVELS, RULES)
def test_one_sight_is_never_confirmed(first: int, last: int, rule: Rule) -> None:
    visits = visits_of(first, [(365, level(last))])
    assert not any(each.confirmed for each in compare(*visits, rule))
