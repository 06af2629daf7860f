"""`manage.py retention`: what is past its time, and its removal."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse

from mmt.jobs import retention
from patients.erasure import past_their_time


class Command(BaseCommand):
    help = (
        "Remove what is kept for a time only (docs/privacy.md) and is past it; each removal is "
        "told to the audit log. Records of patients are never among it: archived ones that are "
        "past RECORDS_KEPT_YEARS are listed for an administrator to decide. With --dry-run, list "
        "only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="remove nothing")

    def handle(self, *_args: Any, dry_run: bool, **_options: Any) -> None:
        for rule in retention.rules():
            number = rule.past().count() if dry_run else retention.apply(rule)
            words = "past their time" if dry_run else "removed"
            self.stdout.write(f"{rule.table:<28} {number:>8,} {words}: {rule.title}")
        self._list_patients()

    def _list_patients(self) -> None:
        """By address alone: whose it is stands on the page, for who may see it."""
        years = settings.RECORDS_KEPT_YEARS
        if not years:
            return
        found = past_their_time().order_by("clinic", "archived_at").values_list("pk", flat=True)
        self.stdout.write(
            f"{'patients_patient':<28} {len(found):>8,} archived and not seen for {years} years: "
            "an administrator decides about each, here:"
        )
        for patient_id in found:
            self.stdout.write(f"  {reverse('erasing:patient', args=[patient_id])}")
