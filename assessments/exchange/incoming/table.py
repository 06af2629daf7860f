"""A file as rows of cells: read apart from the product, then kept packed."""

import json
import logging
import shlex
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

LARGEST_FILE = 100 * 1024 * 1024  # of the command line; a page takes what the server lets in
LARGEST_PACKED = 60 * 1024 * 1024
LARGEST_UNPACKED = 600 * 1024 * 1024
SECONDS = 60
BLOCK = 256 * 1024
log = logging.getLogger(__name__)
READER = Path(__file__).with_name("reader.py")

# A text, a number, a truth value, {"d": ISO date or moment}, {"f": value of a formula}.
Cell = Any


class Unreadable(ValueError):
    """The file is no table that can be imported. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """`about` is how the file was read: see `Import.reading`."""

    about: dict[str, Any]
    packed: bytes

    @property
    def headings(self) -> list[str]:
        found: list[str] = self.about["headings"]
        return found

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the row's number in the file and its cells, at least as many as headings."""
        lines = _lines(self.packed)
        next(lines)
        width = len(self.headings)
        for line in lines:
            number, *cells = json.loads(line)
            yield number, cells + [""] * (width - len(cells))


def read_table(
    path: Path, *, name: str, encoding: str = "", delimiter: str = "", sheet: str = ""
) -> Table:
    """Return the table in a file; `name` is what its owner calls it, for its ending alone.

    The reading is done by a process that can be lost: memory, processor time and waiting are
    bounded. Raises Unreadable.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise Unreadable(_("The file is too large: more than 100 MB. Part it into several."))
    _scan(path)
    command = [sys.executable, "-I", str(READER), str(path), name, encoding, delimiter, sheet]
    try:
        done = subprocess.run(  # noqa: S603 (our own script, no shell)
            command, capture_output=True, timeout=SECONDS, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(_too_big()) from None
    except ValueError:  # a NUL in the name
        raise Unreadable(_("The file's name cannot be read. Please rename it.")) from None
    if done.returncode or len(done.stdout) > LARGEST_PACKED:
        raise Unreadable(_refusal(done.stderr))
    table = Table(json.loads(next(_lines(done.stdout))), done.stdout)
    rows = sum(1 for _row in table.rows())
    if not rows:
        raise Unreadable(_("There are headings but no rows below them."))
    return Table(table.about | {"rows": rows}, done.stdout)


def _scan(path: Path) -> None:
    """Ask settings.UPLOAD_SCANNER, if there is one. Raises Unreadable, as where it cannot."""
    command = shlex.split(settings.UPLOAD_SCANNER)
    if not command:
        return
    try:
        done = subprocess.run(  # noqa: S603 (the operator's command, no shell)
            [*command, str(path)], capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        log.exception("UPLOAD_SCANNER could not be run.")
        raise Unreadable(_("The file could not be scanned. Tell who runs this server.")) from None
    if done.returncode:
        raise Unreadable(_("The scanner of this server refuses the file."))


def _lines(packed: bytes) -> Iterator[bytes]:
    unpack = zlib.decompressobj()
    rest, seen, source = b"", 0, packed
    while source:
        block = unpack.decompress(source, BLOCK)
        source = unpack.unconsumed_tail
        seen += len(block)
        if seen > LARGEST_UNPACKED:
            raise Unreadable(_too_big())
        *whole, rest = (rest + block).split(b"\n")
        yield from whole


def _too_big() -> str:
    return _("The file holds too much to be read. Part it into several, or save it as CSV.")


def _refusal(said: bytes) -> str:
    """Return in words what the reader said; one that was lost said nothing of the kind."""
    try:
        told = json.loads(said)
        code, value = told["refused"], told["value"]
    except (ValueError, KeyError, TypeError):
        return _too_big()
    words = {
        "empty": _("The file is empty."),
        "empty_sheet": _("The sheet “%(value)s” is empty. Name another one below."),
        "old_excel": _("This is an old Excel file, or one with a password. Save it as .xlsx."),
        "pdf": _("This is a PDF, not a table. Save the table as CSV or .xlsx."),
        "packed": _("This file is packed. Unpack it and send the table itself."),
        "not_a_workbook": _("This is no Excel workbook (.xlsx), or a damaged one."),
        "workbook_renamed": _(
            "The name ends in “%(value)s”, but this is not such a file: it is a workbook or a zip "
            "file. Save the sheet as CSV, or name a workbook .xlsx."
        ),
        "unknown_kind": _("Files ending in “%(value)s” cannot be read. Save it as CSV or .xlsx."),
        "macros": _("The workbook holds macros. Save it as a workbook without macros (.xlsx)."),
        "declares": _("The workbook declares entities of its own, which no spreadsheet does."),
        "zip_bomb": _("The workbook unpacks to more than can be read. Save the sheet as CSV."),
        "too_big": _too_big(),
        "too_many_columns": _("The table has %(value)s columns; up to 500 can be read."),
        "too_many_rows": _("The table has more than %(value)s rows. Part it into several files."),
        "too_many_cells": _("The table has more cells than can be read. Leave out columns."),
        "cell_too_long": _("A cell is longer than %(value)s characters."),
        "not_csv": _("The quotes of this CSV file do not match up."),
        "nul": _("The file holds NUL signs: it is no text. Save the table as CSV (UTF-8)."),
        "encoding": _("The text is in an encoding that cannot be told. Choose it below."),
        "no_such_sheet": _("There is no such sheet. The sheets are: %(value)s."),
        "formulas": _("The sheet holds formulas. Copy it and paste the values only."),
    }
    known = words.get(code)
    return known % {"value": str(value)[:200]} if known else _too_big()
