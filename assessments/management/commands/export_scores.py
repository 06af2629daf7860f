"""`manage.py export_scores`: the same files as the page of exports, from the command line."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments import instrument
from assessments.exchange.dictionary import markdown
from assessments.exchange.export import Export, ExportIncomplete
from assessments.exchange.formats import FORMATS, PARTS
from assessments.exchange.forms import HIDDEN, NAMED, ExportForm
from assessments.exchange.rights import Rights
from assessments.exchange.selection import Layout, Standing
from assessments.movement_choice import MOVEMENTS_OF
from mmt.bar import Bar

ACTOR = "command line"
FAILED, REFUSED = 1, 2
OPTIONS = {
    "clinic": "--clinic",
    "first_day": "--from",
    "last_day": "--to",
    "battery": "--battery",
    "status": "--status",
    "movement": "--movement",
    "question": "--question",
    "people": "--deidentified",
    "format": "--format",
    "layout": "--layout",
    "parts": "--parts",
}


class Command(BaseCommand):
    help = (
        "Write the signed records of a clinic as one file. Unless --deidentified is given it names "
        "patients; a new file can be read by its owner alone. The export stands in the audit log. "
        "Progress goes to standard error. Exit code 0: written; 1: failed, no file is left; 2: the "
        "options make no sense."
    )
    # Nothing here depends on the address table or the templates.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clinic", metavar="NAME", help="short name of the clinic")
        _add_selection(parser)
        _add_shape(parser)
        _add_layout(parser)
        parser.add_argument(
            "--output", default="-", metavar="FILE", help="where to; - is standard output"
        )
        parser.add_argument(
            "--dictionary",
            action="store_true",
            help="write the data dictionary (Markdown) instead of records, and end",
        )

    def handle(self, *_args: Any, output: str, dictionary: bool, **options: Any) -> None:
        if dictionary:
            with _written_to(output) as file:
                file.write(markdown().encode())
            return
        form = self._form(options)
        try:
            with _written_to(output) as file:
                self._write(form, file, loud=options["verbosity"] > 0)
        except BrokenPipeError:
            # Whoever read has enough; and Python would try to flush once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise CommandError("The reader went away.", returncode=FAILED) from None
        except (OSError, ExportIncomplete) as problem:
            raise CommandError(str(problem), returncode=FAILED) from None

    def _form(self, options: dict[str, Any]) -> ExportForm:
        names = {**OPTIONS, "blanks": "--blanks", "bom": "--bom"}
        form = ExportForm({name: options[name] for name in names}, rights=Rights.of_a_program())
        if form.is_valid():
            return form
        problems = [
            f"{names.get(field, field)}: {' '.join(map(str, messages))}"
            for field, messages in form.errors.items()
        ]
        if "clinic" in form.errors:
            problems.append("Clinics: " + (", ".join(form.clinics) or "none yet"))
        raise CommandError("\n".join(problems), returncode=REFUSED)

    def _write(self, form: ExportForm, file: IO[bytes], *, loud: bool) -> None:
        export = Export(form.selection, form.shape, by=None, actor=ACTOR)
        try:
            began = time.monotonic()
            bar = Bar(self.stderr, export.rows) if loud else None
            for block, rows in export.blocks():
                file.write(block)
                if bar:
                    bar.show(rows)
            if bar:
                bar.end()
        finally:
            export.close()
        if loud:
            seconds = time.monotonic() - began
            self.stderr.write(
                f"{export.rows:,} rows of {export.visits:,} visits in {seconds:.1f} s"
            )


def _add_selection(parser: CommandParser) -> None:
    group = parser.add_argument_group("which records (without these: all that are in force)")
    group.add_argument(
        "--from", dest="first_day", metavar="DAY", help="first day of testing, YYYY-MM-DD"
    )
    group.add_argument("--to", dest="last_day", metavar="DAY", help="last day of testing, included")
    group.add_argument(
        "--battery", help="records of this battery: " + ", ".join(instrument.BATTERIES)
    )
    group.add_argument(
        "--status",
        choices=[each.value for each in Standing],
        default=Standing.IN_FORCE.value,
        help="in_force: signed and amended (the default); recorded: voided ones too",
    )
    group.add_argument(
        "--movement",
        type=lambda text: text.split(","),
        metavar="KEY,KEY",
        help="only visits whose form has one of these movements, and only their results; keys "
        "stand in the data dictionary; a region stands for all of its movements: "
        + ", ".join(MOVEMENTS_OF),
    )
    group.add_argument(
        "--question", metavar="ID", help="only patients who answer this saved question"
    )


def _add_shape(parser: CommandParser) -> None:
    group = parser.add_argument_group("what the file is like")
    group.add_argument(
        "--deidentified",
        dest="people",
        action="store_const",
        const=HIDDEN,
        default=NAMED,
        help="take names, numbers, notes and exact dates out; see docs/exports.md",
    )
    group.add_argument(
        "--format",
        choices=list(FORMATS),
        default="csv",
        help="; ".join(f"{key}: {each.title}" for key, each in FORMATS.items()),
    )
    group.add_argument(
        "--parts",
        type=lambda text: text.split(","),
        metavar="PART,PART",
        help="the files of a zip: " + ", ".join(PARTS),
    )
    group.add_argument(
        "--bom", action="store_true", help="begin with the mark by which Excel knows UTF-8"
    )


def _add_layout(parser: CommandParser) -> None:
    group = parser.add_argument_group("what its rows are")
    group.add_argument(
        "--layout",
        choices=[each.value for each in Layout],
        default=Layout.LONG.value,
        help=(
            "long: a row for each result (the default); wide: a row for each visit; "
            "measurements: a row for each force or set of heel raises"
        ),
    )
    group.add_argument(
        "--measurements",
        dest="layout",
        action="store_const",
        const=Layout.MEASUREMENTS.value,
        help="the same as --layout measurements",
    )
    group.add_argument(
        "--blanks", action="store_true", help="list cells left blank too (long layout)"
    )


@contextmanager
def _written_to(output: str) -> Iterator[IO[bytes]]:
    """Yield what to write to. A file appears whole or not at all, for its owner's eyes only."""
    if output == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(output)
    if path.exists() and not path.is_file():  # a pipe or a device is written to, not replaced
        with path.open("wb") as file:
            yield file
        return
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
