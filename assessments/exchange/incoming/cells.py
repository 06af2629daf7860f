"""Single cells of a row, found by what their column is and read into the row's facts."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from patients.fields import PlainTextField, problem_with_day
from patients.forms import EARLIEST_BIRTH
from patients.models import Sex

from . import targets
from .facts import Facts, Problem
from .mapping import Mapping
from .table import Table
from .values import Day, NotUnderstood, read_day, text_of

_UNSEEN = re.compile("[\0\ud800-\udfff]")
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,3}", re.IGNORECASE)
SEXES = {"f": "female", "w": "female", "m": "male", "x": "other", "": "unknown"}
KNOWN_SEXES = frozenset(Sex.values)
YES_NO = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
REMEMBERED = 10_000

_TEXTS = {
    "record_number": PlainTextField(max_length=40),
    "family_name": PlainTextField(max_length=100, required=False),
    "given_names": PlainTextField(max_length=100, required=False),
    "tester": PlainTextField(max_length=100),
}


class CellReader:
    """Reads cells of a table by a mapping. What cannot be read becomes a problem of the row."""

    def __init__(self, table: Table, mapping: Mapping, zone: ZoneInfo, now: datetime) -> None:
        self.table, self.mapping, self.zone, self.now = table, mapping, zone, now
        self.headings = table.headings
        # A workbook's text stands as it is: no apostrophe was put in front of it.
        self.exact = table.about["kind"] == "xlsx"
        self.places = {target: n for n, target in enumerate(mapping.columns) if target}
        self._day = lru_cache(REMEMBERED)(self._read_day)

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
            self._wrong_at(facts, place, shown(row[place]), problem)
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
        if target == "record_number" and _ROUNDED.fullmatch(text):
            why = _("A spreadsheet rounded this number. Format the column as text.")
            self._wrong(facts, target, text, why)
            return ""
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
            text = cell.strip() if self.exact and isinstance(cell, str) else text_of(cell)
        except NotUnderstood as problem:
            self._wrong_at(facts, place, shown(cell), str(problem))
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
            self._wrong_at(facts, place, shown(cell), str(problem))
            return None

    def _read_day(self, cell: Any) -> Day:
        if isinstance(cell, tuple):
            cell = {"d": cell[1]} if cell[1] is not None else {"f": ""}
        return read_day(cell, self.mapping.date_order)

    def _shown(self, row: list[Any], target: str) -> str:
        place = self.places.get(target)
        return "" if place is None else shown(row[place])

    def _wrong(self, facts: Facts, target: str, value: str, reason: str) -> None:
        place = self.places.get(target)
        heading = self.headings[place] if place is not None else targets.name_of(target)
        facts.problems.append(Problem(facts.row, heading, value[:80], reason))

    def _wrong_at(self, facts: Facts, place: int, value: str, reason: str) -> None:
        facts.problems.append(Problem(facts.row, self.headings[place], value[:80], reason))

    def _context(self, facts: Facts, row: list[Any]) -> dict[str, Any]:
        """Return what stood around the test, by the assessment's fields; what is empty is not in
        it.
        """
        found = {}
        for target, field in targets.CONTEXT.items():
            if target in self.places and (text := self._text(facts, row, target)):
                try:
                    found[field.name] = _context_value(target, text)
                except ValidationError as problem:
                    self._wrong(facts, target, text, " ".join(problem.messages))
        return found


@lru_cache(REMEMBERED)
def _cleaned(target: str, text: str) -> str:
    return str(_TEXTS[target].clean(text))


@lru_cache(REMEMBERED)
def _context_value(target: str, text: str) -> Any:
    """Return a value of a context field as the model takes it. Raises ValidationError."""
    field = targets.CONTEXT[target]
    words = {str(label).casefold(): key for key, label in field.choices or ()}
    value: Any = words.get(text.casefold(), text)
    if isinstance(field, models.BooleanField):
        value = YES_NO.get(text.casefold(), text)
    if len(text) > (field.max_length or len(text)):
        most = {"most": field.max_length}
        raise ValidationError(_("This is longer than %(most)s characters.") % most)
    return field.clean(value, None)


def shown(cell: Any) -> str:
    """Return a cell as a person sees it."""
    return str(next(iter(cell.values()), "")) if isinstance(cell, dict) else str(cell)
