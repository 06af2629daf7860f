"""Lines of JSON: one object a row, with the columns' names for its keys, in UTF-8."""

import json
from datetime import date, datetime
from decimal import Decimal

from .column import Column, Value


class JsonCells:
    """Numbers are numbers and grades are texts; what was not recorded is null."""

    begin, between, end = b"{", b",", b"}\n"

    def cell(self, column: Column, value: Value) -> bytes:
        return f"{json.dumps(column.name)}:{_json(value)}".encode()


def _json(value: Value) -> str:
    match value:
        case None | "":
            return "null"
        case Decimal():
            return str(value)
        case datetime():
            return json.dumps(value.isoformat(timespec="seconds"))
        case date():
            return json.dumps(value.isoformat())
        case _:
            return json.dumps(value, ensure_ascii=False)
