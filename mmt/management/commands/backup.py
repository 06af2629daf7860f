"""`manage.py backup`: one sealed file of everything, while the product is in use."""

import time
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from mmt import env
from mmt.backup import making
from mmt.backup.key import make_key_file, read_key
from mmt.backup.telling import in_plain_words, mb, progress


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 10_000:
        raise ArgumentTypeError(f"{text!r} is not a number from 0 to 10000.")
    return int(text)


class Command(BaseCommand):
    help = (
        "Write a sealed backup of the database and the product's secrets into BACKUP_DIR "
        "(DATA_DIR/backups), while the product is in use; read it back; then remove older ones. "
        "The key comes from BACKUP_KEY_FILE or BACKUP_KEY. Exit codes: 0 done, 1 failed, 3 disk "
        "too full, 4 damaged, 5 another backup is being made."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--keep-daily",
            type=_count,
            default=7,
            metavar="DAYS",
            help="of how many days that have a backup to keep the newest (7)",
        )
        parser.add_argument(
            "--keep-weekly",
            type=_count,
            default=5,
            metavar="WEEKS",
            help="of how many weeks that have a backup to keep the newest (5)",
        )
        parser.add_argument(
            "--make-key", metavar="FILE", type=Path, help="make a new key there, and no backup"
        )

    def handle(
        self,
        *_args: Any,
        keep_daily: int,
        keep_weekly: int,
        make_key: Path | None,
        **_options: Any,
    ) -> None:
        with in_plain_words():
            if make_key:
                make_key_file(make_key)
                self.stdout.write(
                    f"{make_key} holds a new key. Keep a copy away from this machine: without it "
                    "no backup can be opened."
                )
                return
            began = time.monotonic()
            key = read_key()
            made = making.make(key, days=keep_daily, weeks=keep_weekly, progress=progress("Packed"))
        self.stdout.write(
            f"{made.file}  {mb(made.size)}, {sum(made.manifest.facts.counts.values()):,} rows, "
            f"{time.monotonic() - began:.1f} s, read back"
        )
        for removed in made.removed:
            self.stdout.write(f"{removed}  removed")
        if made.set_aside:
            self.stderr.write(
                f"{made.set_aside}  set aside: this list of who was erased is damaged, or under "
                "another key. A new one was made from the audit log. Keep both: somebody may be on "
                "the old one alone."
            )
        for name in settings.SECRETS:
            if env.text(name):
                self.stdout.write(f"{name} comes from the environment: it is not in the backup.")
