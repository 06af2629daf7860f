"""What a column is: a name, a kind of values, their meaning, and where they come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, TypeAlias

from django.utils.translation import gettext_lazy as _

from .. import instrument
from ..history import Cell
from ..instrument import LabelledEnum, Text
from ..models import Measurement
from ..packed import ResultRow
from ..wording import SHORT

Value: TypeAlias = str | int | Decimal | bool | date | datetime | None
Words: TypeAlias = Mapping[str, Text]


class Kind(LabelledEnum):
    TEXT = "text", _("free text")
    WORD = "word", _("one of the listed words")
    WORDS = "words", _("any of the listed words, parted by spaces")
    ID = "id", _("identifier (UUID)")
    GRADE = "grade", _("grade: a code, ordered but not a number")
    NUMBER = "number", _("number")
    DATE = "date", _("date, YYYY-MM-DD")
    MOMENT = "moment", _("date and time with the offset from UTC, ISO 8601")
    YES_NO = "yes_no", _("yes, no")


def _as_it_is(value: Any) -> Value:
    return value


def _no_words() -> Words:
    return {}


@dataclass(frozen=True, slots=True)
class VisitColumn:
    """A value of a visit, found at `path` from the assessment.

    A moment is told on the wall clock of the place of the test; as a DATE it is the day there.
    """

    name: str
    kind: Kind
    path: str
    meaning: Text
    words: Callable[[], Words] = _no_words
    read: Callable[[Any], Value] = _as_it_is

    def value(self, found: Any, zone: tzinfo) -> Value:
        """Return the column's value of what was found at its path."""
        if isinstance(found, datetime):
            found = found.astimezone(zone)
            return found.date() if self.kind is Kind.DATE else found
        return self.read(found)


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A value of one result. `read` takes the result and the key of the visit's scale."""

    name: str
    kind: Kind
    read: Callable[[ResultRow, str], Value]
    meaning: Text
    words: Callable[[], Words] = _no_words


@dataclass(frozen=True, slots=True)
class CellColumn:
    """The result of one movement and side, as one would type it: 4-, NT pain, ND declined."""

    name: str
    cell: Cell
    meaning: Text
    kind: Kind = Kind.GRADE
    words: Callable[[], Words] = _no_words

    def read(self, result: ResultRow, profile: str) -> str:
        if result.level is not None:
            return instrument.code(result.level, profile)
        return f"{SHORT[instrument.Status(result.status)]} {result.reason}".rstrip()


@dataclass(frozen=True, slots=True)
class MeasuredColumn:
    """A value of one measurement: a force, or heel raises."""

    name: str
    kind: Kind
    read: Callable[[Measurement], Value]
    meaning: Text
    words: Callable[[], Words] = _no_words


Column: TypeAlias = VisitColumn | ResultColumn | CellColumn | MeasuredColumn
