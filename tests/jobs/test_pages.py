"""The page of one's own jobs, and the word that one has ended."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent, Outcome
from mmt.jobs import files, kinds, queue
from mmt.jobs.kinds import Kind
from mmt.jobs.models import Job, State
from mmt.jobs.wording import time_left
from mmt.jobs.work import Work, perform

from .conftest import Asking

LEASE = timedelta(seconds=60)
SignIn = Callable[[User], Client]


@pytest.fixture
def ready(ask: Asking) -> Job:
    job = ask()
    claimed = queue.claim(LEASE)
    assert claimed
    perform(Work(claimed, LEASE))
    job.refresh_from_db()
    return job


def page_of(client: Client) -> str:
    return client.get(reverse("jobs:index")).content.decode()


def test_the_owner_takes_the_file_and_the_log_tells(
    ready: Job, as_user: SignIn, admin: User
) -> None:
    response = as_user(admin).get(reverse("jobs:file", args=[ready.pk]))
    assert b"".join(response.streaming_content) == b"one\ntwo\n"
    assert response.headers["Content-Disposition"] == 'attachment; filename="words.txt"'
    assert response.headers["Cache-Control"] == "no-store"
    [event] = AuditEvent.objects.filter(action=Action.JOB_FILE_TAKEN)
    assert (event.actor_id, event.target, event.outcome) == (
        admin.pk,
        str(ready.pk),
        Outcome.DONE,
    )


@pytest.mark.parametrize("who", ["physio", "clinician", "stranger"])
def test_nobody_else_finds_the_file(
    who: str, ready: Job, as_user: SignIn, request: pytest.FixtureRequest
) -> None:
    client = as_user(request.getfixturevalue(who))
    assert client.get(reverse("jobs:file", args=[ready.pk])).status_code == 404
    assert client.post(reverse("jobs:cancel", args=[ready.pk])).status_code == 404
    assert "Open my files" not in client.get(reverse("start")).content.decode()
    assert "Words" not in page_of(client)


def test_who_lost_the_right_does_not_get_the_file(ready: Job, as_user: SignIn, admin: User) -> None:
    kinds.register(Kind("write", lambda _work: None, lambda _job: False))
    assert as_user(admin).get(reverse("jobs:file", args=[ready.pk])).status_code == 403
    [event] = AuditEvent.objects.filter(action=Action.JOB_FILE_TAKEN)
    assert event.outcome == Outcome.REFUSED


def test_what_has_expired_or_vanished_is_not_found(
    ready: Job, as_user: SignIn, admin: User
) -> None:
    address = reverse("jobs:file", args=[ready.pk])
    files.path_of(ready).rename(files.path_of(ready).with_name("elsewhere"))
    assert as_user(admin).get(address).status_code == 404
    files.open_new(ready.file).close()
    with time_machine.travel(timezone.now() + timedelta(days=7, hours=1), tick=False):
        assert as_user(admin).get(address).status_code == 404


def test_the_page_shows_how_far_a_job_is_and_asks_again(
    ask: Asking, as_user: SignIn, admin: User
) -> None:
    job = ask(total=2000)
    claimed = queue.claim(LEASE)
    assert claimed
    queue.alive(claimed, LEASE, done=500)
    Job.objects.filter(pk=job.pk).update(started_at=timezone.now() - timedelta(seconds=60))
    said = page_of(as_user(admin))
    assert 'max="2000" value="500"' in said
    assert "500 of 2,000 rows" in said
    assert "about 3 minutes left" in said
    assert 'hx-trigger="every 1s"' in said


def test_the_page_rests_when_nothing_goes_on(ready: Job, as_user: SignIn, admin: User) -> None:
    said = page_of(as_user(admin))
    assert "hx-trigger" not in said
    assert reverse("jobs:file", args=[ready.pk]) in said


def test_a_failure_is_told_in_its_words(ask: Asking, as_user: SignIn, admin: User) -> None:
    ask("refuse")
    claimed = queue.claim(LEASE)
    assert claimed
    perform(Work(claimed, LEASE))
    assert "The moon is full." in page_of(as_user(admin))


def test_cancelling_from_the_page(ask: Asking, as_user: SignIn, admin: User) -> None:
    job, client = ask(), as_user(admin)
    address = reverse("jobs:cancel", args=[job.pk])
    assert "Called off" in client.post(address, follow=True).content.decode()
    assert "had already ended" in client.post(address, follow=True).content.decode()
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_the_start_page_tells_once_that_a_file_is_ready(
    ready: Job, as_user: SignIn, admin: User
) -> None:
    client = as_user(admin)
    assert "Open my files" in client.get(reverse("start")).content.decode()
    assert "Open my files" not in client.get(reverse("patients:list")).content.decode()
    page_of(client)
    assert "Open my files" not in client.get(reverse("start")).content.decode()


def test_the_page_asks_the_database_the_same_for_many_jobs(
    ask: Asking, as_user: SignIn, admin: User, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = as_user(admin)
    ask()
    page_of(client)
    with django_assert_max_num_queries(8) as few:  # type: ignore[attr-defined]
        page_of(client)
    for _job in range(5):
        ask()
    with django_assert_max_num_queries(len(few)):  # type: ignore[attr-defined]
        page_of(client)


@pytest.mark.parametrize(
    ("passed", "done", "said"),
    [
        (10, 0, "has begun"),
        (10, 900, "a few seconds left"),
        (10, 200, "less than a minute left"),
        (100, 500, "about 2 minutes left"),
        (3600, 200, "about 4 hours left"),
    ],
)
def test_time_left_is_said_as_one_would_say_it(passed: int, done: int, said: str) -> None:
    now = timezone.now()
    job = Job(
        state=State.RUNNING, started_at=now - timedelta(seconds=passed), done=done, total=1000
    )
    assert time_left(job, now) == said


def test_a_waiting_job_says_that_it_waits() -> None:
    assert time_left(Job(total=10), timezone.now()) == "waits for its turn"
