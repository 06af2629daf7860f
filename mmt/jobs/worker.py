"""A worker: one process that does one job after the other until it is told to stop."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connections

from . import queue, signs
from .duties import Rota
from .models import Job
from .work import Work, perform

LEASE = timedelta(seconds=60)
SIGNS_A_LEASE = 5
LOOK_SECONDS = 0.5
SWEEP_SECONDS = 5.0
CLEAR_SECONDS = 600.0
AWAY_SECONDS = 3.0  # between two tries while the database is away
log = logging.getLogger(__name__)


class Worker:
    """`stopping` is asked between jobs and, of jobs that tell how far they are, within them."""

    def __init__(self, *, lease: timedelta = LEASE, stopping: Callable[[], bool]) -> None:
        self.lease, self.stopping = lease, stopping
        self._swept = self._cleared = float("-inf")
        self._rota = Rota()
        self._sign = signs.Sign()

    def run(self, *, until_idle: bool = False) -> None:
        """Do what there is to do, until told to stop; with `until_idle`, until nothing waits.

        Jobs come first; the daily duties are for who stays.
        """
        try:
            self._run(until_idle)
        finally:
            # A database that is away keeps the sign, which is soon too old to count.
            with suppress(OperationalError, InterfaceError):
                self._sign.take_back()

    def _run(self, until_idle: bool) -> None:
        while not self.stopping():
            try:
                self._sign.give()
                worked = self.turn() or (not until_idle and self._rota.step())
            except (OperationalError, InterfaceError):
                log.warning("The database is away.", exc_info=True)
                connections.close_all()
                time.sleep(AWAY_SECONDS)
                continue
            if not worked:
                if until_idle:
                    return
                time.sleep(LOOK_SECONDS)

    def turn(self) -> bool:
        """Look after the queue, then do one job; return whether there was one."""
        now = time.monotonic()
        if now - self._swept > min(SWEEP_SECONDS, self.lease.total_seconds()):
            self._swept = now
            queue.sweep()
        if now - self._cleared > CLEAR_SECONDS:
            self._cleared = now
            queue.clear()
            signs.forget_dead()
        job = queue.claim(self.lease)
        if job is None:
            return False
        with _heartbeat(job, self.lease):
            perform(Work(job, self.lease, self.stopping))
        return True


@contextmanager
def _heartbeat(job: Job, lease: timedelta) -> Iterator[None]:
    """Give signs of life from beside the work: one step of it may take longer than a lease."""
    ended = threading.Event()
    every = lease.total_seconds() / SIGNS_A_LEASE

    def beat() -> None:
        while not ended.wait(every):
            try:
                queue.alive(job, lease)
            except (queue.Lost, queue.Cancelled):
                return  # the work will find out by itself
            except (OperationalError, InterfaceError):
                connections.close_all()
        connections.close_all()

    beating = threading.Thread(target=beat, name="heartbeat", daemon=True)
    beating.start()
    try:
        yield
    finally:
        ended.set()
        beating.join()
