"""Whether a node can serve: each part is named by itself, cheaply, without a secret."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mmt.jobs.models import WorkerSign
from mmt.jobs.signs import Sign
from mmt.jobs.worker import Worker
from mmt.watch import ready

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_anew(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All is well: keys where they belong, and a worker."""
    settings.DATA_DIR = tmp_path
    for name in settings.SECRETS:
        monkeypatch.delenv(name, raising=False)
        path = tmp_path / "secrets" / name.lower().replace("_", "-")
        path.parent.mkdir(exist_ok=True)
        path.write_text("a secret of fifty signs, which nobody is to be told")
    Sign().give()
    ready.remembered.forget()
    yield
    ready.remembered.forget()


def asked(query: str = "") -> tuple[int, dict[str, Any]]:
    ready.remembered.forget()
    answer = Client().get(f"/readyz{query}")
    assert b"nobody is to be told" not in answer.content
    return answer.status_code, answer.json()


def test_a_node_with_all_its_parts_is_ready() -> None:
    assert asked() == (200, {"ready": True, "parts": dict.fromkeys(ready.PARTS, "ok")})


def test_a_database_behind_the_code_is_not_ready_one_ahead_is() -> None:
    MigrationRecorder(connection).record_applied("jobs", "0999_of_the_next_version")
    assert asked()[0] == 200
    MigrationRecorder(connection).record_unapplied("jobs", "0001_initial")
    status, said = asked()
    assert (status, said["parts"]["migrations"]) == (503, "1 not applied")


def test_a_key_that_is_gone_is_named_but_not_one_from_the_environment(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.DATA_DIR / "secrets" / "factor-key").unlink()
    status, said = asked()
    assert (status, said["parts"]["keys"]) == (503, "FACTOR_KEY lost")
    monkeypatch.setenv("FACTOR_KEY", "from the environment")
    assert asked()[0] == 200


def test_a_full_disk_and_one_that_is_gone_are_told(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready, "LEAST_FREE", 10**18)
    assert asked()[1]["parts"]["disk"] == "full"
    settings.DATA_DIR = settings.DATA_DIR / "unmounted"
    assert asked()[1]["parts"]["disk"] == "not there"


def test_a_process_without_the_list_of_static_files_is_not_ready(
    settings: Any, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    kept = {"staticfiles": {"BACKEND": "mmt.storage.StaticStorage"}}
    settings.STORAGES = settings.STORAGES | kept
    status, said = asked()
    assert (status, said["parts"]["static"]) == (503, "run collectstatic, then start anew")
    (tmp_path / "staticfiles.json").write_text(
        '{"version": "1.1", "paths": {"a.css": "a.1.css"}, "hash": ""}'
    )
    settings.STORAGES = settings.STORAGES | kept  # as if it were started anew
    assert asked()[0] == 200


def test_a_silent_worker_is_told_and_can_be_left_out_of_the_verdict() -> None:
    WorkerSign.objects.update(alive_at=timezone.now() - timedelta(minutes=3))
    status, said = asked()
    assert (status, said["parts"]["worker"]) == (503, "not heard")
    assert asked("?without=worker")[0] == 200
    assert asked("?without=keys")[0] == 503


def test_a_worker_gives_a_sign_and_takes_it_back_when_it_ends() -> None:
    WorkerSign.objects.all().delete()
    seen: list[int] = []

    def stopping() -> bool:
        seen.append(WorkerSign.objects.count())
        return len(seen) > 1

    Worker(stopping=stopping).run(until_idle=True)
    assert seen == [0]
    assert not WorkerSign.objects.exists()


def test_asking_a_thousand_times_asks_the_database_once() -> None:
    ready.remembered.forget()
    with CaptureQueriesContext(
        connection,
    ) as asked_for:
        for _time in range(1000):
            ready.remembered()
    assert 0 < len(asked_for) <= 4
