"""What the database holds, read past the product by the bare driver."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

DRAFT = "SELECT cells, clients, revision FROM assessments_draft WHERE assessment_id = {}"
STATUS = "SELECT status FROM assessments_assessment WHERE id = {}"
SCORES = "SELECT movement, side, level FROM assessments_score WHERE assessment_id = {}"
SIGNED = """
    SELECT count(*) FROM audit_auditevent
    WHERE action = 'assessment_signed' AND outcome = 'done' AND target = {}
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """`cells` holds the texts by key; `taken` is the last operation taken from each page."""

    cells: dict[str, str]
    taken: dict[str, int]
    revision: int


class Store:
    """`place` is the address of a PostgreSQL database, or the path of an SQLite file."""

    def __init__(self, place: str | Path) -> None:
        self.place = place

    def draft(self, assessment: UUID) -> Draft | None:
        """Return the draft, or None once it is signed."""
        for cells, clients, revision in self._rows(DRAFT, self._id(assessment)):
            texts = {key: cell["text"] for key, cell in _read(cells).items()}
            return Draft(texts, _read(clients), revision)
        return None

    def status(self, assessment: UUID) -> str:
        return str(self._rows(STATUS, self._id(assessment))[0][0])

    def levels(self, assessment: UUID) -> dict[tuple[str, str], int | None]:
        """Return the signed scores. Raises AssertionError on a doubled one."""
        rows = self._rows(SCORES, self._id(assessment))
        found = {(movement, side): level for movement, side, level in rows}
        assert len(found) == len(rows), f"{assessment}: a score stands twice"
        return found

    def times_signed(self, assessment: UUID) -> int:
        """Return how often the audit log tells of the signing."""
        return int(self._rows(SIGNED, str(assessment))[0][0])

    def _id(self, assessment: UUID) -> str:
        return assessment.hex if isinstance(self.place, Path) else str(assessment)

    def _rows(self, query: str, value: str) -> list[Any]:
        if isinstance(self.place, Path):
            with closing(sqlite3.connect(self.place, timeout=20)) as connection:
                return connection.execute(query.format("?"), (value,)).fetchall()
        with psycopg.connect(self.place) as connection:
            return connection.execute(query.format("%s"), (value,)).fetchall()


def _read(column: Any) -> Any:
    """SQLite hands JSON over as text."""
    return json.loads(column) if isinstance(column, str) else column
