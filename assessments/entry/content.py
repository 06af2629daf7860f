"""From what was typed to what can be signed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from .. import instrument
from ..history import Cell, Result
from ..models import Assessment, Draft
from .forms import CONTEXT_KEYS


@dataclass(frozen=True, slots=True)
class Content:
    """A draft's scores, sorted: what can be signed, what cannot and why, what is blank.

    `entered` says of each result how it came ("typed", "filled"); `quick` are those typed within
    seconds while every grade typed was the same.
    """

    results: dict[Cell, Result] = field(default_factory=dict)
    entered: dict[Cell, str] = field(default_factory=dict)
    errors: dict[Cell, str] = field(default_factory=dict)
    blank: list[Cell] = field(default_factory=list)
    quick: set[Cell] = field(default_factory=set)

    @property
    def graded(self) -> int:
        return sum(result.status == instrument.Status.GRADED for result in self.results.values())

    @property
    def untested(self) -> int:
        """How many say why there is no grade."""
        return len(self.results) - self.graded

    @property
    def levels(self) -> dict[Cell, int]:
        """The graded cells. 0 is a grade."""
        found = ((cell, result.level) for cell, result in self.results.items())
        return {cell: level for cell, level in found if level is not None}

    @property
    def by_hand(self) -> dict[Cell, int]:
        """The graded cells but for those filled at once."""
        levels = self.levels.items()
        return {cell: level for cell, level in levels if self.entered.get(cell) != "filled"}

    @property
    def filled(self) -> list[Cell]:
        return [cell for cell, how in self.entered.items() if how == "filled"]


def cell_key(cell: Cell) -> str:
    return f"{cell[0]}.{cell[1]}"


def draft_keys(assessment: Assessment) -> tuple[str, ...]:
    """Return the keys of all that a draft of this assessment holds: its cells, then its context."""
    return _keys(tuple(assessment.movements))


@lru_cache(maxsize=100)
def _keys(movements: tuple[str, ...]) -> tuple[str, ...]:
    return (*map(cell_key, instrument.cells(movements)), *CONTEXT_KEYS)


def read_content(assessment: Assessment, draft: Draft) -> Content:
    """Return the draft's scores in the assessment's order of cells."""
    content = Content()
    for cell in assessment.cells:
        value = draft.cells.get(cell_key(cell), {})
        if not value.get("text", "").strip():
            content.blank.append(cell)
            continue
        try:
            content.results[cell] = read_cell(value, assessment.profile)
        except instrument.NotAGrade as problem:
            content.errors[cell] = str(problem)
        else:
            content.entered[cell] = value.get("entered", "typed")
            if value.get("quick"):
                content.quick.add(cell)
    return content


def read_cell(value: Mapping[str, Any], profile: str) -> Result:
    """Return what a typed cell says. Raises NotAGrade, saying what is wrong with it."""
    parsed = instrument.parse_grade(value["text"], profile)
    confirmed = tuple(value.get("confirmed", ()))
    if parsed.status == instrument.Status.GRADED:
        return Result(
            parsed.status.value,
            parsed.level,
            limiters=tuple(value.get("limiters", ())),
            position=value.get("position", ""),
            note=value.get("note", ""),
            confirmed=confirmed,
        )
    reason = str(parsed.reason or value.get("reason", ""))
    if reason not in {str(known) for known in instrument.REASONS[parsed.status]}:
        raise instrument.NotAGrade(_("Give a reason: why was it not tested?"))
    note = value.get("note", "")
    return Result(parsed.status.value, reason=reason, note=note, confirmed=confirmed)
