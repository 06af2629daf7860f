"""A large import in a process of its own, beside a colleague who saves: seconds, memory, waits.

python -m tests.bench.import_alone ROWS [wide]    over DATABASE_URL, or a throwaway SQLite

A row is one result, or with `wide` a visit of twenty. The colleague saves a draft and tells the
log something of this clinic twice a second, as entering and signing do.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

PAUSE = 0.5


def main(rows: int, *, wide: bool) -> None:
    from django.core.management import call_command

    from .imports import run

    call_command("migrate", verbosity=0)
    begun = time.process_time()
    with _colleague():
        for row in run(rows, wide=wide):
            print(f"{row.job}: {row.median / 1000:.1f} s", flush=True)
    cpu = time.process_time() - begun
    print(f"of the processor: {cpu:.1f} s; at most {_most_memory():.0f} MB")


@contextmanager
def _colleague() -> Iterator[None]:
    command = [sys.executable, "-m", "tests.bench.import_alone", "save"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as other:
        yield
        if other.stdin:
            other.stdin.close()


def save() -> None:
    """Save until the input ends; say how long the longest waits were, and how often it failed."""
    import select

    from django.db import OperationalError, transaction

    from assessments.models import Assessment
    from mmt.accounts.models import Clinic
    from mmt.accounts.roles import Role
    from mmt.audit.log import record
    from mmt.audit.models import Action
    from tests.people import make_draft, make_patient, make_user

    clinic = Clinic.objects.create(name="Beside", slug="beside", time_zone="Europe/Dublin")
    physio = make_user("beside@bench.example", clinic, Role.PHYSIOTHERAPIST, "Bea Beside")
    draft = make_draft(make_patient(clinic, physio), physio)

    def type_on() -> None:
        Assessment.objects.filter(pk=draft.pk).update(note=str(time.time()))

    def tell() -> None:
        where = Clinic.objects.filter(name="Bench").first() or clinic
        with transaction.atomic():
            record(Action.PATIENT_VIEWED, by=physio, clinic_id=where.pk)

    waits: dict[str, list[float]] = {"draft": [], "log": []}
    failed = {"draft": 0, "log": 0}
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        for what, work in (("draft", type_on), ("log", tell)):
            began = time.monotonic()
            try:
                work()
            except OperationalError:
                failed[what] += 1
            waits[what].append(time.monotonic() - began)
    for what, found in waits.items():
        longest = ", ".join(f"{seconds:.2f}" for seconds in sorted(found)[:-4:-1])
        print(f"{what}: {len(found)} saves, {failed[what]} failed; longest {longest} s")


def _most_memory() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "mmt.settings"
    match sys.argv[1:]:
        case ["save"]:
            django.setup()
            save()
        case [rows, *more]:
            with tempfile.TemporaryDirectory() as folder:
                os.environ.setdefault("DATA_DIR", folder)
                django.setup()
                main(int(rows), wide=more == ["wide"])
