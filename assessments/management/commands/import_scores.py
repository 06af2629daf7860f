"""`manage.py import_scores`: the same way in as the pages of imports, from the command line."""

import json
import time
from argparse import ArgumentTypeError
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments import instrument
from assessments.exchange.csv_lines import END, csv_cells
from assessments.exchange.incoming import actions
from assessments.exchange.incoming.check import Plan, check
from assessments.exchange.incoming.mapping import (
    DateOrder,
    Direction,
    Mapping,
    NoMapping,
    by_headings,
    fitted,
    from_json,
    proposed,
    signature,
)
from assessments.exchange.incoming.memory import for_a_large_import
from assessments.exchange.incoming.report import reasons_of, rejected
from assessments.exchange.incoming.staging import forget_old, hash_of, set_mapping, stage
from assessments.exchange.incoming.table import Table, Unreadable, read_table
from assessments.exchange.spreadsheet import harmless
from assessments.models import Import, RememberedMapping
from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Permission
from mmt.bar import Bar

BAD_ROWS, REFUSED = 1, 2
SHOWN = 20
SAID = ("scale", "direction", "date_order", "battery", "tested_on", "tester")


class Command(BaseCommand):
    help = (
        "Bring patients and scores into a clinic from a CSV or Excel (.xlsx) file. Without "
        "--write this is a dry run: it says what would come in and which rows cannot, and writes "
        "nothing. Progress and problems go to standard error. Exit code 0: imported, or nothing "
        "stands against it; 1: rows cannot be imported, or nothing was; 2: the options or the "
        "file make no sense. Nothing is ever half imported: after 1 and 2 the records are as "
        "they were. docs/imports.md tells how files are read."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file, up to 100 MB")
        parser.add_argument(
            "--clinic", required=True, metavar="NAME", help="short name of the clinic"
        )
        _add_what_is_done(parser)
        _add_meaning(parser)
        _add_reading(parser)

    @for_a_large_import()
    def handle(self, *_args: Any, file: Path, **options: Any) -> None:
        clinic = Clinic.objects.filter(slug=options["clinic"]).first()
        if clinic is None:
            known = ", ".join(Clinic.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"--clinic: one of {known or 'none yet'}.", returncode=REFUSED)
        by = self._importer(clinic, options)
        forget_old()
        table = self._timed("read", lambda: self._read(file, options))
        mapping = self._mapping(table, clinic, options)
        loud = options["verbosity"] > 0
        plan = self._timed("checked", lambda: self._check(table, mapping, clinic, loud=loud))
        self._tell(plan)
        if options["rejected"] and plan.left:
            self._write_rejected(options["rejected"], table, plan)
        if by is None:
            if plan.bad:
                raise CommandError(
                    "Nothing was written: rows cannot be imported.", returncode=BAD_ROWS
                )
            self.stderr.write("Nothing was written. Add --write --as E-MAIL to import.")
            return
        found = stage(
            table, id=uuid4(), clinic=clinic, file_name=file.name, file_hash=hash_of(file), by=by
        )
        set_mapping(found, mapping, by=by)
        self.stderr.write("Writing, in one transaction: all of it comes in or nothing.")
        self._timed("imported", lambda: self._carry_out(found, plan, options, by))

    def _importer(self, clinic: Clinic, options: dict[str, Any]) -> User | None:
        if not options["write"]:
            return None
        email = (options["by"] or "").strip().lower()
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None or not user.can(Permission.IMPORT, clinic):
            raise CommandError(
                "--as: the e-mail of an administrator of this clinic.", returncode=REFUSED
            )
        return user

    def _read(self, file: Path, options: dict[str, Any]) -> Table:
        if file.is_dir():
            raise CommandError(f"{file} is a folder, not a file.", returncode=REFUSED)
        try:
            return read_table(
                file,
                name=file.name,
                encoding=options["encoding"],
                delimiter=options["delimiter"],
                sheet=options["sheet"],
            )
        except (OSError, Unreadable) as problem:
            raise CommandError(f"{file}: {problem}", returncode=REFUSED) from None

    def _mapping(self, table: Table, clinic: Clinic, options: dict[str, Any]) -> Mapping:
        try:
            found = self._chosen(table, clinic, options["mapping"])
            said = {name: options[name] for name in SAID if options[name]}
            found = from_json(replace(found, **said).as_json())
        except (OSError, ValueError) as problem:  # NoMapping and bad JSON are ValueErrors
            raise CommandError(f"--mapping: {problem}", returncode=REFUSED) from None
        if problems := found.problems():
            lines = [f"{_option(name)}: {problem}" for name, problem in problems.items()]
            raise CommandError("\n".join(lines), returncode=REFUSED)
        return found

    def _chosen(self, table: Table, clinic: Clinic, which: str) -> Mapping:
        if which == "headings":
            return proposed(table.headings)
        if which == "remembered":
            known = RememberedMapping.objects.filter(
                clinic=clinic, headings=signature(table.headings)
            ).first()
            if known is None:
                raise NoMapping("nothing is remembered for these headings.")
            found = from_json(known.mapping)
            return replace(found, columns=fitted(found.columns, table.headings))
        written = json.loads(Path(which).read_text())
        if not isinstance(written, dict) or not isinstance(written.get("columns"), dict):
            raise NoMapping('it must hold {"columns": {heading: what it is}}.')
        columns = by_headings(written.pop("columns"), table.headings)
        return from_json({"columns": list(columns)} | written)

    def _check(self, table: Table, mapping: Mapping, clinic: Clinic, *, loud: bool) -> Plan:
        if not loud:
            return check(table, mapping, clinic)
        bar = Bar(self.stderr, table.about["rows"])
        try:
            return check(table, mapping, clinic, tell=bar.show)
        finally:
            bar.end()

    def _tell(self, plan: Plan) -> None:
        self.stderr.write(
            f"{plan.rows:,} rows: {len(plan.visits):,} visits with {plan.scores:,} results, "
            f"{plan.measured:,} forces and heel raises, "
            f"{len(plan.new_patients):,} new patients; {plan.already:,} here already; "
            f"{plan.blank:,} rows with nothing recorded; {len(plan.bad):,} rows with a problem, "
            f"{len(plan.held):,} waiting for one of them."
        )
        for problem in plan.problems[:SHOWN]:
            where = f" {problem.column}" if problem.column else ""
            value = f" “{problem.value}”" if problem.value else ""
            self.stderr.write(f"  row {problem.row}{where}{value}: {problem.reason}")
        if len(plan.problems) > SHOWN:
            self.stderr.write(f"  and {len(plan.problems) - SHOWN:,} more; see --rejected")

    def _write_rejected(self, path: Path, table: Table, plan: Plan) -> None:
        try:
            path.touch(mode=0o600)
            with path.open("wb") as file:
                file.writelines(
                    csv_cells(map(harmless, row)) + END for row in rejected(table, reasons_of(plan))
                )
        except OSError as problem:
            raise CommandError(f"--rejected: {problem}", returncode=REFUSED) from None
        self.stderr.write(f"The rows to correct stand in {path}.")

    def _carry_out(self, found: Import, plan: Plan, options: dict[str, Any], by: User) -> None:
        try:
            actions.carry_out(found, plan, only_good=options["only_good"], by=by)
        except actions.Refused as refused:
            found.delete()
            why = {
                "bad rows": "Nothing was written: rows cannot be imported (see --only-good).",
                "nothing": "There is nothing to import.",
                "changed": "Something changed meanwhile: try again.",
            }
            raise CommandError(why[refused.code], returncode=BAD_ROWS) from None

    def _timed(self, what: str, work: Callable[[], Any]) -> Any:
        began = time.monotonic()
        done = work()
        self.stderr.write(f"{what} in {time.monotonic() - began:.1f} s")
        return done


def _add_what_is_done(parser: CommandParser) -> None:
    group = parser.add_argument_group("what is done (without these: a dry run)")
    group.add_argument("--write", action="store_true", help="import; needs --as")
    group.add_argument(
        "--as",
        dest="by",
        metavar="E-MAIL",
        help="the administrator of the clinic who brings the records in",
    )
    group.add_argument(
        "--only-good", action="store_true", help="with --write: leave the bad rows behind"
    )
    group.add_argument(
        "--rejected", type=Path, metavar="FILE", help="write the rows to correct there, as CSV"
    )


def _add_meaning(parser: CommandParser) -> None:
    group = parser.add_argument_group("what the file means, where it does not say so itself")
    group.add_argument(
        "--mapping",
        default="headings",
        metavar="WHICH",
        help=(
            "what the columns are: headings (by their names, the default: with --direction "
            "enough for files that this product exported, and for ISNCSCI motor "
            "worksheets), remembered (as said "
            "on the pages for these headings last time), or a JSON file such as "
            '{"columns": {"MRN": "Record number", "quads R": "Knee extension, right"}, '
            '"scale": "mrc", "direction": "up", "date_order": "day"}'
        ),
    )
    for flag, choices, words in (
        ("--scale", instrument.PROFILES, "the scale of the grades"),
        ("--direction", Direction, "up: 0 is no contraction; down: 0 is normal"),
        ("--date-order", DateOrder, "how dates such as 03/04/2025 are meant"),
        ("--battery", instrument.BATTERIES, "the battery of all visits"),
    ):
        group.add_argument(flag, choices=[str(each) for each in choices], help=words)
    group.add_argument("--tested-on", metavar="DAY", help="YYYY-MM-DD, for rows without one")
    group.add_argument("--tester", metavar="NAME", help="who tested, for rows without one")


def _add_reading(parser: CommandParser) -> None:
    group = parser.add_argument_group("how the file is read, where that is told wrongly by itself")
    group.add_argument("--sheet", default="", metavar="NAME", help="of a workbook; else the first")
    group.add_argument(
        "--encoding",
        type=_encoding,
        default="",
        metavar="NAME",
        help="of a CSV file, such as cp1252",
    )
    group.add_argument(
        "--delimiter",
        type=_delimiter,
        default="",
        metavar="SIGN",
        help="of a CSV file, such as ;",
    )


def _encoding(name: str) -> str:
    try:
        "a".encode(name or "utf-8")
    except (LookupError, UnicodeError):
        raise ArgumentTypeError(f"{name!r} is no encoding of texts.") from None
    return name


def _delimiter(sign: str) -> str:
    if len(sign) > 1 or sign in {'"', "\r", "\n"}:
        raise ArgumentTypeError(f"{sign!r} is not one sign that can stand between cells.")
    return sign


def _option(name: str) -> str:
    return "--mapping" if name == "columns" else f"--{name.replace('_', '-')}"
