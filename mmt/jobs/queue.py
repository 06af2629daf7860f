"""Who does which job: claims, signs of life, and what becomes of work whose worker died.

Every word of a worker about a job counts only while its claim stands: one that was taken for dead
and wakes up again finds that it has lost the job, and what it made is thrown away.
"""

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mmt.accounts.models import Clinic

from . import files
from .kinds import kind_of
from .models import FINISHED, Job, State

MOST_ATTEMPTS = 2
FREE: dict[str, Any] = {"claim": None, "lease_until": None}


class Cancelled(Exception):
    """The owner called the job off."""


class Lost(Exception):
    """The job is no longer this worker's."""


def claim(lease: timedelta) -> Job | None:
    """Take the job that has waited longest, or return None. No two workers get the same one.

    PostgreSQL passes over rows that others are taking; SQLite's transactions that write wait for
    one another. A look without a lock comes first, so that an idle worker disturbs nobody.
    """
    waiting = Job.objects.filter(state=State.WAITING).order_by("made_at", "id")
    if not waiting.exists():
        return None
    with transaction.atomic():
        job = waiting.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        now = timezone.now()
        job.state, job.claim, job.attempts = State.RUNNING, uuid.uuid4(), job.attempts + 1
        job.started_at = job.heartbeat_at = now
        job.lease_until, job.done = now + lease, 0
        job.save(
            update_fields=[
                "state", "claim", "attempts", "started_at", "heartbeat_at", "lease_until", "done"
            ]
        )  # fmt: skip
        return job


def alive(job: Job, lease: timedelta, **counts: int) -> None:
    """Give a sign of life, and how far it is. Raises Lost, Cancelled."""
    now = timezone.now()
    signs = {"heartbeat_at": now, "lease_until": now + lease, **counts}
    if not _of(job).update(**signs):
        raise Lost(str(job.pk))
    if _of(job).filter(cancel_asked=True).exists():
        raise Cancelled(str(job.pk))


def finish(job: Job, **result: Any) -> None:
    """Mark the job as done, with the file it left. Raises Lost."""
    # By the clock of its own making, so that a job that waited long is kept as long as any.
    now = timezone.now()
    _end(job, State.DONE, expires_at=now + (job.expires_at - job.made_at), **result)


def fail(job: Job, reason: str) -> None:
    """Mark the job as failed, with the reason in words for its owner. Raises Lost."""
    _end(job, State.FAILED, error=reason[:300] or _("Something went wrong."))


def call_off(job: Job) -> None:
    _end(job, State.CANCELLED)


def hand_back(job: Job) -> None:
    """Put a job back that its worker cannot finish because it was told to stop."""
    _of(job).update(state=State.WAITING, attempts=job.attempts - 1, **FREE)


def sweep() -> None:
    """See to the jobs whose workers gave no sign of life for a whole lease.

    Such a job is begun once more, or marked as failed if that was tried or may not be.
    """
    silent = Job.objects.filter(state=State.RUNNING, lease_until__lt=timezone.now())
    if not silent.exists():
        return
    with transaction.atomic():
        for job in silent.select_for_update(skip_locked=True):
            kind = kind_of(job)
            if job.cancel_asked:
                call_off(job)
            elif job.attempts < MOST_ATTEMPTS and (kind is None or kind.repeatable):
                _of(job).update(state=State.WAITING, **FREE)
            else:
                fail(job, _("The program that did this stopped in the middle. Nothing was kept."))


def throw_away(clinic: Clinic) -> None:
    """Have the results of a clinic's work thrown away, in the caller's transaction; what is being
    written is begun anew, so that it holds nothing of before. `clear` then removes the files.
    """
    mine = Job.objects.filter(clinic=clinic)
    for job in mine.filter(state=State.RUNNING).select_for_update():
        kind = kind_of(job)
        if kind and kind.repeatable:
            _of(job).update(state=State.WAITING, **FREE)
    mine.filter(state__in=FINISHED).update(expires_at=timezone.now())


def clear() -> None:
    """Throw away what has expired: the file first, so that none is ever left without its job."""
    for job in Job.objects.filter(expires_at__lt=timezone.now()).exclude(state=State.RUNNING):
        if job.file:
            files.remove(job.file)
        job.delete()
    files.remove_orphans()


def _of(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, state=State.RUNNING, claim=job.claim)


def _end(job: Job, state: State, **fields: Any) -> None:
    ended = {"state": state, "finished_at": timezone.now(), **FREE, **fields}
    if not _of(job).update(**ended):
        raise Lost(str(job.pk))
