"""Cells of a file as values. Nothing is guessed: what can be read in two ways is refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any

from django.utils.translation import gettext as _

from ... import instrument
from ...history import Result
from ...instrument import Status
from ..rows import BLANK
from ..spreadsheet import restored
from .mapping import DateOrder, Direction

MOST_EXACT = 1e15  # beyond, a spreadsheet's numbers are not exact
FIRST_DAY = date(1900, 1, 1)
NOON = time(12)  # of a visit whose time the file does not say

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ](.{1,30}))?")
_BY_NUMBERS = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})(?: +(.{1,20}))?")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}([/.-])[0-9]{1,2}\1[0-9]{2}(?: .{1,20})?")
_DAY_NAME = re.compile(r"([0-9]{1,2})[ .-]*([A-Za-z]{3,9})[ .,-]*([0-9]{4})(?: +(.{1,20}))?")
_NAME_DAY = re.compile(r"([A-Za-z]{3,9})[ .-]*([0-9]{1,2})[ .,]+([0-9]{4})(?: +(.{1,20}))?")
_CLOCK = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
# What a spreadsheet makes of 4-5 or 3/4, as text.
_DATE_LIKE = re.compile(
    r"[0-9]{1,2}[ ./-]*(?:%s)[a-z]*[ ./-]*(?:[0-9]{2,4})?|(?:%s)[a-z]*[ ./-]*[0-9]{1,4}"
    % (("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec",) * 2),
    re.IGNORECASE,
)


class NotUnderstood(ValueError):
    """The cell holds nothing that can be taken as it is. The message says why."""


class AmbiguousDate(NotUnderstood):
    """Day and month could be the other way round, and nobody said which is meant."""


@dataclass(frozen=True, slots=True)
class Day:
    """When something was: the day, and the moment where the file says the time."""

    day: date
    clock: time | None = None
    offset_known: datetime | None = None  # aware, where the file gives the offset from UTC

    def moment(self, zone: tzinfo, now: datetime) -> datetime:
        """Return the moment on the wall clock of the place; noon where no time was said, or
        midnight where noon is still to come. Raises NotUnderstood for a time that never was.
        """
        if self.offset_known:
            return self.offset_known
        found = datetime.combine(self.day, self.clock or NOON, tzinfo=zone)
        if self.clock is None and found > now:
            found = datetime.combine(self.day, time.min, tzinfo=zone)
        there_and_back = datetime.fromtimestamp(found.timestamp(), tz=zone)
        if there_and_back.replace(tzinfo=None) != found.replace(tzinfo=None):
            raise NotUnderstood(_("There was no such time: the clocks were put forward."))
        return found


def text_of(cell: Any) -> str:
    """Return a cell as text. Raises NotUnderstood for a formula or a truth value."""
    if isinstance(cell, str):
        return restored(cell).strip()
    if isinstance(cell, bool):
        raise NotUnderstood(_("This is TRUE or FALSE, not a text."))
    if isinstance(cell, dict):
        if "f" in cell:
            raise NotUnderstood(_("This is a formula. Paste its value (a +4 may have become one)."))
        return str(cell["d"])
    if isinstance(cell, float) and abs(cell) >= MOST_EXACT:
        raise NotUnderstood(_("A number of so many digits loses some. Format the column as text."))
    return str(cell)


def read_day(cell: Any, order: str) -> Day:
    """Return the day, and the time where there is one. Raises NotUnderstood, AmbiguousDate."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        raise NotUnderstood(_("This is a number. Format the column as dates, or as 2025-04-03."))
    text = text_of(cell)
    if iso := _ISO.fullmatch(text):
        return _day(iso[1], iso[2], iso[3], iso[4])
    if numbers := _BY_NUMBERS.fullmatch(text):
        first, _sign, second, year, clock = numbers.groups()
        if not order:
            raise AmbiguousDate(_("Day first or month first? Say it with the columns."))
        day, month = (first, second) if order == DateOrder.DAY_FIRST else (second, first)
        return _day(year, month, day, clock)
    if _SHORT_YEAR.fullmatch(text):
        raise NotUnderstood(_("The year has two digits only: write all four."))
    for pattern, places in ((_DAY_NAME, (3, 2, 1)), (_NAME_DAY, (3, 1, 2))):
        named = pattern.fullmatch(text)
        if named and named[places[1]].lower() in MONTHS:
            month_number = str(MONTHS[named[places[1]].lower()])
            return _day(named[places[0]], month_number, named[places[2]], named[4])
    raise NotUnderstood(_("This is no date that can be read: write it as 2025-04-03."))


