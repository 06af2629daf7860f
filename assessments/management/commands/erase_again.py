"""`manage.py erase_again FILE`: after an older backup was brought back, who was erased since."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.erasing.erase import erase_again
from mmt.backup.erased import read_erased
from mmt.backup.key import read_key
from mmt.backup.problems import Problem
from patients.models import Patient


class Command(BaseCommand):
    help = (
        "Erase those patients again whom FILE (erased.sealed, beside the backups) names and who "
        "came back with an older backup. Without --erase, say only how many there are. The key "
        "comes from BACKUP_KEY_FILE or BACKUP_KEY."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--erase", action="store_true", help="erase them, for good")

    def handle(self, *_args: Any, file: Path, erase: bool, **_options: Any) -> None:
        try:
            known = read_erased(file, read_key())
        except Problem as problem:
            raise CommandError(str(problem)) from None
        if erase:
            self.stdout.write(f"{erase_again(known)} erased again, of {len(known)} in the file.")
            return
        here = Patient.objects.filter(pk__in=list(known)).count()
        self.stdout.write(f"{here} of {len(known)} are here. With --erase they go for good.")
