"""A file of records on its way out: counted, told to the audit log, then written."""

import codecs
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from django.db import connection as default_connection
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from mmt.audit.log import record
from mmt.audit.models import Action, Outcome

from ..models import Assessment, Measurement, Score
from . import csv_lines
from .columns import PATHS
from .rows import (
    GRADE_ONLY,
    TEXT,
    VisitRow,
    cells_of,
    fetch,
    read_measurements,
    read_visits,
)
from .selection import Layout, Selection, Shape
from .snapshot import Snapshot

BLOCK = 128 * 1024  # bytes handed on at a time
LOOK_AGAIN_SECONDS = 2.0


class ExportWithdrawn(Exception):
    """The person lost the right to export while the file was on its way. It stays unfinished."""


class ExportIncomplete(Exception):
    """The file came out with another number of rows than was told. It must not be used."""


class Export:
    """The file's bytes, piece by piece. Making one tells the audit log, with the row count.

    The event is committed before the first byte, and the count and the bytes are of one moment,
    so the log never says less than what left. If it cannot be written, nothing leaves.
    `by` is None for a program, which `actor` names. `may_go_on` is asked every few seconds.
    Close it when done, finished or not.
    """

    def __init__(
        self,
        selection: Selection,
        shape: Shape,
        *,
        by: User | None,
        actor: str = "",
        may_go_on: Callable[[], bool] = lambda: True,
    ) -> None:
        self.selection, self.shape = selection, shape
        self.by, self.actor = by, actor
        self.may_go_on = may_go_on
        self.snapshot = Snapshot()
        try:
            self.visits, self.rows = count(selection, shape, self.snapshot.connection)
            self._tell(Outcome.DONE, visits=self.visits, rows=self.rows)
        except BaseException:
            self.close()
            raise

    @property
    def file_name(self) -> str:
        """The day at the clinic, and nothing about a patient."""
        what = "measurements" if self.shape.layout is Layout.MEASUREMENTS else "scores"
        return f"mmt-{what}-{self.selection.clinic.now().date().isoformat()}.csv"

    def close(self) -> None:
        self.snapshot.close()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the file in blocks of rows. Raises ExportWithdrawn, ExportIncomplete."""
        for block, _rows in self.blocks():
            yield block

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """Yield the file in blocks, each with the number of rows written so far."""
        waiting = [codecs.BOM_UTF8] if self.shape.bom else []
        waiting.append(csv_lines.heading(self.shape.layout))
        size = rows = 0
        looked = time.monotonic()
        for lines, count in self._lines():
            waiting.append(lines)
            size += len(lines)
            rows += count
            if size < BLOCK:
                continue
            yield b"".join(waiting), rows
            waiting, size = [], 0
            if time.monotonic() - looked > LOOK_AGAIN_SECONDS:
                self._look_again(rows)
                looked = time.monotonic()
        if rows != self.rows:
            raise ExportIncomplete(_("%(rows)s rows instead of %(told)s.") % self._counts(rows))
        yield b"".join(waiting), rows

    def _lines(self) -> Iterator[tuple[bytes, int]]:
        if self.shape.layout is not Layout.MEASUREMENTS:
            return csv_lines.lines(self.shape, self._read())
        visits = read_measurements(
            self.selection.assessments(),
            PATHS,
            self.snapshot.connection,
            clinic_name=self.selection.clinic.name,
        )
        return csv_lines.measured_lines(visits)

    def _read(self) -> Iterable[VisitRow]:
        # With a join for the clinic's name SQLite would sort all results at once.
        assessments = self.selection.assessments().annotate(
            clinic_name=Value(self.selection.clinic.name)
        )
        connection = self.snapshot.connection
        if self.shape.layout is Layout.WIDE:
            return read_visits(assessments, PATHS, connection, result_fields=GRADE_ONLY)
        return read_visits(assessments, PATHS, connection)

    def _look_again(self, rows: int) -> None:
        if self.may_go_on():
            return
        self._tell(Outcome.REFUSED, rows=rows)
        raise ExportWithdrawn(_("Stopped after %(rows)s of %(told)s rows.") % self._counts(rows))

    def _counts(self, rows: int) -> dict[str, int]:
        return {"rows": rows, "told": self.rows}

    def _tell(self, outcome: Outcome, **counts: int) -> None:
        detail: dict[str, Any] = self.selection.described() | self.shape.described() | counts
        with transaction.atomic():
            record(
                Action.EXPORTED,
                by=self.by,
                actor=self.actor,
                clinic_id=self.selection.clinic.pk,
                detail=detail,
                outcome=outcome,
            )


class Count(NamedTuple):
    visits: int
    rows: int


def count(
    selection: Selection, shape: Shape, connection: BaseDatabaseWrapper = default_connection
) -> Count:
    """Return how many visits the file tells of, and how many rows it will have."""
    assessments = selection.assessments().order_by()
    if shape.layout is Layout.MEASUREMENTS:
        return _count_measured(assessments, connection)
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
        return Count(visits, sum(len(cells_of(form)) * count for form, count in forms))
    scores = Score.objects.filter(assessment__in=assessments)
    per_clinic = scores.values_list("assessment__clinic").annotate(models.Count("movement"))
    return Count(visits, sum(count for _clinic, count in fetch(per_clinic, connection)))


def _count_measured(
    assessments: models.QuerySet[Assessment], connection: BaseDatabaseWrapper
) -> Count:
    per_visit = (
        Measurement.objects.filter(assessment__in=assessments)
        .values_list("assessment")
        .annotate(models.Count("movement"))
    )
    counts = [count for _visit, count in fetch(per_visit, connection)]
    return Count(len(counts), sum(counts))
