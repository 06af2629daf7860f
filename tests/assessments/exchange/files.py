"""Exports as the tests read them."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from assessments.exchange.export import Export
from assessments.exchange.selection import Selection, Shape
from mmt.accounts.models import Clinic

Rows = list[dict[str, str]]


def exported(clinic: Clinic, shape: Shape | None = None, **chosen: Any) -> Rows:
    return read(as_bytes(clinic, shape, **chosen))


def as_bytes(clinic: Clinic, shape: Shape | None = None, **chosen: Any) -> bytes:
    export = Export(Selection(clinic, **chosen), shape or Shape(), by=None, actor="test")
    try:
        return b"".join(export)
    finally:
        export.close()


def read(file: bytes | Iterable[bytes]) -> Rows:
    text = (file if isinstance(file, bytes) else b"".join(file)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
