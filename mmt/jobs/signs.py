"""That there are workers: each tells when it was last alive, also while it has nothing to do."""

import time
import uuid
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from .models import Job, State, WorkerSign

EVERY_SECONDS = 30.0
SILENT = timedelta(minutes=2)
FORGOTTEN = timedelta(days=1)


class Sign:
    """The sign of one worker."""

    def __init__(self) -> None:
        self.id = uuid.uuid4()
        self._given = float("-inf")

    def give(self) -> None:
        """Tell, once in a while, that this worker is alive."""
        now = time.monotonic()
        if now - self._given < EVERY_SECONDS:
            return
        self._given = now
        alive = {"alive_at": timezone.now()}
        if not WorkerSign.objects.filter(pk=self.id).update(**alive):
            WorkerSign.objects.create(pk=self.id, **alive)

    def take_back(self) -> None:
        """The worker ends: nobody is to wait for it."""
        WorkerSign.objects.filter(pk=self.id).delete()


def forget_dead() -> None:
    """Remove the signs of workers that were killed long ago."""
    WorkerSign.objects.filter(alive_at__lt=timezone.now() - FORGOTTEN).delete()


def last_heard() -> datetime | None:
    """Return when any worker was last alive. One that is at a long job tells by that job alone."""
    idle = WorkerSign.objects.aggregate(at=Max("alive_at"))["at"]
    busy = Job.objects.filter(state=State.RUNNING).aggregate(at=Max("heartbeat_at"))["at"]
    return max((each for each in (idle, busy) if each), default=None)
