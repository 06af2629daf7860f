"""`manage.py load_demo`: the demonstration clinics, or a large set of invented records."""

from datetime import date
from time import perf_counter
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand, CommandParser

from assessments import instrument
from assessments.demo import bulk
from assessments.demo.clinics import DEFAULT_SEED, load_clinics
from assessments.demo.guard import AlreadyLoaded, HoldsRealRecords
from mmt.accounts.models import Clinic


class Command(BaseCommand):
    help = (
        "Load the demonstration clinics or, with --patients, a large set of invented records to "
        "measure with. Refuses a database that holds real clinics or people."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there is a clinic already"
        )
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            help="the newest day of the records, YYYY-MM-DD: with the same seed, the same records",
        )
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
        parser.add_argument("--patients", type=_count, help="a large set of so many patients")
        parser.add_argument("--visits", type=_count, default=10, help="of each of its patients")
        parser.add_argument("--clinics", type=_count, default=1, help="that share its patients")
        parser.add_argument(
            "--battery", choices=instrument.BATTERIES, default=instrument.DEFAULT_BATTERY
        )

    def handle(self, *_args: Any, if_empty: bool, patients: int | None, **options: Any) -> None:
        if if_empty and Clinic.objects.exists():
            return
        try:
            if patients is None:
                self._load_clinics(options["seed"], options["today"])
            else:
                self._load_many(patients, options)
        except (HoldsRealRecords, AlreadyLoaded) as problem:
            raise CommandError(str(problem)) from None

    def _load_clinics(self, seed: int, today: date | None) -> None:
        began = perf_counter()
        scores = load_clinics(seed, today)
        self.stdout.write(
            f"Demonstration clinics loaded: {scores:,} scores in {perf_counter() - began:.1f} s."
        )

    def _load_many(self, patients: int, options: dict[str, Any]) -> None:
        names = ("visits", "seed", "clinics", "battery", "today")
        loaded = bulk.load(patients=patients, **{name: options[name] for name in names})
        self.stdout.write(
            f"{loaded.patients:,} patients with {loaded.scores:,} scores loaded in "
            f"{loaded.seconds:.1f} s: {loaded.scores_a_second:,.0f} scores a second."
        )


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
