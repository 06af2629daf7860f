"""A few cells into a draft that holds many: a statement that reads and sends none of the rest."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection

from mmt.kept import planned_cursor

from ..models import Draft
from ..tables import stored

FEW = 63  # cells: SQLite's functions take no more than 127 values, two for each of them
HEAD = ("clients", "revision", "saved_at", "saved_by_id")
_TABLE = Draft._meta.db_table
_SET = f"""
    UPDATE "{_TABLE}" SET cells = {{cells}}, {", ".join(f"{name} = %s" for name in HEAD)}
    WHERE assessment_id = %s AND revision = %s AND discarded_at IS NULL
"""  # noqa: S608 (our names)


def add_cells(draft: Draft, cells: Mapping[str, Any], *, revision: int) -> bool:
    """Write these cells over the draft's, and its head as it stands here. Returns whether the draft
    was still open and at this `revision`; if not, nothing was written.
    """
    if connection.vendor == "postgresql":
        joined, values = "cells || %s", [*stored(Draft, ["cells"], [cells])]
    else:
        joined = f"json_set(cells{', %s, json(%s)' * len(cells)})"
        values = [part for key, cell in cells.items() for part in (f'$."{key}"', json.dumps(cell))]
    head = [getattr(draft, name) for name in HEAD]
    names = (*HEAD, "assessment_id", "revision")
    values += stored(Draft, names, [*head, draft.pk, revision])
    with planned_cursor() as cursor:
        cursor.execute(_SET.format(cells=joined), values)
        return bool(cursor.rowcount)
