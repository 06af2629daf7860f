"""Reads one file that somebody sent, in a process of its own with little memory and time.

Run as a script by `table.read_table`; nothing of the product is imported here. Standard output
gets the table: zlib over JSON lines, first {"kind", "encoding", "delimiter", "sheet", "sheets",
"heading_row", "headings"}, then [row number, cells...] for each row that is not empty. A cell is a
text, a number, a truth value, {"d": ISO date or moment} or {"f": value} for a formula. A file that
cannot be read ends in exit code 3 and {"refused": code, "value": ...} on standard error.

It is one file so that it can run isolated (`python -I`), without a path to import from.
"""

import csv
import io
import json
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

MEMORY = 1024 * 1024 * 1024  # address space; the libraries alone take a third
CPU_SECONDS = 40
MOST_COLUMNS = 500
MOST_ROWS = 250_000
MOST_CELLS = 12_000_000
LONGEST_CELL = 5_000
MOST_WRITTEN = 400 * 1024 * 1024
MOST_UNPACKED = 250 * 1024 * 1024
MOST_PARTS = 2_000
LOOK = 20  # rows among which the headings are looked for
BLOCK = 1024 * 1024
REFUSED = 3

Row = list[Any]

_NOT_CSV = {b"\xd0\xcf\x11\xe0": "old_excel", b"%PDF": "pdf", b"\x1f\x8b": "packed"}
_DELIMITERS = (",", ";", "\t", "|")
_FORMULA = re.compile(rb'<(?:\w+:)?c\b[^<>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^<>]*>\s*<(?:\w+:)?f\b')
_ANY_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^<>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^<>]*>")
_ATTRIBUTE = re.compile(r'(?<![\w:])([\w:]++)="([^"]*)"')  # looked for once in each word


def refuse(code: str, value: object = "") -> NoReturn:
    sys.stderr.write(json.dumps({"refused": code, "value": value}))
    sys.exit(REFUSED)


