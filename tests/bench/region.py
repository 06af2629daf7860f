"""What a region's records take on the disk, and how long it takes to keep them.

python -m tests.postgres python -m tests.bench.region [--patients 10000] [--write]

10,000 patients of 20 visits with 60 scores each are 12 million scores; what 100 million would take
follows from them in proportion. The audit log is not among them: what is loaded at once tells it
nothing. The cluster is a throwaway one that waits for no disk.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django
from django.db import connection

from tests.figures import write_figures

VISITS, CLINICS, SEED = 20, 25, 7
REGION = 100_000_000  # scores
MB = 1_000_000
TABLES = {
    "scores": "assessments_score",
    "records": "assessments_assessment",
    "signatures": "assessments_signature",
    "read model": "assessments_progress",
}
SIZES = "SELECT pg_table_size(%s), pg_indexes_size(%s)"
SCORES, RECORDS = (f"SELECT count(*) FROM {TABLES[each]}" for each in ("scores", "records"))  # noqa: S608


def main() -> None:
    arguments = argparse.ArgumentParser(prog="tests.bench.region", description=__doc__)
    arguments.add_argument("--patients", type=int, default=10_000)
    arguments.add_argument("--write", action="store_true", help="write docs/performance.md")
    wanted = arguments.parse_args()
    rows = ["| what | measured | per 100 million scores |", "|---|---|---|"]
    for what, measured, region in measure(wanted.patients):
        rows.append(f"| {what} | {measured} | {region} |")
        print(rows[-1], flush=True)
    if wanted.write:
        write_figures("region", "\n".join(rows))


def measure(patients: int) -> Iterator[tuple[str, str, str]]:
    from django.core.management import call_command

    from assessments.demo import bulk

    from .saving import MOVEMENTS

    call_command("migrate", verbosity=0)
    bulk.load(patients=patients, visits=VISITS, seed=SEED, clinics=CLINICS, movements=MOVEMENTS)
    scores, records = _count(SCORES), _count(RECORDS)
    more = REGION / scores
    yield "scores", f"{scores:,} in {records:,} records", f"{REGION:,}"
    whole = 0
    for what, table in TABLES.items():
        held, indexes = _sizes(table)
        whole += held + indexes
        each = f"{held / records:,.0f} + {indexes / records:,.0f} bytes a record"
        yield f"{what}: table + indexes", each, _gigabytes((held + indexes) * more)
    yield "all of these", f"{whole / records / 1000:.1f} kB a record", _gigabytes(whole * more)
    seconds = _seconds(lambda: _run("VACUUM (ANALYZE) assessments_score"))
    yield "first vacuum of the scores", f"{seconds:.1f} s", _minutes(seconds * more)
    seconds = _seconds(lambda: _run("REINDEX TABLE assessments_score"))
    yield "their key built anew", f"{seconds:.1f} s", _minutes(seconds * more)
    call_command("backup", make_key=Path(os.environ["BACKUP_KEY_FILE"]))
    seconds = _seconds(lambda: call_command("backup", verbosity=0))
    [file] = Path(os.environ["BACKUP_DIR"]).glob("*.backup")
    size = file.stat().st_size
    yield "a backup, sealed and read back", f"{seconds:.0f} s", _minutes(seconds * more)
    yield "its file", f"{size / MB:,.0f} MB", _gigabytes(size * more)


def _count(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def _sizes(table: str) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(SIZES, [table, table])
        held, indexes = cursor.fetchone()
        return held, indexes


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min"


def _gigabytes(size: float) -> str:
    return f"{size / 1000 / MB:.1f} GB"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "mmt.settings",
            "DATA_DIR": folder,
            "BACKUP_DIR": f"{folder}/backups",
            "BACKUP_KEY_FILE": f"{folder}/key",
        }
        django.setup()
        main()
