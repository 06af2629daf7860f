"""`manage.py verify_audit`: read the audit log again and say whether it is as it was written."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Sum

from mmt.accounts.models import Clinic
from mmt.audit.log import HOUSE
from mmt.audit.models import Chain
from mmt.audit.verify import Reading, chain_names, last_seals
from mmt.bar import Bar

BROKEN, REFUSED = 1, 2


class Command(BaseCommand):
    help = (
        "Read the audit log again and say whether it is as it was written: content, links, "
        "numbers without a gap, heads, and the seals of the last check, of each chain. No record "
        "changes; it is safe at any time. Progress and what is broken go to standard error. Exit "
        "code 0: whole; 1: a chain is broken, and its first broken place is named; 2: the options "
        "make no sense."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clinic", metavar="SLUG", help="this clinic's chain alone")
        parser.add_argument(
            "--witness",
            type=Path,
            metavar="FILE",
            help="hold the chains against what this file saw of them, then let it see them anew; "
            "keep it where whoever can write the database cannot write",
        )

    def handle(self, *_args: Any, clinic: str | None, witness: Path | None, **options: Any) -> None:
        names = dict(Clinic.objects.values_list("pk", "name"))
        labels = {str(pk): name for pk, name in names.items()} | {HOUSE: "What belongs to none"}
        seals = last_seals()
        seen = _read(witness) if witness else {}
        for chain, seal in seen.items():
            seals[chain] = max(seal, seals.get(chain, seal))
        wanted = [self._chain_of(clinic)] if clinic else chain_names(seals)
        readings = [Reading(chain, seals.get(chain)) for chain in wanted]
        self._read_again(readings, quiet=not options["verbosity"])
        broken = [each for each in readings if each.breaks]
        for reading in broken:
            more = f" And {len(reading.breaks) - 1} more." if len(reading.breaks) > 1 else ""
            label = labels.get(reading.chain, reading.chain)
            self.stderr.write(f"{label} ({reading.chain}): {reading.breaks[0]}{more}")
        if broken:
            raise CommandError(
                f"{len(broken)} of {len(readings)} chains broken.", returncode=BROKEN
            )
        if witness:
            _write(witness, seen | {each.chain: each.head for each in readings})
        self.stdout.write(
            f"{sum(each.read for each in readings)} events in {len(readings)} chains: whole."
        )

    def _chain_of(self, slug: str) -> str:
        found = Clinic.objects.filter(slug=slug).first()
        if found is None:
            known = ", ".join(Clinic.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"--clinic: one of {known or 'none yet'}.", returncode=REFUSED)
        return str(found.pk)

    def _read_again(self, readings: Sequence[Reading], *, quiet: bool) -> None:
        heads = Chain.objects.filter(name__in=[each.chain for each in readings])
        bar = Bar(self.stderr, heads.aggregate(all=Sum("sequence"))["all"] or 0, "events")
        before = 0
        for reading in readings:
            for read in reading.pages():
                if not quiet:
                    bar.show(before + read)
            before += reading.read
        if not quiet:
            bar.end()


def _read(witness: Path) -> dict[str, tuple[int, str]]:
    if not witness.parent.is_dir():
        raise CommandError(f"--witness: {witness.parent} is no folder.", returncode=REFUSED)
    try:
        if not witness.exists():
            return {}
        seen = json.loads(witness.read_text())
        return {str(chain): (int(number), str(seal)) for chain, (number, seal) in seen.items()}
    except OSError as problem:
        raise CommandError(f"--witness: {problem}", returncode=REFUSED) from None
    except (ValueError, TypeError, AttributeError) as problem:
        raise CommandError(
            f"--witness: {witness} is not a file of this command: {problem}", returncode=REFUSED
        ) from None


def _write(witness: Path, heads: Mapping[str, tuple[int, str]]) -> None:
    try:
        witness.write_text(json.dumps(heads, indent=1))
    except OSError as problem:
        raise CommandError(f"--witness: {problem}", returncode=REFUSED) from None
