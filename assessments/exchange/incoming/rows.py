"""One row of a file as facts, or what is wrong with it. No database here."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from ... import instrument
from ...history import Cell, Result
from . import measured, targets
from .cells import REMEMBERED, CellReader, shown
from .facts import Facts, Problem, Who
from .mapping import Layout, Mapping
from .table import Table
from .values import FIRST_DAY, AmbiguousDate, Day, Grades, NotUnderstood, Said, read_day

LEEWAY_SECONDS = 600  # a tablet's clock may be fast
_SAID = ("status", "reason", "limiters", "position", "result_note")


class RowReader(CellReader):
    """Reads the rows of a table by a mapping, as of a moment at a clinic."""

    def __init__(self, table: Table, mapping: Mapping, zone: ZoneInfo, now: datetime) -> None:
        super().__init__(table, mapping, zone, now)
        self.layout = mapping.layout
        columns = list(enumerate(mapping.columns))
        self.cells = [(n, cell) for n, each in columns if (cell := targets.cell_of(each))]
        self.sums = [(n, named) for n, each in columns if (named := targets.sum_of(each))]
        self.measures = bool({"trials", "heel_raises"} & self.places.keys())
        reasons = {"not_testable": mapping.nt_reason, "not_done": mapping.nd_reason}
        self.grades = Grades(mapping.direction, reasons)
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
        facts.context = self._context(facts, row)
        scale = self.mapping.scale or (
            "" if self.mapping.has_grades else instrument.DEFAULT_PROFILE
        )
        facts.scale = self._key(facts, row, "scale", instrument.PROFILES, scale)
        facts.battery = self._key(facts, row, "battery", instrument.BATTERIES, self.mapping.battery)
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
        if tested.day.year > self.now.year + 1:  # and no clock overflows
            self._wrong(facts, "tested_at", value, _("This is in the future."))
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
            facts.tested_at = found.astimezone(self.zone)

    def _one_result(self, facts: Facts, row: list[Any]) -> None:
        cell = self._cell(facts, row)
        if cell and self.measures:
            self._measured(facts, row, cell)
        if not facts.scale or "grade" not in self.places:
            return
        said = Said(*[self._text(facts, row, key) for key in _SAID])
        result = self._grade(facts, self.places["grade"], row, facts.scale, said)
        if cell and result:
            facts.results.append((cell, result))

    def _measured(self, facts: Facts, row: list[Any], cell: Cell) -> None:
        said = {target: self._text(facts, row, target) for target in measured.TARGETS}
        if facts.problems or not any(said.values()):
            return
        try:
            found = measured.read_measured(said, cell[0], confirmed=bool(facts.named))
        except measured.NotMeasured as problem:
            self._wrong(facts, problem.target, said[problem.target], str(problem))
            return
        facts.measured += [(cell, each) for each in found]

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
            self._wrong_at(facts, place, shown(cell), str(problem))
            return None


@lru_cache(REMEMBERED)
def _named(text: str) -> tuple[str, instrument.Side | None]:
    return instrument.cell_named(text)


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