def _day(year: str, month: str, day: str, clock: str | None) -> Day:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise NotUnderstood(_("There is no such day.")) from None
    if not clock:
        return Day(found)
    read = _CLOCK.fullmatch(clock.strip())
    try:
        if read is None:
            raise ValueError
        told = time(int(read[1]), int(read[2]), int(read[3] or 0))
        if read[4]:
            aware = datetime.fromisoformat(f"{found.isoformat()}T{told.isoformat()}{read[4]}")
            return Day(found, told, aware)
    except ValueError:
        raise NotUnderstood(_("The time of day cannot be read: write it as 14:30.")) from None
    if told == time.min:  # how spreadsheets write a day without a time
        return Day(found)
    return Day(found, told)


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says of one result besides the grade, as texts."""

    status: str = ""
    reason: str = ""
    limiters: str = ""
    position: str = ""
    note: str = ""


NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class Grades:
    """How the grades of a file are read: the other way up, and what stands for no reason."""

    direction: str = Direction.UP.value
    reasons: Mapping[str, str] | None = None  # by status

    def read(self, cell: Any, profile: str, said: Said = NOTHING_SAID) -> Result | None:
        """Return the result; None for a cell left blank. Raises NotUnderstood."""
        text = self._text(cell)
        status = _status(said.status)
        if not text:
            return self._without_grade(status, said)
        if status == BLANK:
            raise NotUnderstood(_("There is a grade, but the status says that it was left blank."))
        try:
            parsed = instrument.parse_grade(text, profile)
        except instrument.NotAGrade as problem:
            if _DATE_LIKE.fullmatch(text):
                raise NotUnderstood(
                    _("A spreadsheet made a date of this (4-5 becomes 4-May). Write the grade.")
                ) from None
            raise NotUnderstood(str(problem.message)) from None
        if status and status != parsed.status:
            raise NotUnderstood(_("Grade and status say two different things."))
        if parsed.level is None:
            return self._not_tested(parsed.status, parsed.reason or said.reason, said, text)
        if said.reason:
            raise NotUnderstood(_("There is a grade and a reason for none."))
        note = _starred(text, said.note) if parsed.starred else said.note
        return Result(
            Status.GRADED.value,
            self._turned(parsed.level, profile),
            limiters=_limiters(said.limiters),
            position=read_position(said.position),
            note=note,
        )

    def _text(self, cell: Any) -> str:
        if isinstance(cell, dict) and "d" in cell:
            raise NotUnderstood(
                _("A spreadsheet made a date of this (4-5 becomes 4-May). Write the grade.")
            )
        if isinstance(cell, float):
            raise NotUnderstood(_("This lies between grades. Write the grade, such as 4-."))
        return text_of(cell).lstrip("'")  # by which people tell a spreadsheet that it is text

    def _turned(self, level: int, profile: str) -> int:
        if self.direction != Direction.DOWN:
            return level
        levels = instrument.profile(profile).levels
        return levels[len(levels) - 1 - levels.index(level)]

    def _without_grade(self, status: str, said: Said) -> Result | None:
        if status in (Status.NOT_TESTABLE, Status.NOT_DONE):
            return self._not_tested(Status(status), said.reason, said, "")
        if status == Status.GRADED:
            raise NotUnderstood(_("The status says graded, but there is no grade."))
        if said.reason:
            raise NotUnderstood(
                _("There is a reason, but not whether it was not testable (NT) or not done (ND).")
            )
        return None

    def _not_tested(self, status: Status, reason: str, said: Said, text: str) -> Result:
        if said.limiters:
            raise NotUnderstood(_("Only a grade can have a limiter."))
        note = _starred(text, said.note) if "*" in text else said.note
        if not reason:
            reason = (self.reasons or {}).get(status.value, "")
            if not reason:
                raise NotUnderstood(_("Give a reason: why was it not tested?"))
            told = _("No reason in the file; this one was given for the whole import.")
            note = f"{note} {told}".strip()
        short = "NT" if status is Status.NOT_TESTABLE else "ND"
        try:
            found = instrument.parse_grade(f"{short} {reason}", instrument.DEFAULT_PROFILE).reason
        except instrument.NotAGrade as problem:
            raise NotUnderstood(str(problem.message)) from None
        return Result(status.value, reason=found, position="", note=_short_enough(note))


def _status(text: str) -> str:
    words = text.strip().lower().replace(" ", "_")
    known = {*map(str, Status), BLANK}
    short = {"nt": "not_testable", "nd": "not_done", "tested": "graded", "done": "graded"}
    found = short.get(words, words)
    if found and found not in known:
        raise NotUnderstood(_("This is no status: graded, not testable, not done or blank."))
    return found


def _limiters(text: str) -> tuple[str, ...]:
    found = tuple(text.replace(",", " ").replace(";", " ").split())
    known = {str(each) for each in instrument.Limiter}
    if unknown := [each for each in found if each not in known]:
        raise NotUnderstood(
            _("“%(word)s” is no limiter. Limiters: %(known)s.")
            % {"word": unknown[0][:40], "known": ", ".join(sorted(known))}
        )
    return tuple(dict.fromkeys(found))


def read_position(text: str) -> str:
    """Return a test position's key, or nothing for no text. Raises NotUnderstood."""
    words = text.strip().lower().replace(" ", "_").replace("-", "_")
    if words and words not in {str(each) for each in instrument.Position}:
        raise NotUnderstood(_("This is no test position that is known here."))
    return words


def _starred(text: str, note: str) -> str:
    """Keep the asterisk of ISNCSCI: a condition of another kind affected what was found."""
    told = _("“%(text)s” in the file: affected by a condition of another kind.") % {"text": text}
    return _short_enough(f"{note} {told}".strip())


def _short_enough(note: str) -> str:
    if len(note) > 300:
        raise NotUnderstood(_("The note is longer than 300 characters."))
    return note
