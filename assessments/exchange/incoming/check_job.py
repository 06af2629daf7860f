"""The dry run of a large file as a job: its person goes on, and is told when it is ready."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from mmt.jobs.actions import ask_for, cancel
from mmt.jobs.kinds import JobFailed, Kind
from mmt.jobs.models import UNFINISHED, Job
from mmt.jobs.work import Work

from ...models import Import, StagedTable
from .check import check
from .job import may
from .mapping import from_json
from .memory import for_a_large_import
from .report import keep
from .staging import table_of

KEY = "import-check"


def ask(found: Import, *, by: User) -> Job:
    """Have the file checked, in place of a check of it that is still under way."""
    call_off(found, by=by)
    rows = found.reading["rows"]
    return ask_for(
        KEY,
        {"import": str(found.pk)},
        title=_("Check of %(rows)s rows before their import") % {"rows": f"{rows:,}"},
        clinic=found.clinic,
        by=by,
        total=rows,
    )


def newest(found: Import) -> Job | None:
    """Return the last check of this file that was asked for."""
    return _of(found).select_related("clinic").order_by("-made_at").first()


def call_off(found: Import, *, by: User) -> None:
    for job in _of(found).filter(state__in=UNFINISHED, cancel_asked=False):
        cancel(job, by=by)


def _of(found: Import) -> Any:
    return Job.objects.filter(kind=KEY, arguments__import=str(found.pk))


@for_a_large_import()
def run(work: Work) -> None:
    arguments: dict[str, Any] = work.job.arguments
    found = Import.objects.select_related("clinic").filter(pk=arguments["import"]).first()
    if found is not None and not found.is_staged:
        return
    gone = JobFailed(_("The file was deleted before it was checked."))
    if (
        found is None
        or found.mapping is None
        or not StagedTable.objects.filter(batch=found).exists()
    ):
        raise gone
    rows = found.reading["rows"]
    plan = check(
        table_of(found),
        from_json(found.mapping),
        found.clinic,
        tell=lambda done: work.progress(done, rows),
    )
    if not keep(found, plan):
        raise gone


def _address(job: Job) -> str:
    return reverse("imports:check", args=[job.arguments["import"]])


CHECK = Kind(KEY, run, may, leads_to=_address)
