"""What is done once a day: settings.DUTIES, shared by all workers.

A duty is a function that returns an iterator of steps. A worker takes a step where no job waits,
so that nobody's export waits for a duty. One that failed or fell silent is begun anew an hour
later, by any worker: a duty must stand being done twice.
"""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from .models import DutyRun

EVERY = timedelta(days=1)
SILENT = timedelta(hours=1)
LOOK_SECONDS = 60.0
ALIVE_SECONDS = 60.0
Duty = Callable[[], Iterator[None]]
log = logging.getLogger(__name__)


def claim() -> DutyRun | None:
    """Take one duty that is due, or return None. No two workers get the same one."""
    now = timezone.now()
    for path in settings.DUTIES:
        run, _new = DutyRun.objects.get_or_create(name=path)
        free = Q(alive_at=None) | Q(alive_at__lt=now - SILENT)
        due = Q(ended_at=None) | Q(ended_at__lt=now - EVERY)
        if DutyRun.objects.filter(free, due, pk=run.pk).update(begun_at=now, alive_at=now):
            run.refresh_from_db()
            return run
    return None


class Rota:
    """One worker's share in the duties."""

    def __init__(self) -> None:
        self._looked = self._told = float("-inf")
        self._run: DutyRun | None = None
        self._steps: Iterator[None] = iter(())

    def step(self) -> bool:
        """Take a step of a duty; return whether there was one to take."""
        if self._run is None and not self._begin():
            return False
        run = self._run
        assert run  # noqa: S101  (just begun)
        try:
            next(self._steps)
        except StopIteration:
            self._end(run, ended_at=run.begun_at, error="")
        except (OperationalError, InterfaceError):
            self._run = None  # the database is away: begun anew when it has been silent
            raise
        except Exception as problem:
            log.exception("The duty %s failed.", run)
            self._end(run, error=f"{type(problem).__name__}: {problem}"[:300])
        else:
            self._give_sign(run)
        return True

    def _begin(self) -> bool:
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return False
        self._run = claim()
        if self._run is None:
            self._looked = now
            return False
        duty: Duty = import_string(self._run.name)
        self._steps = iter(duty())
        return True

    def _end(self, run: DutyRun, **fields: datetime | str | None) -> None:
        self._run = None
        if "ended_at" in fields:
            fields["alive_at"] = None
        DutyRun.objects.filter(pk=run.pk, begun_at=run.begun_at).update(**fields)

    def _give_sign(self, run: DutyRun) -> None:
        now = time.monotonic()
        if now - self._told < ALIVE_SECONDS:
            return
        self._told = now
        mine = DutyRun.objects.filter(pk=run.pk, begun_at=run.begun_at)
        if not mine.update(alive_at=timezone.now()):
            self._run = None  # taken for dead, and begun anew by another
