"""`manage.py drill_restore`: whether the newest backup can be brought back, and what it lacks."""

from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.timesince import timesince

from mmt.backup import store
from mmt.backup.drill import try_out
from mmt.backup.key import read_key
from mmt.backup.problems import Problem
from mmt.backup.telling import in_plain_words


class Command(BaseCommand):
    help = (
        "Bring the newest backup of BACKUP_DIR back into a throw-away place (on PostgreSQL a "
        "database of its own on the same server), compare rows, migrations and the audit log with "
        "what it says of itself and with the log of today, and say how long that took and how much "
        "would be lost. Exit codes as of `restore`."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="another than the newest")

    def handle(self, *_args: Any, file: Path | None, **_options: Any) -> None:
        with in_plain_words():
            chosen = file or store.newest(store.folder())
            self.stdout.write(str(chosen))
            try:
                tried = try_out(chosen, read_key())
            except psycopg.OperationalError as problem:  # the server to try it on
                raise Problem(f"DATABASE_URL: {problem}") from None
        self.stdout.write(tried.told)
        self.stdout.write(f"Time to have it back: {tried.seconds:.1f} s.")
        since = tried.manifest.made_at
        self.stdout.write(
            f"Would be lost: what was entered in the last {timesince(since, timezone.now())}"
            + ("." if tried.lost is None else f", {tried.lost:,} events of the audit log.")
        )
