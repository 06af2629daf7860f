"""Workers as processes of their own: killed, several at once, told to stop. These tests commit."""

import signal
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from mmt.jobs import files, queue
from mmt.jobs.models import Job, State

from .conftest import Asking, Starting

PATIENCE_SECONDS = 60


@pytest.fixture
def until() -> Callable[..., Job]:
    """Return a function that waits until the job is in this state, sweeping all the while."""

    def waited(job: Job, state: State, *, sweeping: bool = False) -> Job:
        limit = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < limit:
            if sweeping:
                queue.sweep()
            job.refresh_from_db()
            if job.state == state:
                return job
            time.sleep(0.05)
        raise AssertionError(f"The job stayed {job.state}.")

    return waited


def test_a_job_whose_worker_is_killed_is_begun_once_more_and_then_given_up(
    start: Starting, ask: Asking, until: Callable[..., Job]
) -> None:
    job = ask("linger")
    for attempt, then in ((1, State.WAITING), (2, State.FAILED)):
        worker = start("--lease", "1")
        assert until(job, State.RUNNING).attempts == attempt
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        until(job, then, sweeping=True)
    assert job.error.startswith("The program that did this stopped in the middle.")


def test_another_worker_notices_by_itself_and_does_the_killed_ones_job(
    start: Starting, ask: Asking, until: Callable[..., Job]
) -> None:
    job = ask("linger")
    worker = start("--lease", "1")
    until(job, State.RUNNING)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    # The same job, but of a kind that ends.
    Job.objects.filter(pk=job.pk).update(kind="write")
    start("--lease", "2")
    assert until(job, State.DONE).attempts == 2
    assert files.path_of(job).read_text() == "one\ntwo\n"


def test_a_worker_that_is_at_work_keeps_its_job_beyond_a_lease(
    start: Starting, ask: Asking, until: Callable[..., Job]
) -> None:
    job = ask("linger")
    start("--lease", "2")
    began = until(job, State.RUNNING).started_at
    time.sleep(3)
    queue.sweep()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.started_at) == (State.RUNNING, 1, began)
    assert 0 < job.done < job.total


def test_a_worker_told_to_stop_ends_soon_and_leaves_the_job_to_others(
    start: Starting, ask: Asking, until: Callable[..., Job]
) -> None:
    job = ask("linger")
    worker = start()
    until(job, State.RUNNING)
    worker.terminate()
    assert worker.wait(timeout=20) == 0
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.WAITING, 0)


def test_three_workers_share_twenty_jobs_and_do_each_once(start: Starting, ask: Asking) -> None:
    jobs = [ask(words=[str(number)] * 2) for number in range(20)]
    workers = [start("--until-idle") for _worker in range(3)]
    assert [worker.wait(timeout=PATIENCE_SECONDS) for worker in workers] == [0, 0, 0]
    connection.close()
    done = list(Job.objects.all())
    assert Counter((job.state, job.attempts) for job in done) == {(State.DONE, 1): len(jobs)}
    written = {job.pk: files.path_of(job).read_text() for job in done}
    assert written == {job.pk: f"{number}\n{number}\n" for number, job in enumerate(jobs)}
