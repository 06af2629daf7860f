"""A file of records on its way out: counted, told to the audit log, then written."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection as default_connection
from django.db import transaction
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from mmt.audit.log import record, record_export
from mmt.audit.models import Action, Outcome

from . import formats
from .formats import MADE, Forecast
from .rows import fetch
from .selection import Layout, Selection, Shape
from .snapshot import Snapshot
from .source import Source

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
            self.source = Source(selection, self.snapshot.connection)
            self.visits, self.rows, _long = formats.forecast(self.source, shape)
            self._tell_leaving()
        except BaseException:
            self.close()
            raise

    @property
    def format(self) -> formats.Format:
        return MADE[self.shape.format]

    @property
    def file_name(self) -> str:
        """The day at the clinic, and nothing about a patient."""
        day = self.selection.clinic.now().date().isoformat()
        hidden = "-deidentified" if self.selection.deidentified else ""
        return f"mmt-{_content(self.shape)}{hidden}-{day}.{self.format.extension}"

    def close(self) -> None:
        self.snapshot.close()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the file in blocks of rows. Raises ExportWithdrawn, ExportIncomplete."""
        for block, _rows in self.blocks():
            yield block

    def blocks(self) -> Iterator[tuple[bytes, int]]:
        """Yield the file in blocks, each with the number of rows written so far."""
        waiting: list[bytes] = []
        size = rows = 0
        looked = time.monotonic()
        for piece, count in self.format.blocks(self.source, self.shape):
            waiting.append(piece)
            size += len(piece)
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

    def _look_again(self, rows: int) -> None:
        if self.may_go_on():
            return
        self._tell_stopped(rows)
        raise ExportWithdrawn(_("Stopped after %(rows)s of %(told)s rows.") % self._counts(rows))

    def _counts(self, rows: int) -> dict[str, int]:
        return {"rows": rows, "told": self.rows}

    def _tell_leaving(self) -> None:
        chosen = self.selection.assessments().order_by().values_list("patient_id").distinct()
        patients = [patient for (patient,) in fetch(chosen, self.snapshot.connection)]
        with transaction.atomic():
            detail = self._detail(visits=self.visits, rows=self.rows)
            record_export(patients, detail=detail, **self._event())

    def _tell_stopped(self, rows: int) -> None:
        with transaction.atomic():
            detail = self._detail(rows=rows)
            record(Action.EXPORTED, detail=detail, outcome=Outcome.REFUSED, **self._event())

    def _event(self) -> dict[str, Any]:
        return {"by": self.by, "actor": self.actor, "clinic_id": self.selection.clinic.pk}

    def _detail(self, **counts: int) -> dict[str, Any]:
        return self.selection.described() | self.shape.described() | counts


def _content(shape: Shape) -> str:
    """Return a word for what the file holds."""
    if shape.format in {"redcap", "fhir-bulk"}:
        return shape.format
    if shape.parts:
        return "records"
    return "measurements" if shape.layout is Layout.MEASUREMENTS else "scores"


def forecast(selection: Selection, shape: Shape) -> Forecast:
    """Return what the file would be if it were made now."""
    return formats.forecast(Source(selection, default_connection), shape)
