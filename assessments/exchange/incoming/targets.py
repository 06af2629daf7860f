"""What a column of a file can be: a field of the visit, one movement and side, or a total to check.

A target is a text: "" (left out), the key of a `Field`, "cell:knee_extension.right", "sum:uems".
People read and type its name instead: "Date tested", "Knee extension, right".
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from django.utils.text import capfirst, format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ... import instrument
from ...history import Cell
from ...instrument import Text
from ...models.context import Context

LEFT_OUT = ""
CELL, SUM = "cell:", "sum:"


@dataclass(frozen=True, slots=True)
class Field:
    """A field with the headings by which it is known; those of the product's exports come first."""

    key: str
    name: Text
    headings: tuple[str, ...]


# What stood around the test: a column's key, and the assessment's field of it.
CONTEXT: "dict[str, models.Field[Any, Any]]" = {
    {"note": "visit_note"}.get(each.name, each.name): each for each in Context._meta.local_fields
}
# Where the field's own words would be taken for another column.
_CONTEXT_NAMES: dict[str, Text] = {
    "setting": _("Chair, plinth or bed"),
    "visit_note": _("Note on the visit"),
}


FIELDS: dict[str, Field] = {
    each.key: each
    for each in (
        Field(
            "record_number",
            _("Record number"),
            (
                "record_number",
                "patient number",
                "patient no",
                "patient id",
                "patient",
                "hospital number",
                "hospital no",
                "hosp no",
                "hosp number",
                "chart number",
                "unit number",
                "pt no",
                "pt id",
                "mrn",
                "nhs number",
                "record no",
                "case id",
                "number",
                "id",
            ),
        ),
        Field("family_name", _("Family name"), ("family_name", "surname", "last name")),
        Field(
            "given_names",
            _("Given names"),
            ("given_names", "given name", "first name", "forename", "forenames", "first names"),
        ),
        Field(
            "birth_date",
            _("Birth date"),
            ("birth_date", "date of birth", "dob", "born", "birthday"),
        ),
        Field("sex", _("Sex"), ("sex", "gender")),
        Field("assessment", _("Assessment (identifier)"), ("assessment",)),
        Field(
            "tested_at",
            _("Date tested"),
            (
                "tested_at",
                "tested_on",
                "date tested",
                "test date",
                "date of test",
                "visit date",
                "assessment date",
                "date of assessment",
                "date",
                "visit",
                "tested",
            ),
        ),
        Field(
            "tester",
            _("Tester"),
            (
                "tester",
                "tested by",
                "examiner",
                "assessor",
                "assessed by",
                "therapist",
                "physio",
                "physiotherapist",
                "rater",
            ),
        ),
        Field("scale", _("Scale"), ("scale", "grading scale")),
        Field("battery", _("Battery"), ("battery",)),
        Field("movement", _("Movement"), ("movement", "muscle", "muscle group", "test", "action")),
        Field("side", _("Side"), ("side", "laterality", "l r", "r l")),
        Field(
            "grade", _("Grade"), ("grade", "mrc", "mmt", "score", "power", "strength", "mrc grade")
        ),
        Field("status", _("Status of the result"), ("status", "state")),
        Field("reason", _("Reason for no grade"), ("reason", "reason not tested")),
        Field("limiters", _("Limiters"), ("limiters", "limited by")),
        Field("position", _("Test position"), ("position", "test position")),
        Field("result_note", _("Note on the result"), ("result_note", "comment on result")),
        *(
            Field(key, _CONTEXT_NAMES.get(key, capfirst(each.verbose_name)), (key,))
            for key, each in CONTEXT.items()
        ),
        Field("trials", _("Trials of a force"), ("trials", "force", "force trials")),
        Field("trials_unit", _("Unit of the trials"), ("trials_unit", "unit", "force unit")),
        Field("force_of", _("Which force counts"), ("force_of",)),
        Field("dynamometer", _("Dynamometer"), ("dynamometer", "force device")),
        Field("heel_raises", _("Heel raises"), ("heel_raises", "heel raise count")),
        Field("full_height", _("Heel raises at full height"), ("full_height",)),
        Field("ended_by", _("What ended the heel raises"), ("ended_by",)),
        Field("measured_in", _("Position of the measurement"), ("measured_in",)),
        Field("measurement_note", _("Note on the measurement"), ("measurement_note",)),
        Field("record_status", _("Status of the record"), ("record_status",)),
    )
}

_SUMS: dict[str, instrument.NamedSum] = {
    named.key: named for battery in instrument.BATTERIES.values() for named in battery.sums
}
# The worksheet of the International Standards (ISNCSCI): c5RightMotor is the key muscle of C5.
_KEY_MUSCLE = re.compile(r"([cltsCLTS][1-8])(Right|Left)Motor")
_WORKSHEET = {
    "case_id": "record_number",
    "expected_upperMotorTotal": "sum:uems",
    "expected_lowerMotorTotal": "sum:lems",
}
_BREAK = re.compile(r"[\W_]+")


