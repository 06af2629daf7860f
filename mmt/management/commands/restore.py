"""`manage.py restore FILE`: a backup back into an empty place."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mmt.backup.erased import NAME, erased_since
from mmt.backup.key import read_key
from mmt.backup.problems import Problem
from mmt.backup.restoring import behind, restore
from mmt.backup.telling import in_plain_words, progress


class Command(BaseCommand):
    help = (
        "Bring a backup back into an empty DATA_DIR or database. It is read and checked to its end "
        "before anything is written; afterwards rows, migrations and the audit log are held "
        "against it. Stop the product first. The key comes from BACKUP_KEY_FILE or BACKUP_KEY. "
        "Exit codes: 0 done, 1 failed, 3 disk too full, 4 damaged or another key, 6 the place is "
        "not empty."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        began = time.monotonic()
        with in_plain_words():
            key = read_key()
            manifest = restore(file, key, progress=progress("Checked"))
        older = behind(manifest)
        self.stdout.write(
            f"Restored as of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC: "
            f"{sum(manifest.facts.counts.values()):,} rows in {len(manifest.facts.counts)} tables, "
            f"{len(manifest.facts.chains)} audit chains{'' if older else ' whole'}, "
            f"{time.monotonic() - began:.1f} s."
        )
        if older:
            self.stdout.write(
                "It is of an older version: `manage.py migrate` comes next, then "
                "`manage.py verify_audit`, for the links of its audit log were not read."
            )
        self._tell_erased(file.parent, manifest.made_at, key)

    def _tell_erased(self, folder: Path, moment: datetime, key: bytes) -> None:
        """All is back by now: a list that cannot be read is told, and undoes nothing."""
        again = f"`manage.py erase_again {folder / NAME} --erase`"
        try:
            since = erased_since(folder, moment, key)
        except Problem:
            self.stderr.write(
                f"Who was erased after it was made is not known: {folder / NAME} is damaged, or "
                f"under another key than the backup. Before anybody works with it: {again} with "
                "the key of that list, or with a copy of it that is whole."
            )
            return
        if since:
            self.stdout.write(
                f"Patients: {since} erased while or after it was made. Before anybody works with "
                f"it: {again}."
            )
