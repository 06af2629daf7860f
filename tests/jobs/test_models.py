"""What the database refuses of jobs."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from mmt.jobs.models import Job
from tests.refusals import refused_by

Write = Callable[[Job], object]


def update(**fields: object) -> Write:
    return lambda job: Job.objects.filter(pk=job.pk).update(**fields)


NOW = timezone.now()
FAILED = {"state": "failed", "finished_at": NOW}
CASES: list[tuple[str, Write]] = [
    ("job_known_state", update(state="odd", finished_at=NOW)),
    ("job_running_has_a_worker", update(state="running")),
    ("job_running_has_a_worker", update(claim=uuid4())),
    ("job_running_has_a_worker", update(lease_until=NOW)),
    ("job_finished_has_its_time", update(state="done")),
    ("job_finished_has_its_time", update(finished_at=NOW)),
    ("job_failed_says_why", update(**FAILED)),
    ("job_failed_says_why", update(error="but it goes on")),
    ("job_file_only_when_done", update(file="half")),
    ("job_file_only_when_done", update(**FAILED, error="disk full", file="half")),
    ("job_expires_after_it_was_made", update(expires_at=NOW - timedelta(days=1))),
]


@pytest.mark.parametrize(("rule", "write"), CASES)
def test_database_refuses(rule: str, write: Write, ask: Callable[..., Job]) -> None:
    with refused_by(rule):
        write(ask())
