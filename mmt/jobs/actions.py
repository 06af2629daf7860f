"""Asking for work, calling it off, taking its file: what a person does, told to the audit log."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from mmt.accounts.models import Clinic, User
from mmt.audit.log import record
from mmt.audit.models import Action, Outcome

from .models import Job, State


@transaction.atomic
def ask_for(
    kind: str, arguments: dict[str, Any], *, title: str, clinic: Clinic, by: User, total: int = 0
) -> Job:
    """Put a job in the queue. `title` names no patient; `total` is the expected rows, if known."""
    job = Job(
        kind=kind,
        arguments=arguments,
        title=title[:200],
        clinic=clinic,
        owner=by,
        total=total,
    )
    job.save(force_insert=True)
    _tell(Action.JOB_ASKED, job, by=by, kind=kind)
    return job


@transaction.atomic
def cancel(job: Job, *, by: User) -> bool:
    """Call the job off: at once while it waits, else at its worker's next sign of life.

    Return whether there was something to call off.
    """
    now = timezone.now()
    mine = Job.objects.filter(pk=job.pk)
    called_off = mine.filter(state=State.WAITING).update(state=State.CANCELLED, finished_at=now)
    asked = called_off or mine.filter(state=State.RUNNING).update(cancel_asked=True)
    if asked:
        _tell(Action.JOB_CANCELLED, job, by=by)
    return bool(asked)


@transaction.atomic
def discard(job: Job, *, by: User) -> None:
    """Have an ended job and its file thrown away before their time: nobody finds them any more."""
    Job.objects.filter(pk=job.pk).update(expires_at=timezone.now())
    _tell(Action.JOB_CANCELLED, job, by=by, ended=job.state)


@transaction.atomic
def tell_taken(job: Job, *, by: User, outcome: Outcome = Outcome.DONE) -> None:
    """Tell the log that the job's file was downloaded, or that this was refused."""
    _tell(Action.JOB_FILE_TAKEN, job, by=by, outcome=outcome, size=job.size)


def mark_seen(jobs: list[Job]) -> None:
    """Note that their owner saw how these ended, so that no notice tells of them again."""
    news = [job.pk for job in jobs if not job.is_unfinished and job.seen_at is None]
    if news:
        Job.objects.filter(pk__in=news).update(seen_at=timezone.now())


def _tell(
    action: Action, job: Job, *, by: User, outcome: Outcome = Outcome.DONE, **detail: Any
) -> None:
    record(
        action,
        by=by,
        clinic_id=job.clinic_id,
        target=job.pk,
        detail={"title": job.title, **detail},
        outcome=outcome,
    )
