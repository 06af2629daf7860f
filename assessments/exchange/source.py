"""What an export reads: the chosen records on one moment of the database, as lines of a file."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.db import connection as default_connection
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Value
from django.db.models.functions import Cast

from ..models import Assessment, Measurement, Score
from ..packed import ALL_FIELDS, GRADE_ONLY, NO_NOTE, TEXT
from . import columns, deidentify
from .column import VisitColumn
from .columns import Table
from .lines import CellWriter, Lines
from .rows import MeasuredVisit, VisitRow, cells_of, fetch, only, read_measurements, read_visits
from .selection import Layout, Selection, Shape


class Count(NamedTuple):
    visits: int
    rows: int


class Source:
    """The records of a selection, read on `connection`."""

    def __init__(self, selection: Selection, connection: BaseDatabaseWrapper) -> None:
        self.selection, self.connection = selection, connection
        self.table: Table = (
            deidentify.table(selection.movements)
            if selection.deidentified
            else columns.table(selection.movements)
        )

    def with_who(self, who: tuple[VisitColumn, ...]) -> "Source":
        """Return the same records with the columns of who and when in another order."""
        other = Source(self.selection, self.connection)
        other.table = replace(self.table, who=who)
        return other

    def count(self, shape: Shape) -> Count:
        return count(self.selection, shape, self.connection)

    def lines(self, shape: Shape, writer: CellWriter) -> Iterator[tuple[bytes, int]]:
        """Yield the lines of each visit and how many there are."""
        lines = Lines(self.table, writer)
        match shape.layout:
            case Layout.LONG:
                return lines.long(self.visits(self.table.paths), blanks=shape.blanks)
            case Layout.WIDE:
                return lines.wide(self.visits(self.table.paths, result_fields=GRADE_ONLY))
            case Layout.MEASUREMENTS:
                return lines.measured(self._measurements())

    def visits(
        self,
        paths: Sequence[str],
        *,
        result_fields: int = ALL_FIELDS,
        without: Collection[str] = (),
        given: Mapping[str, Expression] | None = None,
    ) -> Iterable[VisitRow]:
        """Yield the records with the values at these paths, or what may be told in their place.

        `given` are further values by their path; `result_fields` and `without` are as in
        `read_visits`.
        """
        # With a join for the clinic's name SQLite would sort all results at once.
        name = Value(self.selection.clinic.name)
        if self.selection.deidentified:
            result_fields = min(result_fields, NO_NOTE)
        visits = read_visits(
            self.selection.assessments().annotate(clinic_name=name, **(given or {})),
            paths,
            self.connection,
            movements=self.selection.movements,
            result_fields=result_fields,
            without=without,
        )
        if not self.selection.deidentified:
            return visits
        people = deidentify.People()
        return (visit._replace(values=people.hidden(visit.values)) for visit in visits)

    def _measurements(self) -> Iterable[MeasuredVisit]:
        chosen = self.selection
        constants = {} if chosen.deidentified else {"clinic_name": chosen.clinic.name}
        visits = read_measurements(
            chosen.assessments(),
            self.table.paths,
            self.connection,
            order=chosen.order,
            movements=chosen.movements,
            **constants,
        )
        if not chosen.deidentified:
            return visits
        people = deidentify.People()
        return (visit._replace(values=people.hidden(visit.values)) for visit in visits)


def count(
    selection: Selection, shape: Shape, connection: BaseDatabaseWrapper = default_connection
) -> Count:
    """Return how many visits the file tells of, and how many rows it will have."""
    assessments = selection.assessments().order_by()
    chosen = only(selection.movements)
    if shape.layout is Layout.MEASUREMENTS:
        return _count_measured(assessments, chosen, connection)
    forms = list(
        fetch(
            assessments.annotate(form=Cast("movements", TEXT))
            .values_list("form")
            .annotate(models.Count("pk")),
            connection,
        )
    )
    visits = sum(count for _form, count in forms)
    if shape.layout is Layout.WIDE:
        return Count(visits, visits)
    if shape.blanks:
        rows = sum(_cells_in(form, selection.movements) * count for form, count in forms)
        return Count(visits, rows)
    scores = Score.objects.filter(assessment__in=assessments.values("pk"), **chosen)
    per_clinic = scores.values_list("assessment__clinic").annotate(models.Count("movement"))
    return Count(visits, sum(count for _clinic, count in fetch(per_clinic, connection)))


def _cells_in(form: str, movements: Collection[str]) -> int:
    return sum(not movements or cell[0] in movements for cell in cells_of(form))


def _count_measured(
    assessments: models.QuerySet[Assessment],
    chosen: Mapping[str, Any],
    connection: BaseDatabaseWrapper,
) -> Count:
    per_visit = (
        Measurement.objects.filter(assessment__in=assessments.values("pk"), **chosen)
        .values_list("assessment")
        .annotate(models.Count("movement"))
    )
    counts = [count for _visit, count in fetch(per_visit, connection)]
    return Count(len(counts), sum(counts))
