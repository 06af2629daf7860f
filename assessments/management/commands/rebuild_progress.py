"""`manage.py rebuild_progress`: the read model of change derived anew from the scores."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from assessments.models import Progress
from assessments.progress import AT_ONCE, refresh_many
from assessments.progress_rows import COLUMNS
from mmt.accounts.models import Clinic
from mmt.bar import Bar
from patients.models import Patient

DIFFERS, REFUSED = 1, 2


class Command(BaseCommand):
    help = (
        "Derive what trends, questions and the start page ask (the first, the last but one and the "
        "last grade of each movement and side, and what the clinic's rule says of them) anew from "
        "the signed records. It is kept up to date by itself; this is for after a repair of the "
        "database, and safe at any time: a few patients wait for a moment, and no record changes. "
        "Progress goes to standard error. Exit code 0: done, or with --check nothing differs; 1: "
        "with --check something differs; 2: the options make no sense."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--clinic", metavar="NAME", help="short name of one clinic; all if not given"
        )
        parser.add_argument(
            "--check", action="store_true", help="only say whether anything differs; write nothing"
        )

    def handle(self, *_args: Any, clinic: str | None, check: bool, **options: Any) -> None:
        known = Clinic.objects.order_by("slug")
        clinics = known.filter(slug=clinic) if clinic else known
        if clinic and not clinics:
            names = ", ".join(each.slug for each in known) or "none yet"
            raise CommandError(f"--clinic: one of {names}.", returncode=REFUSED)
        total = Patient.objects.filter(clinic__in=clinics).count()
        bar = Bar(self.stderr, total, "patients") if options["verbosity"] else None
        done = different = 0
        for each in clinics:
            ids = list(Patient.objects.filter(clinic=each).order_by("pk").values_list("pk"))
            for first in range(0, len(ids), AT_ONCE):
                some = [pk for (pk,) in ids[first : first + AT_ONCE]]
                different += _rebuilt(each, some, keep=not check)
                done += len(some)
                if bar:
                    bar.show(done)
        if bar:
            bar.end()
            words = "differ" if check else "differed and are right now"
            self.stderr.write(f"{done:,} patients looked at; the entries of {different:,} {words}.")
        if check and different:
            raise CommandError("Run it without --check to put that right.", returncode=DIFFERS)


@transaction.atomic
def _rebuilt(clinic: Clinic, ids: list[UUID], *, keep: bool) -> int:
    """Derive the progress of these patients anew; return of how many it differed."""
    patients = list(Patient.objects.filter(pk__in=ids).order_by("pk"))
    before, seen = _entries(ids), {each.pk: each.last_seen for each in patients}
    refresh_many(clinic, patients)
    now, last = _entries(ids), {each.pk: each.last_seen for each in patients}
    if not keep:
        transaction.set_rollback(True)
    changed = {row[COLUMNS.index("patient_id")] for row in before ^ now}
    return len(changed | {pk for pk in seen if seen[pk] != last[pk]})


def _entries(ids: list[UUID]) -> set[tuple[Any, ...]]:
    return set(Progress.objects.filter(patient__in=ids).values_list(*COLUMNS))
