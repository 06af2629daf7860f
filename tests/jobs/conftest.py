import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from mmt.accounts.models import Clinic, User
from mmt.jobs import actions
from mmt.jobs.models import Job
from tests import postgres

from . import kinds

ROOT = Path(__file__).resolve().parents[2]
Asking = Callable[..., Job]
Starting = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> None:
    from mmt.jobs import kinds as known

    monkeypatch.setattr(known, "_registered", dict(known._registered))
    settings.DATA_DIR = tmp_path
    kinds.register()


@pytest.fixture
def ask(harbour: Clinic, admin: User) -> Asking:
    """Return a function that puts a job into the queue, of the administrator where nobody else."""

    def asked(kind: str = "write", by: User | None = None, **fields: object) -> Job:
        words = fields.pop("words", ["one", "two"])
        return actions.ask_for(
            kind, {"words": words}, title="Words", clinic=harbour, by=by or admin, **fields
        )

    return asked


@pytest.fixture
def start(on_disk: str, tmp_path: Path) -> Iterator[Starting]:
    """Return a function that starts a worker as a process of its own."""
    environment = {
        **os.environ,
        "DATABASE_URL": on_disk,
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    with ExitStack() as processes:

        def started(*arguments: str) -> "subprocess.Popen[bytes]":
            process = subprocess.Popen(
                [*postgres.leash("TERM"), sys.executable, "-m", "tests.jobs.worker", *arguments],
                cwd=ROOT,
                env=environment,
            )
            processes.callback(_end, process)
            return process

        yield started
    connection.close()


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
