"""`manage.py retention`: what is past its time, and its removal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mmt.jobs import retention


class Command(BaseCommand):
    help = (
        "Remove what is kept for a time only (docs/privacy.md) and is past it; each removal is "
        "told to the audit log. Records of patients are never among it. With --dry-run, list only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="remove nothing")

    def handle(self, *_args: Any, dry_run: bool, **_options: Any) -> None:
        for rule in retention.rules():
            number = rule.past().count() if dry_run else retention.apply(rule)
            words = "past their time" if dry_run else "removed"
            self.stdout.write(f"{rule.table:<28} {number:>8,} {words}: {rule.title}")