class UnknownTarget(ValueError):
    """The text names nothing that a column can be. The message says what is near."""


def cell_of(target: str) -> Cell | None:
    """Return the movement and side that a column holds, if it holds one."""
    if not target.startswith(CELL):
        return None
    movement, _dot, side = target.removeprefix(CELL).partition(".")
    return movement, side


def sum_of(target: str) -> instrument.NamedSum | None:
    """Return the named sum whose total a column states, if it does."""
    return _SUMS.get(target.removeprefix(SUM)) if target.startswith(SUM) else None


def is_target(target: str) -> bool:
    cell = cell_of(target)
    if cell is not None:
        return cell in _cells()
    return target == LEFT_OUT or target in FIELDS or sum_of(target) is not None


def name_of(target: str) -> str:
    """Return the words for a target; of one that is left out, nothing."""
    if cell := cell_of(target):
        return _cell_name(*cell)
    if named := sum_of(target):
        return str(format_lazy(_("Total to check: {name}"), name=named.name))
    return str(FIELDS[target].name) if target in FIELDS else ""


def names() -> list[str]:
    """Return the words for everything that a column can be, to choose from."""
    every = [*FIELDS, *(f"{CELL}{key}.{side}" for key, side in _cells())]
    return [name_of(target) for target in [*every, *(f"{SUM}{key}" for key in _SUMS)]]


def target_named(text: str) -> str:
    """Return the target that typed words name: a name of the list, or a clinic's own word for it.

    Raises UnknownTarget.
    """
    words = " ".join(text.split()).casefold()
    if not words:
        return LEFT_OUT
    if words in (known := _by_name(get_language())):
        return known[words]
    try:
        key, side = instrument.cell_named(text)
    except instrument.UnknownName as problem:
        raise UnknownTarget(str(problem.message)) from None
    if side is None:
        raise UnknownTarget(
            str(
                format_lazy(
                    _("“{text}”: right or left? Write {movement}, right or {movement}, left."),
                    text=text[:60],
                    movement=instrument.movement(key).name,
                )
            )
        )
    return f"{CELL}{key}.{side.value}"


@cache
def _by_name(_language: str | None) -> dict[str, str]:
    """Return the target of each name in a language: asked for each heading of a file."""
    found: dict[str, str] = {}
    for target in [*FIELDS, *(f"{SUM}{key}" for key in _SUMS)]:
        found.setdefault(name_of(target).casefold(), target)
    return found


def guess(headings: list[str]) -> list[str]:
    """Return what each column seems to be by its heading; what is not plain is left out.

    No target comes twice: of two headings for one field the better known one gets it.
    """
    best: dict[str, tuple[int, int]] = {}
    found = [LEFT_OUT] * len(headings)
    for place, heading in enumerate(headings):
        target, rank = _by_heading(heading)
        if not target or (target in best and best[target][0] <= rank):
            continue
        if target in best:
            found[best[target][1]] = LEFT_OUT
        best[target] = (rank, place)
        found[place] = target
    return found


def is_worksheet(headings: list[str]) -> bool:
    """Whether the headings are those of an ISNCSCI motor worksheet."""
    return sum(_KEY_MUSCLE.fullmatch(heading) is not None for heading in headings) >= 2


def _by_heading(heading: str) -> tuple[str, int]:
    """Return the target of a heading, and how far down the list of known headings it stood."""
    if muscle := _KEY_MUSCLE.fullmatch(heading):
        return _key_muscle(muscle[1].upper(), muscle[2].lower()), 0
    if heading in _WORKSHEET:
        return _WORKSHEET[heading], 0
    words = _BREAK.sub(" ", heading).strip().lower()
    if words in (known := _known_headings()):
        return known[words]
    try:
        return target_named(heading), 0
    except UnknownTarget:
        return LEFT_OUT, 0


@cache
def _known_headings() -> dict[str, tuple[str, int]]:
    """Return the field of each known heading, and how far down the field's list it stands."""
    found: dict[str, tuple[str, int]] = {}
    for field in FIELDS.values():
        for rank, heading in enumerate(field.headings):
            found.setdefault(_BREAK.sub(" ", heading), (field.key, rank))
    return found


def _key_muscle(level: str, side: str) -> str:
    for movement in instrument.MOVEMENTS.values():
        if movement.key_myotome == level:
            return f"{CELL}{movement.key}.{side}"
    return LEFT_OUT


def _cells() -> tuple[tuple[str, str], ...]:
    return tuple((key, side.value) for key, side in instrument.cells(instrument.MOVEMENTS))


def _cell_name(movement: str, side: str) -> str:
    found = instrument.movement(movement)
    if len(found.sides) == 1:
        return str(found.name)
    return f"{found.name}, {str(instrument.Side(side).label).lower()}"
