"""Claims, signs of life, and jobs whose worker fell silent."""

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from mmt.jobs import actions, files, queue
from mmt.jobs.models import Job, State
from mmt.jobs.work import Work, perform
from mmt.jobs.worker import Worker

from .conftest import Asking

LEASE = timedelta(seconds=60)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def done(job: Job) -> Job:
    """Return the job after one worker had its turn with it."""
    claimed = queue.claim(LEASE)
    assert claimed == job
    perform(Work(claimed, LEASE))
    job.refresh_from_db()
    return job


def test_a_job_is_done_and_leaves_its_file(ask: Asking) -> None:
    job = done(ask(words=["né", "4-"]))
    assert (job.state, job.file_name, job.attempts) == (State.DONE, "words.txt", 1)
    assert files.path_of(job).read_text() == "né\n4-\n"
    assert job.size == len("né\n4-\n".encode())


def test_only_this_user_of_the_machine_can_read_the_file(ask: Asking) -> None:
    path = files.path_of(done(ask()))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_jobs_are_taken_in_their_order_and_each_once(ask: Asking) -> None:
    first, second = ask(), ask()
    assert [queue.claim(LEASE), queue.claim(LEASE), queue.claim(LEASE)] == [first, second, None]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("refuse", "The moon is full."),
        ("break", "Something went wrong in the program. Nothing was kept."),
        ("forbidden", "You no longer have the right to this."),
        ("of another version", "This version of the product does not know how to do this."),
    ],
)
def test_what_cannot_be_done_says_why_in_plain_words(kind: str, said: str, ask: Asking) -> None:
    job = done(ask(kind))
    assert (job.state, job.error, job.file) == (State.FAILED, said, "")
    assert "secret" not in job.error


def test_nothing_is_done_for_a_person_who_was_deactivated(ask: Asking, admin: User) -> None:
    job = ask()
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert done(job).error == "You no longer have the right to this."


def test_a_full_disk_is_named_and_leaves_no_half_file(
    ask: Asking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(_work: Work, _done: int, _total: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Work, "progress", full)
    job = done(ask())
    assert job.error == "The file could not be written: No space left on device."
    assert list((tmp_path / "jobs").iterdir()) == []


def test_a_silent_worker_loses_its_job_to_another_once(
    ask: Asking, clock: time_machine.Traveller
) -> None:
    job = ask()
    for attempt in (1, 2):
        claimed = queue.claim(LEASE)
        assert claimed
        assert claimed.attempts == attempt
        clock.shift(59)
        queue.sweep()
        job.refresh_from_db()
        assert job.state == State.RUNNING
        clock.shift(2)
        queue.sweep()
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert job.error.startswith("The program that did this stopped in the middle.")


def test_what_may_not_be_begun_twice_is_marked_as_failed(
    ask: Asking, clock: time_machine.Traveller
) -> None:
    job = ask("linger_once")
    queue.claim(LEASE)
    clock.shift(61)
    queue.sweep()
    job.refresh_from_db()
    assert job.state == State.FAILED


def test_a_worker_that_wakes_up_again_has_lost_the_job(
    ask: Asking, clock: time_machine.Traveller, tmp_path: Path
) -> None:
    job = ask()
    slept = queue.claim(LEASE)
    clock.shift(61)
    queue.sweep()
    other = queue.claim(LEASE)
    assert slept
    assert other
    with pytest.raises(queue.Lost):
        queue.alive(slept, LEASE, done=1)
    perform(Work(slept, LEASE))
    assert list((tmp_path / "jobs").iterdir()) == []
    perform(Work(other, LEASE))
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 2)


def test_a_waiting_job_is_called_off_at_once(ask: Asking, admin: User) -> None:
    job = ask()
    assert actions.cancel(job, by=admin)
    assert queue.claim(LEASE) is None
    assert not actions.cancel(job, by=admin)
    told = AuditEvent.objects.filter(action=Action.JOB_CANCELLED, target=str(job.pk))
    assert told.count() == 1


def test_a_running_job_is_called_off_at_its_next_sign_of_life(
    ask: Asking, admin: User, tmp_path: Path
) -> None:
    job = ask("linger")
    claimed = queue.claim(LEASE)
    assert claimed
    assert actions.cancel(job, by=admin)
    perform(Work(claimed, LEASE))
    job.refresh_from_db()
    assert (job.state, job.file) == (State.CANCELLED, "")
    assert list((tmp_path / "jobs").iterdir()) == []


def test_a_job_called_off_whose_worker_died_is_not_begun_anew(
    ask: Asking, admin: User, clock: time_machine.Traveller
) -> None:
    job = ask()
    queue.claim(LEASE)
    actions.cancel(job, by=admin)
    clock.shift(61)
    queue.sweep()
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_a_worker_told_to_stop_puts_its_job_back(ask: Asking) -> None:
    job = ask("linger")
    claimed = queue.claim(LEASE)
    assert claimed
    perform(Work(claimed, LEASE, stopping=lambda: True))
    job.refresh_from_db()
    assert (job.state, job.attempts, job.claim) == (State.WAITING, 0, None)


def test_a_worker_told_to_stop_leaves_the_file_of_who_takes_over(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one begins between the handing back and the removal of what was half done."""
    hand_back, names = queue.hand_back, []

    def taken_at_once(job: Job) -> None:
        hand_back(job)
        other = queue.claim(LEASE)
        assert other
        names.append(Work(other, LEASE).name)
        files.open_new(names[0]).close()

    monkeypatch.setattr(queue, "hand_back", taken_at_once)
    ask("linger")
    claimed = queue.claim(LEASE)
    assert claimed
    perform(Work(claimed, LEASE, stopping=lambda: True))
    assert [path.name for path in files.folder().iterdir()] == names


def test_files_are_thrown_away_after_a_week(ask: Asking, clock: time_machine.Traveller) -> None:
    job = done(ask())
    clock.shift(timedelta(days=7, seconds=-1))
    queue.clear()
    assert files.path_of(job).exists()
    clock.shift(2)
    queue.clear()
    assert not files.path_of(job).exists()
    assert not Job.objects.filter(pk=job.pk).exists()


def test_what_a_killed_worker_left_is_thrown_away_after_a_day(
    ask: Asking, clock: time_machine.Traveller
) -> None:
    kept = done(ask())
    with files.open_new("left-1") as half:
        half.write(b"half")
    queue.clear()
    assert (files.folder() / "left-1").exists()
    clock.shift(timedelta(days=1, minutes=1))
    queue.clear()
    assert [path.name for path in files.folder().iterdir()] == [kept.file]


def test_asking_is_told_to_the_log_with_who_and_what(ask: Asking, admin: User) -> None:
    job = ask()
    [event] = AuditEvent.objects.filter(action=Action.JOB_ASKED)
    assert (event.actor_id, event.target, event.chain) == (
        admin.pk,
        str(job.pk),
        str(job.clinic_id),
    )


def test_an_idle_worker_asks_little(ask: Asking, django_assert_num_queries: object) -> None:
    worker = Worker(stopping=lambda: False)
    worker.turn()
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert not worker.turn()
