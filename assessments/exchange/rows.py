"""Visits and their results as plain rows, as fast as the database gives them.

A visit comes as one row, its results packed into one text by the database: rows of 60 results
cost one row of Python each, not 60. Results stay packed until somebody needs one, and the same
result seldom needs to be unpacked twice.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    Aggregate,
    Case,
    Expression,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from .. import instrument
from ..history import Cell
from ..models import Assessment, Measurement, Score

CHUNK = 50  # visits, so that a hundred thousand of them need no more memory than fifty
BETWEEN_FIELDS = "\x1f"
BETWEEN_RESULTS = "\x1e"
BLANK = "blank"
TEXT = TextField()
KEY = "assessment_id"


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


class VisitRow(NamedTuple):
    """One visit: the values asked for by path, and its packed results in no order."""

    values: Mapping[str, Any]
    packed: list[str]


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


def read_visits(
    assessments: QuerySet[Assessment],
    paths: Sequence[str],
    connection: BaseDatabaseWrapper,
    *,
    result_fields: int = ALL_FIELDS,
    without: Collection[str] = (),
    movements: Collection[str] = (),
) -> Iterator[VisitRow]:
    """Yield the assessments in their order, with the values at these paths and their results.

    The first `result_fields` of ResultRow are packed, those `without` as if nothing was there, of
    `movements` alone if any are given. The path "form" gives the keys of the visit's movements, for
    `cells_of`.
    """
    packed = _packed_results(result_fields, without, movements)
    rows = assessments.annotate(packed=packed, form=Cast("movements", TEXT))
    for *values, packed in fetch(rows.values_list(*paths, "packed"), connection):
        results = packed.split(BETWEEN_RESULTS) if packed else []
        yield VisitRow(dict(zip(paths, values, strict=True)), results)


class MeasuredVisit(NamedTuple):
    """One visit: the values asked for by path, and what was measured, in no order."""

    values: Mapping[str, Any]
    measurements: list[Measurement]


def read_measurements(
    assessments: QuerySet[Assessment],
    paths: Sequence[str],
    connection: BaseDatabaseWrapper,
    *,
    order: Sequence[str],
    movements: Collection[str] = (),
    **constants: str,
) -> Iterator[MeasuredVisit]:
    """Yield the visits at which something was measured, in this order.

    `constants` are values that are the same for each visit; "form" is as in `read_visits`.
    """
    given: dict[str, Any] = {"form": Cast("assessment__movements", TEXT)}
    given |= {name: Value(text) for name, text in constants.items()}
    reached = [path if path in given else f"assessment__{path}" for path in paths]
    fields = [field.attname for field in Measurement._meta.concrete_fields]
    rows = (
        Measurement.objects.filter(
            assessment__in=assessments.order_by().values("pk"), **only(movements)
        )
        .annotate(**given)
        .order_by(*(f"assessment__{each}" for each in order))
        .values_list(*reached, *fields)
    )
    found = fetch(rows, connection)
    for _visit, group in groupby(found, key=lambda row: row[len(paths) + fields.index(KEY)]):
        mine = list(group)
        measurements = [
            Measurement(**dict(zip(fields, row[len(paths) :], strict=True))) for row in mine
        ]
        yield MeasuredVisit(dict(zip(paths, mine[0], strict=False)), measurements)


def fetch(rows: QuerySet[Any, Any], connection: BaseDatabaseWrapper) -> Iterator[Any]:
    """Yield the rows of a query of plain values, read little by little on this connection."""
    compiler = rows.query.get_compiler(connection=connection)
    yield from compiler.results_iter(chunked_fetch=True, chunk_size=CHUNK)


def only(movements: Collection[str]) -> dict[str, Collection[str]]:
    """Return the condition for results of these movements, or of any if none is named."""
    return {"movement__in": movements} if movements else {}


def unpack(packed: str) -> ResultRow:
    movement, side, status, level, reason, *more = packed.split(BETWEEN_FIELDS)
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


@lru_cache(maxsize=1000)
def cells_of(form: str) -> tuple[Cell, ...]:
    """Return the cells of a visit's form, recorded or not."""
    return instrument.cells(json.loads(form))


def _packed_results(fields: int, without: Collection[str], movements: Collection[str]) -> Subquery:
    separated: list[Expression | F] = []
    for name, expression in list(_PACKED.items())[:fields]:
        separated += [Value(BETWEEN_FIELDS), Value("") if name in without else expression]
    found = Score.objects.filter(assessment=OuterRef("pk"), **only(movements))
    results = found.order_by().values("assessment")
    one = _AllOf(_Joined(*separated[1:]), Value(BETWEEN_RESULTS))
    return Subquery(results.annotate(all=one).values("all"))


def text_in(field: str) -> str:
    """Return the free text that this packed field holds."""
    return str(json.loads(field)) if field else ""
