"""Commands of this installation, and another one that is empty."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import StringIO
from pathlib import Path
from uuid import UUID, uuid4

from django.core.management import call_command
from django.db import transaction

from mmt.accounts.models import Clinic
from mmt.audit.log import record
from mmt.audit.models import Action
from tests import postgres
from tests.product import OWN_SETTINGS, ROOT


def run(command: str, *arguments: object) -> str:
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return out.getvalue()


@contextmanager
def elsewhere(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of another installation, which is empty."""
    kept = {name: text for name, text in os.environ.items() if name not in OWN_SETTINGS}
    server = os.environ.get("DATABASE_URL", "")
    on_postgres = server.startswith("postgres")
    made = postgres.database(server, f"elsewhere_{uuid4().hex}") if on_postgres else nullcontext("")
    with made as url:
        yield kept | {"DATA_DIR": str(folder)} | ({"DATABASE_URL": url} if url else {})


def manage(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "manage.py", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def tell_erased(patient_id: UUID, clinic: Clinic) -> None:
    with transaction.atomic():
        about = {"patient_id": patient_id, "clinic_id": clinic.pk}
        record(Action.PATIENT_ERASED, by=None, actor="erasure", **about)
