"""The data dictionary: what each column of an export means, written from the columns themselves."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from .. import instrument
from . import deidentify
from .column import Column, ResultColumn
from .columns import AROUND, RESULT, WHO_AND_WHEN, cell_columns
from .measured import MEASURED
from .selection import Layout, Selection

_BEGINNING = """\
# Data dictionary of the exports

Written by `manage.py export_scores --dictionary` from the columns themselves; a test holds it
current. Do not edit it by hand.

## How to read a file

- CSV in UTF-8: commas, quotes where needed, CRLF between rows, the first row names the columns.
- **Long**: one row for each result. **Wide**: one row for each visit, with a column for each
  movement and side; it leaves out the limiters, positions and notes of single results.
  **Measurements**: one row for each force or set of heel raises.
- Rows stand by the time of the test, then by assessment; results in the order of the instrument,
  right before left.
- **Four states are never the same.** A grade (0 is one, and the most important one): status
  `graded`, wide `0`. Not testable, the muscle could not be tested: status `not_testable` with a
  reason, wide `NT pain`. Not done, nobody tried: status `not_done` with a reason, wide
  `ND declined`. Blank, nothing was recorded: no row in the long layout, or a row with the status
  `blank` if those were asked for; an empty cell in the wide one.
- **A grade is a code, not a number**: it has an order and no distances. `4-` is neither 4 nor a
  date. Do not average codes or turn them into percent. Compare them on one scale only.
- Times are those of the clinic's clock with the offset from UTC at that moment; dates are days
  there. Birth dates have no time zone.
- An empty cell means not recorded.
- A text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a line break,
  also after white space or in full-width signs) has an apostrophe in front. To undo it, drop the
  first apostrophe where one of these follows it, with or without more apostrophes between. Plain
  numbers such as -1 stay as they are; grades never need it.
- Drafts are never exported. Voided records are, if asked for: see `record_status`.
"""

_WITHOUT_PEOPLE = """\
# Data dictionary of records without the people

Names, numbers and free texts were taken out; what became of each column stands first. Codes and the
days by which dates were moved come out of a secret of the installation: the same person has the
same code and the same days in each of its exports. Dates of two people cannot be compared, those of
one can. Rows stand by person. These are pseudonymised records, not anonymous ones: give them out
under an agreement, and keep them apart from other records of the same people.

## What was done to each column
"""


def sheet_rows(columns: Iterable[Column]) -> Iterator[tuple[str, str, str, str]]:
    """Yield a heading, then for each of these columns its name, kind, meaning and words."""
    yield _("column"), _("holds"), _("meaning"), _("words")
    for column in columns:
        words = "; ".join(f"{word}: {meaning}" for word, meaning in column.words().items())
        yield column.name, str(column.kind.label), str(column.meaning), words


def treatment_rows() -> Iterator[tuple[str, str, str]]:
    """Yield a heading, then for each column that names people what became of it."""
    yield _("column"), _("now"), _("what was done")
    for name, treatment, now in deidentify.what_was_done():
        yield name, str(now), str(treatment.label)


def markdown_of(selection: Selection) -> str:
    """Return the dictionary of a file of this selection as Markdown."""
    if not selection.deidentified:
        return markdown()
    found = deidentify.table(selection.movements)
    told: dict[str, Column] = {}
    for layout in Layout:
        told |= {column.name: column for column in found.columns(layout)}
    names, *rows = treatment_rows()
    done = [(f"`{name}`", f"`{now}`" if now else "", what) for name, now, what in rows]
    headings, *columns = sheet_rows(told.values())
    parts = [_WITHOUT_PEOPLE, *_table(names, done), "## Columns\n", *_table(headings, columns)]
    return "\n".join([*parts, *_scales()])


def markdown() -> str:
    """Return the whole dictionary as Markdown."""
    return "\n".join([_BEGINNING, *_columns(), *_cells(), *_measured(), *_scales(), *_words()])


def _columns() -> Iterator[str]:
    yield "## Columns\n"
    rows = (
        (f"`{column.name}`", _layouts(column), column.kind.label, column.meaning)
        for column in (*WHO_AND_WHEN, *RESULT, *AROUND)
    )
    yield from _table(("column", "layout", "holds", "meaning"), rows)


def _cells() -> Iterator[str]:
    yield "## Columns of the wide layout, one for each movement and side\n"
    yield (
        "They stand between `signed_at` and `setting` and hold the grade's code, `NT` or `ND` "
        "with the reason, or nothing.\n"
    )
    rows = ((f"`{column.name}`", column.meaning) for column in cell_columns())
    yield from _table(("column", "result of"), rows)


def _measured() -> Iterator[str]:
    yield "## Columns of the measurements, one row for each force or set of heel raises\n"
    yield (
        "They stand between `signed_at` and `setting`. Of a force the trials are there as typed, "
        "in the unit typed, and in newtons. What was not measured has no row; 0 has one.\n"
    )
    rows = ((f"`{column.name}`", column.kind.label, column.meaning) for column in MEASURED)
    yield from _table(("column", "holds", "meaning"), rows)


def _scales() -> Iterator[str]:
    yield "## Codes of the scales, weakest first\n"
    rows = (
        (f"`{profile.key}`", profile.name, " ".join(f"`{code}`" for code in profile.codes))
        for profile in instrument.PROFILES.values()
    )
    yield from _table(("scale", "name", "codes"), rows)


def _words() -> Iterator[str]:
    told: dict[str, Column] = {}
    for column in (*WHO_AND_WHEN, *RESULT, *AROUND, *MEASURED):
        told.setdefault(column.name, column)  # movement and side are in both files
    for name, each in told.items():
        if words := each.words():
            yield f"## Words of `{name}`\n"
            yield from _table(
                ("word", "meaning"), ((f"`{word}`", meaning) for word, meaning in words.items())
            )


def _layouts(column: Column) -> str:
    return "long" if isinstance(column, ResultColumn) else "all"


def _table(names: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    names = list(names)
    yield _row(names)
    yield _row("---" for _name in names)
    for cells in rows:
        yield _row(cells)
    yield ""


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
