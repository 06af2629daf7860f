"""An export as a job: made in the background, kept for its owner."""

from typing import Any

from django.forms import Form
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from mmt.jobs.actions import ask_for
from mmt.jobs.kinds import JobFailed, Kind
from mmt.jobs.models import Job
from mmt.jobs.work import Result, Work

from .export import Export, ExportIncomplete, ExportWithdrawn
from .formats import FORMATS
from .forms import HIDDEN, ExportForm
from .rights import Rights, may_export
from .selection import Selection, Shape

KEY = "export"


def ask(form: ExportForm, *, by: User, rows: int) -> Job:
    """Have the file of the valid form made; so many rows are expected."""
    return ask_for(
        KEY,
        form.arguments(),
        title=_title(form),
        clinic=form.selection.clinic,
        by=by,
        total=rows,
    )


def _title(form: ExportForm) -> str:
    """Return a line that tells one export from another; it names no patient."""
    selection = form.selection
    kind = str(FORMATS[form.shape.format].title).partition(":")[0]
    words = [_("Export: %(kind)s") % {"kind": kind}]
    if selection.first_day or selection.last_day:
        first, last = selection.first_day or "…", selection.last_day or "…"
        words.append(_("%(first)s to %(last)s") % {"first": first, "last": last})
    if selection.deidentified:
        words.append(_("de-identified"))
    return ", ".join(words)


def run(work: Work) -> Result:
    """Make the file. The form is asked again: rights and questions may have changed since."""
    form = ExportForm(work.job.arguments, rights=Rights.of(work.job.owner))
    if not form.is_valid():
        raise not_any_more(form)
    return made(work, form.selection, form.shape)


def not_any_more(form: Form) -> JobFailed:
    return JobFailed(" ".join(str(each[0]) for each in form.errors.values()))


def made(work: Work, selection: Selection, shape: Shape) -> Result:
    """Write the file of a job. Raises JobFailed."""
    owner = work.job.owner
    export = Export(
        selection,
        shape,
        by=owner,
        may_go_on=lambda: may_export(owner, selection.clinic, deidentified=selection.deidentified),
    )
    try:
        with work.file() as file:
            for block, rows in export.blocks():
                file.write(block)
                work.progress(rows, export.rows)
    except (ExportWithdrawn, ExportIncomplete) as problem:
        raise JobFailed(str(problem)) from None
    finally:
        export.close()
    return Result(export.file_name, export.format.content_type)


def may(job: Job) -> bool:
    arguments: dict[str, Any] = job.arguments
    hidden = arguments.get("people") == HIDDEN
    return may_export(job.owner, job.clinic, deidentified=hidden)


EXPORT = Kind(KEY, run, may)
