"""What is read on a standby, and that nothing is without one. For real: tests/cluster."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.test import RequestFactory

from assessments.models import Assessment, Progress, Score
from mmt import env, standby
from mmt.accounts.models import Membership, Session, User
from mmt.audit.models import AuditEvent, Viewing
from mmt.jobs.models import Job
from patients.models import Patient

RECORDS = [Patient, Assessment, Score, Progress]
OURS = [User, Membership, AuditEvent, Viewing, Job, Session]


@pytest.fixture
def reading() -> Any:
    token = standby._reading.set(True)
    yield standby.Router()
    standby._reading.reset(token)


@pytest.mark.parametrize("model", RECORDS)
def test_records_are_read_on_the_standby_where_a_view_asks(
    model: type[models.Model], reading: standby.Router
) -> None:
    assert reading.db_for_read(model) == env.STANDBY
    assert reading.db_for_write(model) == "default"


@pytest.mark.parametrize("model", OURS)
def test_people_rights_and_the_audit_log_never_are(
    model: type[models.Model], reading: standby.Router
) -> None:
    assert reading.db_for_read(model) == "default"


@pytest.mark.parametrize("model", RECORDS + OURS)
def test_all_else_is_on_the_primary(model: type[models.Model]) -> None:
    router = standby.Router()
    assert router.db_for_read(model) == router.db_for_write(model) == "default"
    assert not router.allow_migrate(env.STANDBY, model._meta.app_label)


def test_without_a_standby_nothing_of_it_is_in_use() -> None:
    assert "mmt.standby.remembers_writing" not in settings.MIDDLEWARE
    assert not settings.DATABASE_ROUTERS
    seen = standby.read(RequestFactory().get("/"), standby._reading.get)
    assert seen is False
    assert standby.alias_for_all_until_now() == "default"


def test_a_place_in_the_log_that_was_not_signed_here_counts_for_nothing() -> None:
    request = RequestFactory().get("/")
    request.COOKIES[settings.WRITTEN_COOKIE_NAME] = "0/0'; DROP TABLE"
    assert standby._written(request) == standby.START
    request.COOKIES[settings.WRITTEN_COOKIE_NAME] = standby._signer.sign("A/1")
    assert standby._written(request) == "A/1"


def test_a_standby_has_an_address_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANDBY_URL", "postgresql://u:p@/mmt?host=b,c&port=5432,5433")
    [(alias, found)] = env.standby().items()
    assert (alias, found["HOST"], found["PORT"]) == (env.STANDBY, "b,c", "5432,5433")
    monkeypatch.setenv("STANDBY_URL", str(Path("/a/file.sqlite3")))
    with pytest.raises(ImproperlyConfigured, match="STANDBY_URL must start with postgresql://"):
        env.standby()
