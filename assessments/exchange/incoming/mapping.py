"""What the columns of a file mean, and what the file itself does not say."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping as AnyMapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from ... import instrument
from . import targets
from .targets import LEFT_OUT

# Heading of the column that rejected rows get; left out when they come back.
WHY = "Why it was not imported"


RESULTS = {"grade", "trials", "heel_raises"}  # what a row of one result may hold


class Layout(StrEnum):
    PATIENTS = "patients"  # no result in it: patients are registered
    LONG = "long"
    WIDE = "wide"


class DateOrder(StrEnum):
    DAY_FIRST = "day"
    MONTH_FIRST = "month"


class Direction(StrEnum):
    UP = "up"  # 0 is no contraction
    DOWN = "down"  # 0 is normal


class NoMapping(ValueError):
    """The text is no mapping. The message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """`columns` holds a target for each column of the file (`targets`), in its order.

    Of the rest "" is "the file says it, or it is not needed": `scale` is a profile's key,
    `date_order` how dates such as 03/04/2025 are meant, `tested_on` an ISO date and `tester` a name
    for rows that have none, `battery` a key, `nt_reason` and `nd_reason` what stands for NT and ND
    without a reason.
    """

    columns: tuple[str, ...]
    scale: str = ""
    direction: str = ""
    date_order: str = ""
    battery: str = ""
    tested_on: str = ""
    tester: str = ""
    nt_reason: str = ""
    nd_reason: str = ""

    @property
    def layout(self) -> Layout:
        if any(targets.cell_of(target) for target in self.columns):
            return Layout.WIDE
        return Layout.LONG if RESULTS & set(self.columns) else Layout.PATIENTS

    @property
    def has_grades(self) -> bool:
        return self.layout is Layout.WIDE or "grade" in self.columns

    def place(self, target: str) -> int | None:
        return self.columns.index(target) if target in self.columns else None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "columns": list(self.columns)}

    def problems(self) -> dict[str, str]:
        """Return what is missing or contradicts itself, by field; "" is the whole."""
        found: dict[str, str] = {}
        twice = [target for target, count in Counter(self.columns).items() if count > 1 and target]
        if twice:
            found["columns"] = _("Two columns are “%(name)s”. Leave one of them out.") % {
                "name": targets.name_of(twice[0])
            }
        elif "record_number" not in self.columns:
            found["columns"] = _("No column is the record number: whose results are these?")
        elif self.layout is Layout.WIDE and ({"movement"} | RESULTS) & set(self.columns):
            found["columns"] = _(
                "Either a row is one result, with a column for the movement and one for the grade, "
                "or a row is one visit, with a column for each movement and side. Not both."
            )
        elif self.layout is Layout.LONG and "movement" not in self.columns:
            found["columns"] = _("No column is the movement: what was tested?")
        if self.layout is not Layout.PATIENTS:
            found |= self._missing()
        return found

    def _missing(self) -> dict[str, str]:
        found = {}
        if "tested_at" not in self.columns and not self.tested_on:
            found["tested_on"] = _("No column is the date tested. Give the day for all rows.")
        if "tester" not in self.columns and not self.tester:
            found["tester"] = _("No column is the tester. Say who tested, for all rows.")
        if not self.has_grades:
            return found
        if "scale" not in self.columns and not self.scale:
            found["scale"] = _("Say on which scale the grades are.")
        if not self.direction:
            found["direction"] = _("Say which end of the scale is normal.")
        elif self.direction == Direction.DOWN and self.scale == "kendall":
            found["direction"] = _("Kendall's scale begins at no contraction.")
        return found


def from_json(found: AnyMapping[str, Any]) -> Mapping:
    """Return the mapping kept as JSON. Raises NoMapping, naming what is wrong."""
    known = {field.name for field in fields(Mapping)}
    if unknown := set(found) - known:
        raise NoMapping(_("Unknown: %(names)s.") % {"names": ", ".join(sorted(unknown))})
    columns = found.get("columns")
    if not isinstance(columns, list) or not all(isinstance(each, str) for each in columns):
        raise NoMapping(_("“columns” must be a list of texts."))
    if wrong := [each for each in columns if not targets.is_target(each)]:
        raise NoMapping(_("“%(target)s” is nothing a column can be.") % {"target": wrong[0]})
    rest = {name: value for name, value in found.items() if name != "columns"}
    for name, value in rest.items():
        if not isinstance(value, str) or (value and not _is_allowed(name, value)):
            raise NoMapping(_("“%(name)s” cannot be this.") % {"name": name})
    return Mapping(tuple(columns), **rest)


def _is_allowed(name: str, value: str) -> bool:
    match name:
        case "scale":
            return value in instrument.PROFILES
        case "battery":
            return value in instrument.BATTERIES
        case "direction":
            return value in {each.value for each in Direction}
        case "date_order":
            return value in {each.value for each in DateOrder}
        case "nt_reason":
            return value in instrument.REASONS[instrument.Status.NOT_TESTABLE]
        case "nd_reason":
            return value in instrument.REASONS[instrument.Status.NOT_DONE]
        case "tested_on":
            return _is_day(value)
        case _:
            return True


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def proposed(headings: list[str]) -> Mapping:
    """Return what the headings say by themselves. What no heading can say stays open.

    The ISNCSCI worksheet is ready-made: whole grades of the MRC scale, its own battery.
    """
    columns = tuple(targets.guess(headings))
    if targets.is_worksheet(headings):
        return Mapping(columns, scale="mrc", direction=Direction.UP.value, battery="isncsci_motor")
    return Mapping(columns)


def by_headings(named: AnyMapping[str, str], headings: list[str]) -> tuple[str, ...]:
    """Return the columns of a mapping written by heading: {"MRN": "record_number", ...}.

    The words of a target will do as well as its key. Raises NoMapping.
    """
    if not all(isinstance(each, str) for each in named.values()):
        raise NoMapping(_("What a column is must be a text."))
    if unknown := [heading for heading in named if heading not in headings]:
        raise NoMapping(_("The file has no column “%(name)s”.") % {"name": unknown[0]})
    try:
        said = {
            heading: target if targets.is_target(target) else targets.target_named(target)
            for heading, target in named.items()
        }
    except targets.UnknownTarget as problem:
        raise NoMapping(str(problem)) from None
    return tuple(said.get(heading, LEFT_OUT) for heading in headings)


def signature(headings: list[str]) -> str:
    """Return a mark by which a file with the same headings is known again, rejects included."""
    tidy = [" ".join(each.split()).casefold() for each in headings if each != WHY]
    return hashlib.sha256(json.dumps(tidy).encode()).hexdigest()


def fitted(columns: tuple[str, ...], headings: list[str]) -> tuple[str, ...]:
    """Return remembered columns for these headings, in which the reasons may have come or gone."""
    told = iter(columns)
    found = [LEFT_OUT if heading == WHY else next(told, LEFT_OUT) for heading in headings]
    return tuple(found)
