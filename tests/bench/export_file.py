"""A million rows in one file, in a process of its own: seconds, most memory in MB, size in MB.

python -m tests.bench.export_file [ROWS [FORMAT]]    over DATABASE_URL, or a throwaway SQLite

The format is that of a workbook unless another is named: csv, json, redcap, fhir, fhir-bundle.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django

MILLION = 1_000_000
VISITS = 20


def main(rows: int, kind: str) -> None:
    """Load the records, then write the file in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "mmt.settings"}
        for step in ("load", "write"):
            subprocess.run(
                [sys.executable, "-m", "tests.bench.export_file", step, str(rows), kind],
                env=environment,
                check=True,
            )


def load(rows: int) -> None:
    from django.core.management import call_command

    from assessments.demo import bulk

    from .saving import MOVEMENTS

    call_command("migrate", verbosity=0)
    patients = -(-rows // (2 * len(MOVEMENTS) * VISITS))
    bulk.load(patients=patients, visits=VISITS, seed=11, movements=MOVEMENTS)


def write(kind: str) -> None:
    from assessments.exchange.export import Export
    from assessments.exchange.selection import Selection, Shape
    from mmt.accounts.models import Clinic

    began, busy, size = time.monotonic(), time.process_time(), 0
    clinic = Clinic.objects.get()
    export = Export(Selection(clinic), Shape(format=kind), by=None, actor="benchmark")
    with open(os.devnull, "wb") as file:
        for block in export:
            size += file.write(block)
    export.close()
    seconds, cpu = time.monotonic() - began, time.process_time() - busy
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    most = int(found[1]) / 1024 if found else float("nan")
    print(
        f"{export.rows:,} rows as {kind}: {seconds:.1f} s, {cpu:.1f} s of the processor, "
        f"at most {most:.0f} MB, file {size / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["load", rows, _kind]:
            django.setup()
            load(int(rows))
        case ["write", _rows, kind]:
            django.setup()
            write(kind)
        case given:
            main(int(given[0]) if given else MILLION, given[1] if given[1:] else "xlsx")
