"""A large import is written in the background, once, by whoever still has the right to it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from assessments.exchange.incoming import job
from assessments.models import Assessment, Import
from mmt.accounts.models import Clinic, Membership, User
from mmt.jobs.models import Job, State
from mmt.jobs.worker import Worker

from .sheets import bring_in, filed, row, stage_sheet


@pytest.fixture
def found(harbour: Clinic, admin: User, monkeypatch: pytest.MonkeyPatch) -> Import:
    monkeypatch.setattr(job, "MOST_AT_ONCE", 1)
    return stage_sheet(filed(row(), row(side="L", grade="0")), harbour, admin)


@pytest.fixture
def office(as_user: Callable[[User], Client], admin: User) -> Client:
    return as_user(admin)


def check_page(found: Import) -> str:
    return reverse("imports:check", args=[found.pk])


def work() -> Job:
    Worker(stopping=lambda: False).run(until_idle=True)
    return Job.objects.latest("made_at")


def test_a_large_file_becomes_a_job_and_then_records(
    office: Client, found: Import, admin: User
) -> None:
    response = office.post(check_page(found), {"rows": "all"})
    assert response.headers["Location"] == reverse("jobs:index")
    assert not Assessment.objects.exists()
    assert "being imported" in office.get(check_page(found)).content.decode()
    assert work().state == State.DONE
    assert Assessment.objects.get().signed_by == admin
    assert "sheet.csv" not in Job.objects.get().title


def test_asked_for_twice_it_is_one_job_and_done_once(office: Client, found: Import) -> None:
    for _again in range(2):
        office.post(check_page(found), {"rows": "all"})
    assert Job.objects.count() == 1
    work()
    job.ask(found, rows=2, only_good=False, by=found.by)
    assert work().state == State.DONE
    assert Assessment.objects.count() == 1


def test_a_small_file_is_written_at_once(
    office: Client, found: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "MOST_AT_ONCE", 2)
    office.post(check_page(found), {"rows": "all"})
    assert Assessment.objects.exists()
    assert not Job.objects.exists()


def test_bad_rows_are_said_on_the_page_and_ask_for_nothing(
    office: Client, harbour: Clinic, found: Import
) -> None:
    bad = stage_sheet(filed(row(), row(grade="?", day="2025-05-05")), harbour, found.by)
    said = office.post(check_page(bad), {"rows": "all"}).content.decode()
    assert "Some rows cannot be imported" in said
    assert not Job.objects.exists()
    office.post(check_page(bad), {"rows": "good"})
    assert work().state == State.DONE
    assert Assessment.objects.count() == 1


def test_what_is_no_longer_so_fails_in_words(harbour: Clinic, found: Import) -> None:
    job.ask(found, rows=2, only_good=False, by=found.by)
    bring_in(filed(row(), row(side="L", grade="0")), harbour, found.by)
    assert "nothing to import" in work().error
    gone = stage_sheet(filed(row(day="2025-06-06")), harbour, found.by)
    job.ask(gone, rows=1, only_good=False, by=found.by)
    gone.delete()
    assert "deleted before" in work().error


def test_a_role_taken_away_ends_it(found: Import, admin: User) -> None:
    job.ask(found, rows=2, only_good=False, by=admin)
    Membership.objects.filter(user=admin).update(active=False)
    assert "no longer have the right" in work().error
    assert not Assessment.objects.exists()
