"""What one row of a file says, and what is wrong with it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from ...history import Cell, Result
from .measured import Measured
from .values import Day


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
    """What one row says. `results` are its cells, `measured` its forces and heel raises, `named`
    the visit's own identifier if any; `is_plain` says that all about the patient could be read.

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
    context: dict[str, Any] = field(default_factory=dict)
    results: list[tuple[Cell, Result]] = field(default_factory=list)
    measured: list[tuple[Cell, Measured]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
