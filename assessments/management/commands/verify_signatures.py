"""`manage.py verify_signatures`: hold every signed record against its signature."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.signing import broken_among, pages_of_unmatched


class Command(BaseCommand):
    help = (
        "Hold every signed record against its signature. Names those that do not match, raises an "
        "alarm for their clinic, and ends with 1 if there is one."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        broken = [record for page in pages_of_unmatched() for record in page]
        for record in broken_among([record.pk for record in broken]):
            self.stderr.write(f"{record.pk}, clinic {record.clinic_id}")
        if broken:
            raise CommandError(f"{len(broken)} records do not match.", returncode=1)
        self.stdout.write("Every signed record matches its signature.")
