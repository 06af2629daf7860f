"""One job being done: what its kind is given, and how it ends."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import IO

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from . import files, queue
from .kinds import JobFailed, kind_of
from .models import Job

TELL_SECONDS = 1.0
log = logging.getLogger(__name__)


class Stopping(Exception):
    """The worker was told to stop; somebody else will do the job."""


@dataclass(frozen=True, slots=True)
class Result:
    """The file that a job left, as it is downloaded."""

    file_name: str
    file_type: str


class Work:
    """What the kind of a job gets: the job, a place for its file, and somebody to tell how far."""

    def __init__(
        self, job: Job, lease: timedelta, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self.job, self.lease, self.stopping = job, lease, stopping
        self.name = str(job.claim)  # another attempt never writes into the same file
        self._told = float("-inf")

    def file(self) -> IO[bytes]:
        return files.open_new(self.name)

    def progress(self, done: int, total: int) -> None:
        """Tell how far it is; as often as one likes. Raises what ends the work early."""
        now = time.monotonic()
        if now - self._told < TELL_SECONDS:
            return
        self._told = now
        if self.stopping():
            raise Stopping
        queue.alive(self.job, self.lease, done=done, total=total)


def perform(work: Work) -> None:
    """Do a claimed job to its end, whatever that is.

    Only a database that is away comes out as an error: then nothing can be written down, and the
    job is begun anew when its lease has run out.
    """
    kept = False
    try:
        kept = _attempt(work)
    except (queue.Lost, OperationalError, InterfaceError) as problem:
        if not isinstance(problem, queue.Lost):
            raise
        log.warning("Job %s was given to another worker.", work.job.pk)
    finally:
        if not kept:
            files.remove(work.name)


def _attempt(work: Work) -> bool:
    """Return whether the file was kept."""
    job, kind = work.job, kind_of(work.job)
    try:
        if kind is None:
            raise JobFailed(_("This version of the product does not know how to do this."))
        if not (job.owner.is_active and kind.may(job)):
            raise JobFailed(_("You no longer have the right to this."))
        result = kind.run(work)
        if result is None:
            queue.finish(job)
            return False
        size = (files.folder() / work.name).stat().st_size
        named = {"file_name": result.file_name, "file_type": result.file_type}
        queue.finish(job, file=work.name, size=size, **named)
    except queue.Cancelled:
        queue.call_off(job)
    except Stopping:
        queue.hand_back(job)
    except JobFailed as problem:
        queue.fail(job, str(problem))
    except (queue.Lost, OperationalError, InterfaceError):
        raise
    except OSError as problem:  # a full disk, first of all
        log.exception("Job %s failed.", job.pk)
        queue.fail(
            job, _("The file could not be written: %s.") % (problem.strerror or _("unknown"))
        )
    except Exception:
        log.exception("Job %s failed.", job.pk)
        queue.fail(job, _("Something went wrong in the program. Nothing was kept."))
    else:
        return True
    return False
