"""Sheets as the tests make them, read and brought in."""

import csv
import io
import json
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from assessments.exchange.incoming.actions import carry_out
from assessments.exchange.incoming.check import Plan, check
from assessments.exchange.incoming.mapping import Mapping, proposed
from assessments.exchange.incoming.staging import set_mapping, stage
from assessments.exchange.incoming.table import Table, read_table
from assessments.models import Import
from mmt.accounts.models import Clinic, User

HEADINGS = "MRN,Surname,First name,DOB,Date,Tester,Movement,Side,Grade,Reason"
WHO = ["H-1", "Winters", "Alma", "1980-04-12"]
LONG = {"scale": "mrc_plus_minus", "direction": "up"}


def read(content: str | bytes, name: str = "sheet.csv", **chosen: str) -> Table:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        return read_table(Path(file.name), name=name, **chosen)


def filed(*rows: Sequence[Any], headings: str = HEADINGS) -> Table:
    """Return a table as the reader would, without asking it."""
    about = {"headings": headings.split(","), "rows": len(rows), "sheet": "", "heading_row": 1}
    about |= {"kind": "csv", "encoding": "utf-8", "delimiter": ","}
    lines = [about, *([number, *cells] for number, cells in enumerate(rows, start=2))]
    packed = zlib.compress("".join(f"{json.dumps(line)}\n" for line in lines).encode())
    return Table(about, packed)


def sheet(*rows: Sequence[Any], headings: str = HEADINGS) -> str:
    """Return a long sheet as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headings.split(","))
    writer.writerows(rows)
    return text.getvalue()


def row(movement: str = "quads", side: str = "R", grade: str = "4", **other: Any) -> list[Any]:
    known = {"day": "2025-04-03", "tester": "Jane Smith", "reason": "", "who": WHO} | other
    return [*known["who"], known["day"], known["tester"], movement, side, grade, known["reason"]]


def plan_of(content: str | bytes | Table, clinic: Clinic, **said: str) -> Plan:
    table = content if isinstance(content, Table) else read(content)
    return check(table, mapping_of(table, **said), clinic)


def mapping_of(table: Table, **said: str) -> Mapping:
    return replace(proposed(table.headings), **(LONG | said))


def bring_in(
    content: str | bytes | Table, clinic: Clinic, by: User, *, only_good: bool = False, **said: str
) -> Import:
    table = content if isinstance(content, Table) else read(content)
    found = stage_sheet(table, clinic, by, **said)
    mapping = mapping_of(table, **said)
    return carry_out(found, check(table, mapping, clinic), only_good=only_good, by=by)


def stage_sheet(content: str | Table, clinic: Clinic, by: User, **said: str) -> Import:
    """Return a file that waits to be checked, its columns said."""
    table = content if isinstance(content, Table) else read(content)
    found = stage(table, id=uuid4(), clinic=clinic, file_name="sheet.csv", file_hash="0", by=by)
    set_mapping(found, mapping_of(table, **said), by=by)
    found.refresh_from_db()
    return found


def reasons(plan: Plan) -> list[tuple[int, str, str]]:
    return [(each.row, each.column, each.reason) for each in plan.problems]
