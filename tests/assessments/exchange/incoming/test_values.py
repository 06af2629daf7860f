"""What a cell can mean. What can be read in two ways is refused, with the reason."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from assessments.exchange.incoming.values import (
    AmbiguousDate,
    Day,
    Grades,
    NotUnderstood,
    Said,
    read_day,
)
from assessments.history import Result

UP, DOWN = Grades(), Grades("down")
SYDNEY = ZoneInfo("Australia/Sydney")
NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "level"),
    [
        ("0", 0),
        (0, 0),
        ("4-", 8),
        ("4–", 8),
        (" 4 - ", 8),
        ("4 minus", 8),
        ("5/5", 12),
        ("3+/5", 7),
        ("G+", 10),
        (4, 9),
        ("'4-", 8),
    ],
)
def test_a_grade_is_understood_however_it_is_written(cell: object, level: int) -> None:
    assert UP.read(cell, "mrc_plus_minus") == Result("graded", level)


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("4-May", "made a date"),
        ("04-May", "made a date"),
        ("May-04", "made a date"),
        ({"d": "2025-05-04"}, "made a date"),
        ("3/4", "range, a date"),
        ("3-4", "range, a date"),
        ("4/5/2025", "range, a date"),
        ({"f": "4"}, "formula"),
        ("=4", "not a grade"),
        ("+4", "not a grade"),
        (4.5, "between grades"),
        ("45781", "not a grade"),
        (True, "TRUE or FALSE"),
        ("-", "not a grade"),
        ("-1", "not a grade"),
        ("normal?", "not a grade"),
        ("9", "another scale"),
        ("n", "normal or not testable"),
        ("NT", "Give a reason"),
        ("80%", "not a grade"),
    ],
)
def test_what_may_be_something_else_is_refused(cell: object, word: str) -> None:
    with pytest.raises(NotUnderstood, match=word):
        UP.read(cell, "mrc_plus_minus")


def test_the_four_states_are_four() -> None:
    assert UP.read("", "mrc") is None
    assert UP.read("0", "mrc") == Result("graded", 0)
    assert UP.read("NT pain", "mrc") == Result("not_testable", reason="pain")
    assert UP.read("ND declined", "mrc") == Result("not_done", reason="declined")


def test_a_state_may_stand_in_a_column_of_its_own() -> None:
    assert UP.read("", "mrc", Said("not_testable", "spasticity")).reason == "spasticity"
    assert UP.read("4", "mrc", Said("graded")).level == 9
    assert UP.read("", "mrc", Said("blank")) is None
    for cell, said, word in (
        ("", Said("graded"), "there is no grade"),
        ("4", Said("not_done"), "two different things"),
        ("4", Said("blank"), "left blank"),
        ("4", Said("", "pain"), "reason for none"),
        ("", Said("", "pain"), "not testable"),
        ("NT", Said("", "declined"), "not a reason"),
        ("4", Said("perhaps"), "no status"),
    ):
        with pytest.raises(NotUnderstood, match=word):
            UP.read(cell, "mrc", said)


def test_a_reason_for_the_whole_import_is_marked_as_such() -> None:
    found = Grades(reasons={"not_testable": "immobilised"}).read("NT", "mrc")
    assert found.reason == "immobilised"
    assert "No reason in the file" in found.note


def test_a_star_is_kept_in_words() -> None:
    found = UP.read("4*", "mrc")
    assert found.level == 9
    assert "“4*” in the file" in found.note


def test_a_scale_the_other_way_up_is_turned_and_zero_is_normal() -> None:
    assert DOWN.read("0", "mrc").level == 12
    assert DOWN.read("5", "mrc").level == 0
    assert DOWN.read("1", "mrc").level == 9


@pytest.mark.parametrize(
    ("cell", "order", "day"),
    [
        ("2025-04-03", "", date(2025, 4, 3)),
        ({"d": "2025-04-03"}, "", date(2025, 4, 3)),
        ("03/04/2025", "day", date(2025, 4, 3)),
        ("03/04/2025", "month", date(2025, 3, 4)),
        ("3.4.2025", "day", date(2025, 4, 3)),
        ("3 Apr 2025", "", date(2025, 4, 3)),
        ("3-April-2025", "", date(2025, 4, 3)),
        ("April 3, 2025", "", date(2025, 4, 3)),
    ],
)
def test_a_day_is_read(cell: object, order: str, day: date) -> None:
    assert read_day(cell, order) == Day(day)


def test_day_and_month_are_never_guessed() -> None:
    for text in ("03/04/2025", "25/04/2025", "3.4.2025"):
        with pytest.raises(AmbiguousDate):
            read_day(text, "")


@pytest.mark.parametrize(
    ("cell", "order", "word"),
    [
        ("25/04/2025", "month", "no such day"),
        ("29/02/2025", "day", "no such day"),
        ("03/04/25", "day", "two digits"),
        (45750, "", "a number"),
        ("April", "", "no date"),
        ("2025-04-03 25:00", "", "time of day"),
        ("0000-01-01", "", "no such day"),
        ("1" * 400, "", "no date"),
    ],
)
def test_what_is_no_day_is_refused(cell: object, order: str, word: str) -> None:
    with pytest.raises(NotUnderstood, match=word):
        read_day(cell, order)


def test_a_time_is_the_clinics_and_noon_where_none_was_said() -> None:
    at = read_day("2025-04-03 14:30", "").moment(SYDNEY, NOW)
    assert at.isoformat() == "2025-04-03T14:30:00+11:00"
    assert Day(date(2025, 4, 3)).moment(SYDNEY, NOW).isoformat() == "2025-04-03T12:00:00+11:00"
    told = read_day("2025-04-03T14:30:00+02:00", "").moment(SYDNEY, NOW)
    assert told == datetime(2025, 4, 3, 12, 30, tzinfo=UTC)


def test_today_without_a_time_is_not_in_the_future() -> None:
    morning = datetime(2025, 4, 3, 8, 0, tzinfo=SYDNEY)
    assert Day(date(2025, 4, 3)).moment(SYDNEY, morning).hour == 0


def test_a_time_that_the_clocks_skipped_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="no such time"):
        read_day("2025-10-05 02:30", "").moment(SYDNEY, NOW)
