"""Histories built by hand: plain values, no database."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from assessments import instrument
from assessments.history import Cell, Happening, History, Result, Visit

FIRST_DAY = date(2022, 3, 7)


def graded(code: str, profile: str = "mrc_plus_minus", **details: Any) -> Result:
    """Return a grade by its code, as a tester would write it."""
    level = instrument.profile(profile).level_of(code)
    return Result(instrument.Status.GRADED.value, level, **details)


def level(number: int, **details: Any) -> Result:
    return Result(instrument.Status.GRADED.value, number, **details)


def not_testable(reason: str = "pain") -> Result:
    return Result(instrument.Status.NOT_TESTABLE.value, None, reason)


def not_done(reason: str = "time") -> Result:
    return Result(instrument.Status.NOT_DONE.value, None, reason)


def person_id(name: str) -> UUID:
    return uuid5(NAMESPACE_OID, name)


def visit(
    day: date | int = 0,
    results: dict[Cell, Result] | None = None,
    *,
    tester: str = "P. Example",
    profile: str = "mrc_plus_minus",
    **context: Any,
) -> Visit:
    """Return a visit on a day, or so many days after the first one."""
    when = FIRST_DAY + timedelta(days=day) if isinstance(day, int) else day
    return Visit(
        id=uuid5(NAMESPACE_OID, f"{when} {tester}"),
        tested_at=datetime.combine(when, time(10), tzinfo=UTC),
        tester_id=person_id(tester),
        tester=tester,
        battery="ms_clinic_screen",
        profile=profile,
        results=results or {},
        **context,
    )


def history(
    *visits: Visit, events: tuple = (), interventions: tuple = (), referrals: tuple = ()
) -> History:
    return History(tuple(visits), tuple(events), tuple(interventions), tuple(referrals))


def relapse(day: int, days: int = 20, label: str = "relapse") -> Happening:
    start = FIRST_DAY + timedelta(days=day)
    return Happening("relapse", label, start, start + timedelta(days=days))
