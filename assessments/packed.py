"""The results of a visit in one text, packed by the database.

So read, rows of 60 results cost one row of Python each, not 60. Results stay packed until somebody
needs one, and the same result seldom needs to be unpacked twice.
"""

import json
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.db.models import Aggregate, Case, Expression, F, Func, TextField, Value, When
from django.db.models.functions import Cast, Coalesce

from . import instrument

BETWEEN_FIELDS = "\x1f"
BETWEEN_RESULTS = "\x1e"
TEXT = TextField()


class ResultRow(NamedTuple):
    """One result, or a cell left blank (status "blank").

    `limiters` and `confirmed` are keys parted by spaces.
    """

    movement: str
    side: str
    status: str
    level: int | None = None
    reason: str = ""
    limiters: str = ""
    position: str = ""
    entered: str = ""
    amended: bool = False
    confirmed: str = ""
    note: str = ""


class _Joined(Func):
    """Texts one after the other. Concat would guard each against NULL; none here can be."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = TEXT


class _AsJson(Func):
    """A text as JSON, in which no control character is left that could part fields."""

    template = "to_json(%(expressions)s)::text"
    output_field = TEXT

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="json_quote(%(expressions)s)", **context)


class _AllOf(Aggregate):
    """The texts of a group in one, in any order."""

    function = "STRING_AGG"
    output_field = TEXT

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)


def _free_text(field: str) -> Expression:
    return Case(When(**{field: ""}, then=Value("")), default=_AsJson(field), output_field=TEXT)


# In the order of ResultRow, the note last: lines are looked up without it. What people or programs
# may fill as they like goes as JSON.
_PACKED: dict[str, Expression | F] = {
    "movement": F("movement"),
    "side": F("side"),
    "status": F("status"),
    "level": Coalesce(Cast("level", TEXT), Value("")),
    "reason": F("reason"),
    "limiters": _free_text("limiters"),
    "position": _free_text("position"),
    "entered": F("entered"),
    "amended": Case(
        When(amendment__isnull=True, then=Value("")), default=Value("1"), output_field=TEXT
    ),
    "confirmed": _free_text("confirmed"),
    "note": _free_text("note"),
}
ALL_FIELDS = len(_PACKED)
HOW_IT_WAS_ENTERED = frozenset({"entered", "amended", "confirmed"})
GRADE_ONLY = 5  # the fields up to the reason
NO_NOTE = ALL_FIELDS - 1
GRADED: str = instrument.Status.GRADED.value
# A grade beside which nothing stands that a chart or a comparison shows, as nothing does mostly.
_PLAIN = {
    "status": GRADED,
    "limiters": "",
    "position": "",
    "amendment__isnull": True,
    "confirmed": "",
    "note": "",
}
_PLAIN_FIELDS = (F("movement"), F("side"), Cast("level", TEXT))


def packed_results(fields: int = ALL_FIELDS, without: Collection[str] = ()) -> Aggregate:
    """Return all scores of a group in one text, in no order.

    It has the first `fields` of ResultRow, those `without` as if nothing was there.
    """
    return _AllOf(_separated(_chosen(fields, without)), Value(BETWEEN_RESULTS))


def packed_to_show() -> Aggregate:
    """Return the same, without how results were entered, and of a plain grade its cell and level
    alone: to write what is not there took SQLite longer than to find the row.
    """
    result = Case(
        When(**_PLAIN, then=_separated(_PLAIN_FIELDS)),
        default=_separated(_chosen(ALL_FIELDS, without={"entered"})),
        output_field=TEXT,
    )
    return _AllOf(result, Value(BETWEEN_RESULTS))


def _chosen(fields: int, without: Collection[str]) -> list[Expression | F]:
    some = list(_PACKED.items())[:fields]
    return [Value("") if name in without else expression for name, expression in some]


def _separated(fields: Iterable[Expression | F]) -> Expression:
    separated: list[Expression | F] = []
    for field in fields:
        separated += [Value(BETWEEN_FIELDS), field]
    return _Joined(*separated[1:])


def unpack(packed: str) -> ResultRow:
    movement, side, *fields = packed.split(BETWEEN_FIELDS)
    if len(fields) == 1:
        return ResultRow(movement, side, GRADED, int(fields[0]))
    status, level, reason, *more = fields
    grade = ResultRow(movement, side, status, int(level) if level else None, reason)
    if not more:
        return grade
    limiters, position, entered, amended, confirmed = more[:5]
    return grade._replace(
        limiters=text_in(limiters),
        position=text_in(position),
        entered=entered,
        amended=amended == "1",
        confirmed=text_in(confirmed),
        note=text_in(more[5]) if len(more) > 5 else "",
    )


def text_in(field: str) -> str:
    """Return the free text that this packed field holds."""
    return str(json.loads(field)) if field else ""
