"""Places on the true time axis, and what is moved apart on it."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.charts.time_axis import TimeAxis, lanes, spread
from assessments.history import Happening
from tests.assessments.plain_history import visit

AXIS = TimeAxis(date(2022, 1, 1), date(2026, 1, 1), 0, 1461)


def test_a_day_stands_at_its_true_place():
    assert [AXIS.place(day) for day in (date(2022, 1, 1), date(2022, 1, 31), date(2026, 1, 1))] == [
        0,
        30,
        1461,
    ]


def test_days_outside_stand_at_the_ends():
    assert AXIS.place(date(2000, 1, 1)) == 0
    assert AXIS.place(date(2030, 1, 1)) == 1461


def test_a_lone_day_stands_in_the_middle():
    axis = TimeAxis.of([visit(0).day, visit(0).day], 10, 30)
    assert axis.place(axis.first) == 20


def test_the_axis_spans_the_visits_in_any_order():
    axis = TimeAxis.of([visit(day).day for day in (30, 0, 10)], 0, 100)
    assert (axis.last - axis.first).days == 30


@pytest.mark.parametrize(
    ("first", "last", "most", "expected"),
    [
        (date(2022, 3, 1), date(2026, 3, 1), 6, [2023, 2024, 2025, 2026]),
        (date(1990, 3, 1), date(2026, 3, 1), 6, [2000, 2010, 2020]),
        (date(2022, 3, 2), date(2022, 3, 20), 6, []),
    ],
)
def test_ticks_fall_on_turns_of_years(first, last, most, expected):
    found = TimeAxis(first, last, 0, 1).ticks(most)
    assert [day.year for day in found] == expected
    assert {(day.month, day.day) for day in found} <= {(1, 1)}


def test_ticks_of_a_short_history_are_months():
    found = TimeAxis(date(2022, 3, 2), date(2022, 8, 20), 0, 1).ticks(6)
    assert [day.month for day in found] == [4, 5, 6, 7, 8]


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.integers(0, 40000), st.integers(2, 12))
def test_there_are_never_more_ticks_than_fit(first, days, most):
    last = date.fromordinal(first.toordinal() + days)
    found = TimeAxis(first, last, 0, 1).ticks(most)
    assert len(found) <= most
    assert all(first <= day <= last for day in found)


def test_what_touches_the_axis_overlaps():
    def over(start, end):
        return AXIS.overlaps(Happening("relapse", "", start, end))

    assert over(date(2021, 1, 1), date(2022, 1, 1))
    assert over(date(2026, 1, 1), None)
    assert not over(date(2021, 1, 1), date(2021, 12, 31))
    assert not over(date(2021, 1, 1), None)


PLACES = st.lists(st.floats(0, 1000), min_size=1, max_size=60).map(sorted)


@given(PLACES)
def test_spread_keeps_order_room_and_limits(places):
    found = spread(places, 10, 0, 1000)
    assert all(b - a >= 10 - 1e-6 for a, b in pairwise(found))
    assert found[0] >= -1e-6
    assert found[-1] <= 1000 + 1e-6


@given(PLACES)
def test_spread_leaves_what_has_room_alone(places):
    apart = [place * 100 for place in range(len(places))]
    assert spread(apart, 10, 0, 100 * len(places)) == apart


def test_spread_moves_close_places_to_both_sides():
    assert spread([50, 50], 10, 0, 100) == [45, 55]
    assert spread([0, 1], 10, 0, 100) == [0, 10]
    assert spread([99, 100], 10, 0, 100) == [90, 100]


def test_lanes_pack_without_overlap():
    assert lanes([(0, 10), (5, 15), (10, 20), (12, 13), (16, 20)]) == [0, 1, 0, 2, 1]
    assert lanes([]) == []
