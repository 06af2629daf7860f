"""One row of a file as facts, or what is wrong with it. No database here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _

from patients.fields import PlainTextField, problem_with_day
from patients.forms import EARLIEST_BIRTH
from patients.models import Sex

from ... import instrument
from ...history import Cell, Result
from . import targets
from .mapping import Layout, Mapping
from .table import Table
from .values import FIRST_DAY, AmbiguousDate, Day, Grades, NotUnderstood, Said, read_day, text_of

_UNSEEN = re.compile("[\0\ud800-\udfff]")
LEEWAY_SECONDS = 600  # a tablet's clock may be fast
SEXES = {"f": "female", "w": "female", "m": "male", "x": "other", "": "unknown"}
KNOWN_SEXES = frozenset(Sex.values)
REMEMBERED = 10_000


class Problem(NamedTuple):
    """Why a row cannot be imported: the column's heading ("" is the row), what it holds, why."""

    row: int
    column: str
    value: str
    reason: str


class Who(NamedTuple):
    """The patient as the row has it; what the file does not say is empty."""

    number: str
    family: str = ""
    given: str = ""
    born: date | None = None
    sex: str = ""


@dataclass(slots=True)
class Facts:
    """What one row says. `results` are its cells, `named` the visit's own identifier if any;
    `is_plain` says that all about the patient could be read.

    `problems` is empty for a good row. `who` and `tested` are there as far as they could be read.
    """

    row: int
    who: Who | None = None
    is_plain: bool = False
    tested: Day | None = None
    tested_at: datetime | None = None
    tester: str = ""
    named: str = ""
    scale: str = ""
    battery: str = ""
    note: str = ""
    results: list[tuple[Cell, Result]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


_TEXTS = {
    "record_number": PlainTextField(max_length=40),
    "family_name": PlainTextField(max_length=100, required=False),
    "given_names": PlainTextField(max_length=100, required=False),
    "tester": PlainTextField(max_length=100),
}
_SAID = ("status", "reason", "limiters", "position", "result_note")


class RowReader:
    """Reads the rows of a table by a mapping, as of a moment at a clinic."""

    def __init__(self, table: Table, mapping: Mapping, zone: ZoneInfo, now: datetime) -> None:
        self.table, self.mapping, self.zone, self.now = table, mapping, zone, now
        self.headings, self.layout = table.headings, mapping.layout
        self.places = {target: n for n, target in enumerate(mapping.columns) if target}
        self.cells = [
            (n, cell)
            for n, target in enumerate(mapping.columns)
            if (cell := targets.cell_of(target)) is not None
        ]
        self.sums = [
            (n, named)
            for n, target in enumerate(mapping.columns)
            if (named := targets.sum_of(target)) is not None
        ]
        reasons = {"not_testable": mapping.nt_reason, "not_done": mapping.nd_reason}
        self.grades = Grades(mapping.direction, reasons)
        self._day = lru_cache(REMEMBERED)(self._read_day)
        self._graded = lru_cache(REMEMBERED)(self.grades.read)

    def rows(self) -> Iterator[Facts]:
        for number, row in self.table.rows():
            yield self.read(number, row)

    def read(self, number: int, row: list[Any]) -> Facts:
        facts = Facts(number)
        if any(cell != "" for cell in row[len(self.headings) :]):
            facts.problems.append(
                Problem(
                    number,
                    "",
                    "",
                    _("The row has more cells than there are headings: is a comma unquoted?"),
                )
            )
            return facts
        facts.who = self._who(facts, row)
        facts.is_plain = not facts.problems
        if self.layout is Layout.PATIENTS:
            return facts
        self._visit(facts, row)
        if self.layout is Layout.LONG:
            self._one_result(facts, row)
        else:
            self._results(facts, row)
        return facts

    def _who(self, facts: Facts, row: list[Any]) -> Who | None:
        number = self._plain(facts, row, "record_number")
        family, given = (self._plain(facts, row, key) for key in ("family_name", "given_names"))
        born = self._birth(facts, row)
        sex = self._sex(facts, row)
        return Who(number, family, given, born, sex) if number else None

    def _visit(self, facts: Facts, row: list[Any]) -> None:
        facts.tester = self._plain(facts, row, "tester", self.mapping.tester)
        facts.named = self._text(facts, row, "assessment")[:80]
        facts.note = self._text(facts, row, "visit_note")
        facts.scale = self._key(facts, row, "scale", instrument.PROFILES, self.mapping.scale)
        facts.battery = self._key(facts, row, "battery", instrument.BATTERIES, self.mapping.battery)
        if len(facts.note) > 4000:
            self._wrong(facts, "visit_note", facts.note, _("This is longer than 4,000 characters."))
        if self._text(facts, row, "record_status").lower() == "voided":
            self._wrong(facts, "record_status", "voided", _("This record was voided."))
        facts.tested = self._tested(facts, row)
        if facts.tested is not None:
            self._moment(facts, row, facts.tested)

    def _tested(self, facts: Facts, row: list[Any]) -> Day | None:
        place = self.places.get("tested_at")
        if place is None or row[place] == "":
            if self.mapping.tested_on:
                return Day(date.fromisoformat(self.mapping.tested_on))
            self._wrong(facts, "tested_at", "", _("The date of the test is missing."))
            return None
        return self._read(facts, "tested_at", row[place])

    def _moment(self, facts: Facts, row: list[Any], tested: Day) -> None:
        value = self._shown(row, "tested_at")
        if tested.day < FIRST_DAY:
            self._wrong(facts, "tested_at", value, _("This is before 1900."))
            return
        try:
            found = tested.moment(self.zone, self.now)
        except NotUnderstood as problem:
            self._wrong(facts, "tested_at", value, str(problem))
            return
        if (found - self.now).total_seconds() > LEEWAY_SECONDS:
            self._wrong(facts, "tested_at", value, _("This is in the future."))
        elif facts.who and facts.who.born and found.astimezone(UTC).date() < facts.who.born:
            self._wrong(facts, "tested_at", value, _("This is before the patient was born."))
        else:
            facts.tested_at = found

    def _one_result(self, facts: Facts, row: list[Any]) -> None:
        cell = self._cell(facts, row)
        if not facts.scale:
            return
        said = Said(*[self._text(facts, row, key) for key in _SAID])
        result = self._grade(facts, self.places["grade"], row, facts.scale, said)
        if cell and result:
            facts.results.append((cell, result))

    def _cell(self, facts: Facts, row: list[Any]) -> Cell | None:
        named = self._text(facts, row, "movement")
        typed_side = self._text(facts, row, "side")
        if not named:
            self._wrong(facts, "movement", "", _("The movement is missing."))
            return None
        try:
            movement, side = _named(named)
        except instrument.UnknownName as problem:
            self._wrong(facts, "movement", named, str(problem.message))
            return None
        try:
            told = instrument.side_named(typed_side) if typed_side else None
        except instrument.UnknownName as problem:
            self._wrong(facts, "side", typed_side, str(problem.message))
            return None
        allowed = instrument.movement(movement).sides
        if told and told not in allowed:
            self._wrong(facts, "side", typed_side, _("This movement does not have this side."))
        elif told and side and told is not side:
            self._wrong(facts, "side", typed_side, _("Movement and side name two sides."))
        elif (told or side) is None:
            self._wrong(facts, "side", "", _("Right or left? The side is missing."))
        else:
            return movement, (told or side).value  # type: ignore[union-attr]
        return None

    def _results(self, facts: Facts, row: list[Any]) -> None:
        if not facts.scale:
            return
        for place, cell in self.cells:
            if row[place] == "":
                continue
            if result := self._grade(facts, place, row, facts.scale, Said()):
                facts.results.append((cell, result))
        if not facts.problems:
            self._check_sums(facts, row)

    def _check_sums(self, facts: Facts, row: list[Any]) -> None:
        """Hold a total that the file states against the one of its grades."""
        found = dict(facts.results)
        for place, named in self.sums:
            stated = str(row[place]).strip()
            if not stated or not found:
                continue
            total = instrument.total(named, found)
            ours = "ND" if total.total is None else str(total.total)
            if stated.upper() != ours:
                self._wrong_at(
                    facts, place, stated, _("The grades give %(total)s.") % {"total": total.text}
                )

    def _grade(
        self, facts: Facts, place: int, row: list[Any], scale: str, said: Said
    ) -> Result | None:
        cell = row[place]
        try:
            if isinstance(cell, dict | float | bool):
                return self.grades.read(cell, scale, said)
            return self._graded(cell, scale, said)
        except NotUnderstood as problem:
            self._wrong_at(facts, place, _shown(cell), str(problem))
            return None

    def _birth(self, facts: Facts, row: list[Any]) -> date | None:
        place = self.places.get("birth_date")
        if place is None or row[place] == "":
            return None
        day = self._read(facts, "birth_date", row[place])
        if day is None:
            return None
        problem = problem_with_day(day.day, born=None, today=self.now.astimezone(self.zone).date())
        if day.day < EARLIEST_BIRTH:
            problem = _("This is before 1880. Please check the year.")
        if problem:
            self._wrong_at(facts, place, _shown(row[place]), problem)
            return None
        return day.day

    def _sex(self, facts: Facts, row: list[Any]) -> str:
        text = self._text(facts, row, "sex").lower()
        found = SEXES.get(text) or text
        if found not in KNOWN_SEXES:
            self._wrong(facts, "sex", text, _("Write female, male, other or unknown."))
            return ""
        return found

    def _key(self, facts: Facts, row: list[Any], target: str, known: Any, for_all: str) -> str:
        text = self._text(facts, row, target)
        if not text:
            if target == "scale" and not for_all:
                self._wrong(facts, target, "", _("The scale is missing."))
            return for_all
        names = {str(each.name).casefold(): key for key, each in known.items()}
        found = text if text in known else names.get(text.casefold(), "")
        if not found:
            self._wrong(facts, target, text, _("This is not known here."))
        return found

    def _plain(self, facts: Facts, row: list[Any], target: str, otherwise: str = "") -> str:
        text = self._text(facts, row, target) or otherwise
        try:
            return _cleaned(target, text)
        except forms.ValidationError as problem:
            words = _("This is missing.") if not text else " ".join(problem.messages)
            self._wrong(facts, target, text, words)
            return ""

    def _text(self, facts: Facts, row: list[Any], target: str) -> str:
        place = self.places.get(target)
        cell = "" if place is None else row[place]
        if place is None or cell == "":
            return ""
        try:
            text = text_of(cell)
        except NotUnderstood as problem:
            self._wrong_at(facts, place, _shown(cell), str(problem))
            return ""
        if _UNSEEN.search(text):
            self._wrong_at(facts, place, "", _("This holds signs that cannot be seen."))
            return ""
        return text

    def _read(self, facts: Facts, target: str, cell: Any) -> Day | None:
        place = self.places[target]
        key = cell if not isinstance(cell, dict) else ("d", cell.get("d"))
        try:
            return self._day(key)
        except NotUnderstood as problem:
            self._wrong_at(facts, place, _shown(cell), str(problem))
            return None

    def _read_day(self, cell: Any) -> Day:
        if isinstance(cell, tuple):
            cell = {"d": cell[1]} if cell[1] is not None else {"f": ""}
        return read_day(cell, self.mapping.date_order)

    def _shown(self, row: list[Any], target: str) -> str:
        place = self.places.get(target)
        return "" if place is None else _shown(row[place])

    def _wrong(self, facts: Facts, target: str, value: str, reason: str) -> None:
        place = self.places.get(target)
        heading = self.headings[place] if place is not None else targets.name_of(target)
        facts.problems.append(Problem(facts.row, heading, value[:80], reason))

    def _wrong_at(self, facts: Facts, place: int, value: str, reason: str) -> None:
        facts.problems.append(Problem(facts.row, self.headings[place], value[:80], reason))


@lru_cache(REMEMBERED)
def _named(text: str) -> tuple[str, instrument.Side | None]:
    return instrument.cell_named(text)


@lru_cache(REMEMBERED)
def _cleaned(target: str, text: str) -> str:
    return str(_TEXTS[target].clean(text))


def _shown(cell: Any) -> str:
    return str(next(iter(cell.values()), "")) if isinstance(cell, dict) else str(cell)


def ambiguous_dates(table: Table, mapping: Mapping) -> list[str]:
    """Return dates of the file whose day and month could be the other way round, a few of them."""
    places = [
        place for key in ("tested_at", "birth_date") if (place := mapping.place(key)) is not None
    ]
    found: dict[str, None] = {}
    for _number, row in table.rows():
        for place in places:
            cell = row[place]
            if not isinstance(cell, str) or cell in found or not cell:
                continue
            try:
                read_day(cell, "")
            except AmbiguousDate:
                found[cell] = None
            except NotUnderstood:
                continue
        if len(found) >= 5:
            break
    return list(found)
