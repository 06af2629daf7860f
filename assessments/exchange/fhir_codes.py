"""Codes of SNOMED CT, LOINC or any other system that a site gives its movements, from a CSV file.

The product ships none: no public code for a single movement's manual test was found that it could
vouch for (clinical reference, section 5).
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .. import instrument
from ..history import Cell

NEEDED, OPTIONAL = ("movement", "system", "code"), ("side", "display")
# https://hl7.org/fhir/R4/datatypes.html: no white space but single blanks within.
CODE = re.compile(r"[^\s]+( [^\s]+)*")
SYSTEM = re.compile(r"(https?://|urn:)[^\s]+")
Coding = dict[str, str]


def codings(movement: str, side: str) -> tuple[Coding, ...]:
    """Return the site's codes of a movement: those of both sides, then those of this one."""
    known = codes_in(settings.FHIR_CODES_FILE)
    return known.get((movement, ""), ()) + known.get((movement, side), ())


@cache
def codes_in(path: str) -> Mapping[Cell, tuple[Coding, ...]]:
    """Return the codes of a file by movement and side ("" for any); none where there is no file.

    Raises ImproperlyConfigured, which names each line that cannot be taken.
    """
    if not path:
        return {}
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            return _codes(rows, path)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise ImproperlyConfigured(f"FHIR_CODES_FILE, {path}: {problem}.") from None


def _codes(rows: "csv.DictReader[str]", path: str) -> Mapping[Cell, tuple[Coding, ...]]:
    headings = [str(each).strip() for each in rows.fieldnames or ()]
    rows.fieldnames = headings
    if set(headings) - {*NEEDED, *OPTIONAL} or set(NEEDED) - set(headings):
        raise ImproperlyConfigured(
            f"FHIR_CODES_FILE, {path}: the columns must be {', '.join(NEEDED)}, and may be "
            f"{' and '.join(OPTIONAL)} too."
        )
    found: dict[Cell, dict[str, Coding]] = defaultdict(dict)
    problems = []
    for row in rows:
        told = {name: str(row[name] or "").strip() for name in headings if name in row}
        cell = (told["movement"], told.get("side", ""))
        problems += [f"line {rows.line_num}: {each}" for each in _problems(told, row, found[cell])]
        display = {"display": told["display"]} if told.get("display") else {}
        coding = {"system": told["system"], "code": told["code"]} | display
        found[cell][told["system"]] = coding
    if problems:
        raise ImproperlyConfigured("\n".join([f"FHIR_CODES_FILE, {path}:", *problems]))
    return {cell: tuple(codes.values()) for cell, codes in found.items()}


def _problems(
    told: Mapping[str, str], row: Mapping[str | None, object], before: Mapping[str, Coding]
) -> Iterator[str]:
    movement, side = instrument.MOVEMENTS.get(told["movement"]), told.get("side", "")
    if None in row:
        yield "it has more cells than there are columns."
    if movement is None:
        yield f"movement: {told['movement']!r} is no key of a movement (docs/data-dictionary.md)."
    elif side and side not in movement.sides:
        yield f"side: {side!r} is none of {', '.join(movement.sides)}."
    if not SYSTEM.fullmatch(told["system"]):
        yield f"system: {told['system']!r} is no address such as http://snomed.info/sct."
    if not CODE.fullmatch(told["code"]):
        yield f"code: {told['code']!r} is no code."
    if told["system"] in before:
        yield "the movement and side have a code of this system already."
