"""Lines of the log as a file: CSV that no spreadsheet runs, or JSON lines."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from mmt.accounts.models import Clinic
from mmt.audit.models import AuditEvent

from ..exchange.csv_lines import END, csv_cells
from ..exchange.export import ExportWithdrawn
from ..exchange.spreadsheet import harmless
from .found import Events, in_pages
from .told import Line, Roles, lines_of

AT_ONCE = 1_000
# With the hash, so that a file can be held against the log.
COLUMNS = (
    "number", "at", "person", "account", "did", "action", "outcome", "patient", "target",
    "details", "address", "request", "hash",
)  # fmt: skip
FOR_PATIENT = ("at", "time_zone", "who", "kind", "what", "details")


def while_allowed(lines: Iterator[bytes], may_go_on: Callable[[], bool]) -> Iterator[bytes]:
    """Yield the lines in blocks, and ask anew before each, so that a right that is taken away ends
    the file. Raises ExportWithdrawn: what left until then is visibly not whole.
    """
    while block := b"".join(islice(lines, AT_ONCE)):
        if not may_go_on():
            raise ExportWithdrawn
        yield block


def audit_csv(found: Events, clinic: Clinic) -> Iterator[bytes]:
    yield csv_cells(COLUMNS) + END
    for line in _lines(found, lambda events: lines_of(events, clinic)):
        yield csv_cells(harmless(text) for text in _cells(line)) + END


def audit_json(found: Events, clinic: Clinic) -> Iterator[bytes]:
    """Yield a line of JSON for each event, with its detail as it was written."""
    for line in _lines(found, lambda events: lines_of(events, clinic)):
        said: dict[str, Any] = dict(zip(COLUMNS, _cells(line), strict=True))
        said["number"] = line.event.sequence
        said["details"] = line.event.detail
        yield json.dumps(said, ensure_ascii=False).encode() + b"\n"


def access_csv(found: Events, clinic: Clinic) -> Iterator[bytes]:
    """Yield the access log of one patient, for the patient to read."""
    yield csv_cells(FOR_PATIENT) + END
    for line in _lines(found, Roles(clinic).lines_of):
        when = line.at.isoformat(timespec="seconds")
        cells = (when, clinic.time_zone, line.who, line.kind, line.did, line.details)
        yield csv_cells(harmless(text) for text in cells) + END


def _lines(found: Events, tell: Callable[[list[AuditEvent]], Iterable[Line]]) -> Iterator[Line]:
    for events in in_pages(found, AT_ONCE):
        yield from tell(events)


def _cells(line: Line) -> tuple[str, ...]:
    event = line.event
    return (
        str(event.sequence),
        line.at.isoformat(timespec="seconds"),
        line.who,
        event.actor,
        line.did,
        event.action,
        event.outcome,
        str(event.patient_id or ""),
        event.target,
        line.details,
        event.address or "",
        event.request_id,
        event.hash,
    )
