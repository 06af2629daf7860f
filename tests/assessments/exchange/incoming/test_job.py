"""A large file is checked and written in the background, by whoever still has the right to it."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from assessments.exchange.incoming import check_job, job, views
from assessments.exchange.incoming.report import Report, kept_report
from assessments.exchange.incoming.staging import set_mapping
from assessments.models import Assessment, Import, StagedTable
from mmt.accounts.models import Clinic, Membership, User
from mmt.jobs.models import Job, State
from mmt.jobs.worker import Worker

from .sheets import bring_in, filed, mapping_of, row, stage_sheet
from .test_pages import COLUMNS


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


def checked(found: Import) -> Import:
    check_job.ask(found, by=found.by)
    work()
    return found


def test_a_large_file_is_checked_by_a_job_and_then_written_by_one(
    office: Client, found: Import, admin: User
) -> None:
    columns = reverse("imports:columns", args=[found.pk])
    response = office.post(columns, COLUMNS)
    assert response.headers["Location"] == check_page(found)
    assert "waits for its turn" in office.get(check_page(found)).content.decode()
    assert work().state == State.DONE
    notice = office.get(reverse("imports:index")).content.decode()
    assert f'<a href="{check_page(found)}">Look at it</a>' in notice
    assert office.get(check_page(found), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "Right knee extension 4" in office.get(check_page(found)).content.decode()
    assert "Look at it" not in office.get(reverse("imports:index")).content.decode()
    response = office.post(check_page(found), {"rows": "all"})
    assert response.headers["Location"] == reverse("jobs:index")
    assert not Assessment.objects.exists()
    assert "being imported" in office.get(check_page(found)).content.decode()
    assert work().state == State.DONE
    assert Assessment.objects.get().signed_by == admin
    assert "sheet.csv" not in Job.objects.latest("made_at").title


def test_a_check_that_is_called_off_or_out_of_date_is_asked_for_anew(
    office: Client, harbour: Clinic, found: Import, admin: User
) -> None:
    waiting = check_job.ask(found, by=admin)
    office.post(reverse("jobs:cancel", args=[waiting.pk]))
    assert "was called off" in office.get(check_page(found)).content.decode()
    office.post(check_page(found), {"rows": "again"})
    work()
    assert "Right knee extension 4" in office.get(check_page(found)).content.decode()
    set_mapping(found, mapping_of(filed(row()), scale="kendall"), by=admin)
    assert "not checked since" in office.get(check_page(found)).content.decode()
    office.post(check_page(found), {"rows": "all"})
    assert not Assessment.objects.exists()


def test_a_check_that_ends_while_the_page_is_made_is_not_told_as_none(
    office: Client, found: Import, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_job.ask(found, by=admin)

    def ends_now(found: Import) -> Report | None:
        report = kept_report(found)
        work()
        return report

    monkeypatch.setattr(views, "kept_report", ends_now)
    assert "Not checked" not in office.get(check_page(found)).content.decode()
    assert "Right knee extension 4" in office.get(check_page(found)).content.decode()


def test_where_others_could_not_save_meanwhile_the_check_says_so(
    office: Client, found: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(found)
    assert "nobody else can save" not in office.get(check_page(found)).content.decode()
    monkeypatch.setattr(job, "SECONDS_A_RESULT", 100.0)
    said = office.get(check_page(found)).content.decode()
    told = "for about 4 minutes, nobody else can save" in said
    assert told is (connection.vendor == "sqlite")


def test_the_rows_that_a_job_rejected_come_with_their_reasons(
    office: Client, harbour: Clinic, found: Import
) -> None:
    bad = checked(stage_sheet(filed(row(), row(side="L", grade="?")), harbour, found.by))
    left = office.get(reverse("imports:rejected", args=[bad.pk])).content.decode().splitlines()
    assert len(left) == 3
    assert "Another row of this visit has a problem." in left[1]
    assert "Grade: " in left[2]


def test_a_file_thrown_away_is_not_checked(office: Client, found: Import, admin: User) -> None:
    check_job.ask(found, by=admin)
    kept = check_job.ask(stage_sheet(filed(row(), row(side="L")), found.clinic, admin), by=admin)
    StagedTable.objects.filter(batch=kept.arguments["import"]).delete()
    office.post(reverse("imports:forget", args=[found.pk]))
    assert Job.objects.get(arguments__import=str(found.pk)).state == State.CANCELLED
    work()
    kept.refresh_from_db()
    assert "deleted before" in kept.error


def test_asked_for_twice_it_is_one_job_and_done_once(office: Client, found: Import) -> None:
    checked(found)
    for _again in range(2):
        office.post(check_page(found), {"rows": "all"})
    assert Job.objects.filter(kind=job.KEY).count() == 1
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
    sheet = filed(row(), row(grade="?", day="2025-05-05"))
    bad = checked(stage_sheet(sheet, harbour, found.by))
    said = office.post(check_page(bad), {"rows": "all"}).content.decode()
    assert "Some rows cannot be imported" in said
    assert not Job.objects.filter(kind=job.KEY).exists()
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
