"""Visits and their results as plain rows, as fast as the database gives them.

A visit comes as one row, with its results packed (`assessments/packed`).
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from .. import instrument
from ..history import Cell
from ..models import Assessment, Measurement, Score
from ..packed import ALL_FIELDS, BETWEEN_RESULTS, TEXT, packed_results

CHUNK = 50  # visits, so that a hundred thousand of them need no more memory than fifty
BLANK = "blank"
KEY = "assessment_id"


class VisitRow(NamedTuple):
    """One visit: the values asked for by path, and its packed results in no order."""

    values: Mapping[str, Any]
    packed: list[str]


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


@lru_cache(maxsize=1000)
def cells_of(form: str) -> tuple[Cell, ...]:
    """Return the cells of a visit's form, recorded or not."""
    return instrument.cells(json.loads(form))


def _packed_results(fields: int, without: Collection[str], movements: Collection[str]) -> Subquery:
    found = Score.objects.filter(assessment=OuterRef("pk"), **only(movements))
    results = found.order_by().values("assessment")
    return Subquery(results.annotate(all=packed_results(fields, without)).values("all"))
