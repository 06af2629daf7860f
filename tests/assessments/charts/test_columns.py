"""Visits made ready for drawing: each has a name of its own, whatever else its day brought."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from assessments.charts import distribution, heat_map, strips
from assessments.charts.columns import columns
from assessments.charts.words import words_now
from assessments.history import Visit, moments_of
from tests.assessments.charts.markup import KNEE, parse
from tests.assessments.plain_history import graded, history, visit


def of_one_day() -> list[Visit]:
    """Return a visit a year before three of one day, the last two at the same minute."""
    before, day = visit(0, {KNEE: graded("5")}), visit(365, {KNEE: graded("4")})
    later = day.tested_at + timedelta(hours=4, minutes=30)
    return [before, day, *(replace(day, id=uuid4(), tested_at=later) for _again in range(2))]


def test_a_visit_alone_on_its_day_is_named_by_the_day() -> None:
    [alone, *_others] = columns(of_one_day(), words_now())
    assert (alone.key, alone.iso, alone.day, alone.year) == (
        "2022-03-07",
        "2022-03-07",
        "7 Mar 2022",
        "2022",
    )


def test_visits_of_one_day_have_their_times_and_names_of_their_own() -> None:
    visits = of_one_day()
    found = columns(visits, words_now())[1:]
    assert [each.day for each in found] == [
        f"7 Mar 2023 {at}" for at in ("10:00", "14:30", "14:30")
    ]
    assert [each.iso[-5:] for each in found] == ["10:00", "14:30", "14:30"]
    keys = [each.key for each in found]
    assert sorted(set(keys)) == keys
    assert list(moments_of(visits).values())[:2] == ["2022-03-07", "2023-03-07 10:00"]


def test_all_pictures_name_a_visit_alike() -> None:
    visits = of_one_day()
    keys = [each.key for each in columns(visits, words_now())]
    for draw in (heat_map, strips, distribution):
        tree = parse(draw(history(*visits), [KNEE]))
        [told] = [
            each.attrib["data-visits"] for each in tree.iter() if "data-visits" in each.attrib
        ]
        assert [pair.split()[0] for pair in told.split(",")] == keys
        named = [each.attrib["data-date"] for each in tree.iter() if "data-date" in each.attrib]
        assert named == keys
