"""A large import as a job: written in the background, while its person goes on."""

from math import ceil
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from mmt.accounts.roles import Permission
from mmt.jobs.actions import ask_for, mark_seen
from mmt.jobs.kinds import JobFailed, Kind
from mmt.jobs.models import Job, State
from mmt.jobs.work import Work

from ...models import Import, StagedTable
from .actions import REFUSALS, Refused, carry_out
from .check import check
from .mapping import from_json
from .memory import for_a_large_import
from .report import keep
from .staging import table_of

KEY = "import"
MOST_AT_ONCE = 5_000  # rows that a page checks and writes itself, in a second or two
SECONDS_A_VISIT, SECONDS_A_RESULT = 0.0006, 0.00004  # of writing, on a small machine
NOTICED = 10  # seconds for which others wait


def ask(found: Import, *, rows: int, only_good: bool, by: User) -> Job:
    """Have a checked file brought in. The title names the rows, since a file may name a patient."""
    return ask_for(
        KEY,
        {"import": str(found.pk), "only_good": only_good},
        title=_("Import of %(rows)s rows") % {"rows": f"{rows:,}"},
        clinic=found.clinic,
        by=by,
        total=rows,
    )


def is_large(found: Import) -> bool:
    """Whether its check and its import are work for the background."""
    return bool(found.reading["rows"] > MOST_AT_ONCE)


def minutes_alone(visits: int, results: int) -> int:
    """Return for about how many minutes nobody else can save while so much is written; 0 is none
    that anybody would notice. SQLite lets one write at a time.
    """
    seconds = visits * SECONDS_A_VISIT + results * SECONDS_A_RESULT
    return ceil(seconds / 60) if connection.vendor == "sqlite" and seconds > NOTICED else 0


def mark_seen_of(found: Import, *, by: User) -> None:
    """Note that the person sees what came of this file, so that no notice tells of it."""
    mark_seen(list(by.jobs.filter(arguments__import=str(found.pk), seen_at=None)))


def is_under_way(found: Import) -> bool:
    """Whether a job for this file waits or runs."""
    unfinished = Job.objects.filter(kind=KEY, state__in=(State.WAITING, State.RUNNING))
    return unfinished.filter(arguments__import=str(found.pk)).exists()


@for_a_large_import()
def run(work: Work) -> None:
    """Check the file anew and bring it in. Begun anew after its worker died, it is done once."""
    arguments: dict[str, Any] = work.job.arguments
    found = Import.objects.select_related("clinic").filter(pk=arguments["import"]).first()
    if found is None or not (
        found.mapping is not None and StagedTable.objects.filter(batch=found).exists()
    ):
        if found is not None and not found.is_staged:
            return
        raise JobFailed(_("The file was deleted before it was imported."))
    rows = found.reading["rows"]
    plan = check(
        table_of(found),
        from_json(found.mapping),
        found.clinic,
        # Reading is the first half; while writing, which is one transaction, nothing is told.
        tell=lambda done: work.progress(done // 2, rows),
    )
    keep(found, plan)
    try:
        carry_out(found, plan, only_good=arguments["only_good"], by=work.job.owner)
    except Refused as refused:
        raise JobFailed(str(REFUSALS[refused.code])) from None


def may(job: Job) -> bool:
    return job.owner.can(Permission.IMPORT, job.clinic)


def _address(job: Job) -> str:
    return reverse("imports:read", args=[job.arguments["import"]])


IMPORT = Kind(KEY, run, may, leads_to=_address)
