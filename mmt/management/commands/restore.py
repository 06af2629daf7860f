"""`manage.py restore FILE`: a backup back into an empty place."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mmt.backup.erased import NAME, erased_since
from mmt.backup.key import read_key
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
            since = erased_since(file.parent, manifest.made_at, key)
        self.stdout.write(
            f"Restored as of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC: "
            f"{sum(manifest.facts.counts.values()):,} rows in {len(manifest.facts.counts)} tables, "
            f"{len(manifest.facts.chains)} audit chains whole, {time.monotonic() - began:.1f} s."
        )
        if behind(manifest):
            self.stdout.write("It is of an older version: `manage.py migrate` comes next.")
        if since:
            self.stdout.write(
                f"Patients: {since} erased after it was made. Before anybody works with it: "
                f"`manage.py erase_again {file.parent / NAME} --erase`."
            )