def main(path: str, name: str, encoding: str, delimiter: str, sheet: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    file = Path(path)
    with file.open("rb") as opened:
        start = opened.read(8)
    if not start:
        refuse("empty")
    ending = Path(name).suffix.lower()
    for mark, code in _NOT_CSV.items():
        if start.startswith(mark):
            refuse(code)
    is_zip = start.startswith(b"PK")
    if ending == ".xlsx" and not is_zip:
        refuse("not_a_workbook")
    if is_zip and ending != ".xlsx":
        refuse("workbook_renamed", ending)
    if ending not in {".xlsx", ".csv", ".tsv", ".txt"}:
        refuse("unknown_kind", ending)
    try:
        if is_zip:
            about, rows = read_workbook(file, sheet)
        else:
            about, rows = read_text(file, encoding, delimiter)
        write(about, rows)
    except MemoryError:
        refuse("too_big")


def write(about: dict[str, Any], rows: Iterator[tuple[int, Row]]) -> None:
    pack = zlib.compressobj(3)
    out = sys.stdout.buffer
    number, headings, rest = find_headings(rows)
    about |= {"heading_row": number, "headings": headings}
    out.write(pack.compress(json.dumps(about).encode() + b"\n"))
    written = 0
    for count, (place, row) in enumerate(rest, start=1):
        if count > MOST_ROWS:
            refuse("too_many_rows", MOST_ROWS)
        if count * len(headings) > MOST_CELLS:
            refuse("too_many_cells", MOST_CELLS)
        line = json.dumps([place, *row]).encode()
        written += len(line)
        if written > MOST_WRITTEN:  # a workbook may hold one long text and refer to it anywhere
            refuse("too_many_cells", MOST_CELLS)
        out.write(pack.compress(line + b"\n"))
    out.write(pack.flush())
    out.flush()


def find_headings(
    rows: Iterator[tuple[int, Row]],
) -> tuple[int, list[str], Iterator[tuple[int, Row]]]:
    """Return the row of the headings, the headings, and the rows that follow.

    Lines above a table (a title, a date) fill fewer cells than the table does.
    """
    first: list[tuple[int, Row]] = []
    for found in rows:
        first.append(found)
        if len(first) == LOOK:
            break
    if not first:
        refuse("empty")
    filled = [sum(cell != "" for cell in row) for _place, row in first]
    enough = max(2, 0.6 * max(filled)) if max(filled) > 1 else 1
    index = next((place for place, count in enumerate(filled) if count >= enough), 0)
    number, row = first[index]
    while row and row[-1] == "":
        row = row[:-1]
    return number, _distinct(row), _chain(first[index + 1 :], rows)


def _distinct(row: Row) -> list[str]:
    """Return headings as texts, each once; an empty one is named by its place."""
    found: list[str] = []
    for place, cell in enumerate(row, start=1):
        text = " ".join(_plain(cell).split())[:200] or f"column {place}"
        name, count = text, 1
        while name in found:
            count += 1
            name = f"{text} ({count})"
        found.append(name)
    return found


def _plain(cell: Any) -> str:
    return str(next(iter(cell.values()))) if isinstance(cell, dict) else str(cell)


def _chain(first: Iterable[tuple[int, Row]], rest: Iterator[tuple[int, Row]]) -> Iterator[Any]:
    yield from first
    yield from rest


def read_text(
    file: Path, encoding: str, delimiter: str
) -> tuple[dict[str, Any], Iterator[tuple[int, Row]]]:
    content = file.read_bytes()
    encoding, text = decoded(content, encoding)
    del content
    guessed = delimiter or guess_delimiter(text[:65_536])
    about = {"kind": "csv", "encoding": encoding, "delimiter": guessed, "sheet": "", "sheets": []}
    return about, text_rows(text, guessed)


def decoded(content: bytes, chosen: str) -> tuple[str, str]:
    """Return the encoding and the text: as chosen, by the file's own mark, or the likeliest."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    own = next((name for mark, name in marks.items() if content.startswith(mark)), "")
    for name in (chosen,) if chosen else (own,) if own else ("utf-8", "cp1252"):
        try:
            text = content.decode("utf-8-sig" if name == "utf-8" else name)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" in text:
            refuse("nul")
        return name.removesuffix("-sig"), text
    if b"\0" in content:
        refuse("nul")
    refuse("encoding", chosen or own)


def guess_delimiter(sample: str) -> str:
    """Return the sign that parts the first lines into the most and the evenest cells."""
    best, found = (0, 0.0), ","
    for sign in _DELIMITERS:
        try:
            widths = [
                len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=sign)
            ]
        except csv.Error:
            continue
        widths = [width for width in widths[:LOOK] if width]
        wide = max(widths, default=1)
        alike = sum(width == wide for width in widths) / max(1, len(widths))
        score = (int(wide > 1), alike * min(wide, 50))
        if score > best:
            best, found = score, sign
    return found


def text_rows(text: str, delimiter: str) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(LONGEST_CELL * 4)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(reader, start=1):
            check_row(row, number)
            if any(cell.strip() for cell in row):
                yield number, row
    except csv.Error as problem:
        refuse("cell_too_long" if "limit" in str(problem) else "not_csv", LONGEST_CELL)


def check_row(row: Row, number: int) -> None:
    if len(row) > MOST_COLUMNS:
        refuse("too_many_columns", len(row))
    if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in row):
        refuse("cell_too_long", LONGEST_CELL)


def read_workbook(file: Path, sheet: str) -> tuple[dict[str, Any], Iterator[tuple[int, Row]]]:
    from python_calamine import CalamineWorkbook

    try:
        with zipfile.ZipFile(file) as parts:
            check_parts(parts)
            paths = sheet_paths(parts)
            names = list(paths)
            chosen = next((name for name in names if name.casefold() == sheet.casefold()), "")
            if sheet and not chosen:
                refuse("no_such_sheet", ", ".join(names[:20]))
            chosen = chosen or names[0]
            formulas = find_formulas(parts, paths[chosen])
        found = CalamineWorkbook.from_path(str(file)).get_sheet_by_name(chosen)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError):
        refuse("not_a_workbook")
    except Exception as problem:
        if type(problem).__module__.startswith("python_calamine") or isinstance(problem, OSError):
            refuse("not_a_workbook")
        raise
    if found.start is None:
        refuse("empty_sheet", chosen)
    if found.end and found.end[1] + 1 > MOST_COLUMNS:
        refuse("too_many_columns", found.end[1] + 1)
    if found.end and found.end[0] + 1 > MOST_ROWS * 4:
        refuse("too_many_rows", MOST_ROWS)
    about = {"kind": "xlsx", "encoding": "", "delimiter": "", "sheet": chosen, "sheets": names[:50]}
    return about, sheet_rows(found, formulas)


def check_parts(parts: zipfile.ZipFile) -> None:
    """Unpack everything once, in pieces, and give up as soon as it is too much or declares types.

    What a zip file says of its sizes is not believed.
    """
    listed = parts.infolist()
    if len(listed) > MOST_PARTS:
        refuse("zip_bomb")
    if "xl/workbook.xml" not in parts.namelist():
        refuse("not_a_workbook")
    if any(name.lower().endswith("vbaproject.bin") for name in parts.namelist()):
        refuse("macros")
    unpacked = 0
    for part in listed:
        last = b""
        with parts.open(part) as opened:
            while block := opened.read(BLOCK):
                unpacked += len(block)
                if unpacked > MOST_UNPACKED:
                    refuse("zip_bomb")
                if _DECLARATION.search(last + block):
                    refuse("declares")
                last = block[-16:]


def sheet_paths(parts: zipfile.ZipFile) -> dict[str, str]:
    """Return where in the zip each worksheet lies, by its name, in the workbook's order."""
    book = parts.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = parts.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for tag in _RELATION.findall(relations):
        found = dict(_ATTRIBUTE.findall(tag))
        target = found.get("Target", "")
        targets[found.get("Id", "")] = target[1:] if target.startswith("/") else f"xl/{target}"
    sheets = {}
    for tag in _SHEET.findall(book):
        found = dict(_ATTRIBUTE.findall(tag))
        name = _unescaped(found.get("name", ""))
        target = targets.get(next((found[key] for key in found if key.endswith(":id")), ""), "")
        if name and "worksheets/" in target:
            sheets[name] = target
    if not sheets:
        refuse("not_a_workbook")
    return sheets


def _unescaped(text: str) -> str:
    from html import unescape

    return unescape(text)


def find_formulas(parts: zipfile.ZipFile, path: str) -> set[tuple[int, int]]:
    """Return the cells (row, column, from 0) that hold a formula: their value may be anything."""
    found, seen, carried = set(), 0, b""
    with parts.open(path) as opened:
        while block := opened.read(BLOCK):
            text = carried + block
            cut = text.rfind(b"<c ") if b"<c " in text[1:] else text.rfind(b"<")
            text, carried = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
            seen += len(_ANY_FORMULA.findall(text))
            for column, row in _FORMULA.findall(text):
                found.add((int(row) - 1, _column(column.decode())))
    seen += len(_ANY_FORMULA.findall(carried))
    found |= {(int(row) - 1, _column(column.decode())) for column, row in _FORMULA.findall(carried)}
    if seen > len(found):
        refuse("formulas")
    return found


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def sheet_rows(sheet: Any, formulas: set[tuple[int, int]]) -> Iterator[tuple[int, Row]]:
    shift = sheet.start[1]
    for number, values in enumerate(sheet.iter_rows(), start=1):
        row = [as_cell(value) for value in values]
        for place in range(len(row)) if formulas else ():
            if (number - 1, place + shift) in formulas:
                row[place] = {"f": _plain(row[place])}
        check_row(row, number)
        if any(cell != "" for cell in row):
            yield number, row


def as_cell(value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime | date):
        return {"d": value.isoformat()}
    return value if isinstance(value, int) else str(value)


if __name__ == "__main__":
    main(*sys.argv[1:])
