"""An export of every score of a clinic against the database's own program writing CSV.

The raw query gives the same columns from the same rows, unordered and unformatted: no time
zones, no codes of grades, no formula made harmless. Both write to nowhere.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from typing import NamedTuple
from urllib.parse import urlsplit

RUNS = 5
LIMITS = {"postgresql": 1.3, "sqlite": 3.0}
MEGABYTES = 60
RAW = """
SELECT '{name}', p.record_number, p.family_name, p.given_names, p.birth_date, p.sex, a.id,
  a.tested_at, a.tested_at, a.battery, a.battery_version, a.profile, a.status, t.name, g.name,
  a.signed_at, s.movement, s.movement, s.side, s.status, s.level, s.reason, s.limiters,
  s.position, s.entered, s.amendment_id, s.note, a.setting, a.heat, a.fatigue_before,
  a.fatigue_after, a.pain, a.pain_where, a.relapse_status, a.edss, a.device, a.device_worn,
  a.hours_since_antispastic, a.hours_since_fampridine, a.first_side, a.stopped_early,
  a.falls_since_last, a.note, a.voided_at, a.void_reason
FROM assessments_score s
JOIN assessments_assessment a ON a.id = s.assessment_id
JOIN patients_patient p ON p.id = a.patient_id
JOIN accounts_user t ON t.id = a.tester_id
JOIN accounts_user g ON g.id = a.signed_by_id
WHERE a.clinic_id = '{clinic}' AND a.status IN ('signed', 'amended')
"""


class Row(NamedTuple):
    """One line of the report: `product` and `raw` in seconds (or megabytes), `limit` a ratio."""

    work: str
    product: float
    raw: float
    limit: float

    @property
    def ratio(self) -> float:
        return self.product / self.raw


def run(database: str) -> list[Row]:
    """Measure on a filled database, given as its DATABASE_URL; "" is the SQLite of DATA_DIR.

    The clinic with most assessments is exported. Medians of interleaved runs.
    """
    env = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "mmt.settings"}
    child = [sys.executable, "-m", "tests.bench.export"]
    clinic = json.loads(_out([*child, "clinic"], env))
    raw_command = _raw_command(database, clinic)
    mine, raw = [], []
    for _run in range(RUNS):
        mine.append(json.loads(_out([*child, "export", clinic["slug"]], env)))
        start = time.perf_counter()
        subprocess.run(raw_command, stdout=subprocess.DEVNULL, check=True)
        raw.append(time.perf_counter() - start)
    return [
        Row(
            f"CSV, {mine[0]['rows']:,} rows",
            statistics.median(each["seconds"] for each in mine),
            statistics.median(raw),
            LIMITS[clinic["vendor"]],
        ),
        Row(
            "memory of that process, MB; beside it what it took before the export",
            max(each["peak"] for each in mine),
            statistics.median(each["before"] for each in mine),
            MEGABYTES / statistics.median(each["before"] for each in mine),
        ),
    ]


def _out(command: list[str], env: dict[str, str]) -> str:
    return subprocess.run(
        command, env=env, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.splitlines()[-1]


def _raw_command(database: str, clinic: dict[str, str]) -> list[str]:
    query = RAW.format(clinic=clinic["id"], name=clinic["name"].replace("'", "''"))
    if clinic["vendor"] == "postgresql":
        return [_program("psql"), "-q", "-c", f"COPY ({query}) TO STDOUT WITH CSV", database]
    path = urlsplit(database).path or clinic["path"]
    return [_program("sqlite3"), "-readonly", "-csv", path, query]


def _program(name: str) -> str:
    if found := shutil.which(name):
        return found
    raise FileNotFoundError(f"{name} is needed for the comparison.")


def _busiest_clinic() -> dict[str, str]:
    from django.db import connection
    from django.db.models import Count

    from mmt.accounts.models import Clinic

    clinic = Clinic.objects.annotate(size=Count("assessment")).order_by("-size").first()
    if clinic is None:
        raise LookupError("This database holds no clinic.")
    is_sqlite = connection.vendor == "sqlite"
    return {
        "id": clinic.pk.hex if is_sqlite else str(clinic.pk),
        "slug": clinic.slug,
        "name": clinic.name,
        "vendor": connection.vendor,
        "path": str(connection.settings_dict["NAME"]),
    }


def _export(slug: str) -> dict[str, float]:
    from assessments.exchange.export import Export
    from assessments.exchange.selection import Selection, Shape
    from mmt.accounts.models import Clinic

    clinic = Clinic.objects.get(slug=slug)
    before = _megabytes()
    start = time.perf_counter()
    export = Export(Selection(clinic), Shape(), by=None, actor="benchmark")
    with open(os.devnull, "wb") as file:
        for block in export:
            file.write(block)
    export.close()
    seconds = time.perf_counter() - start
    return {"rows": export.rows, "seconds": seconds, "before": before, "peak": _megabytes()}


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _main(what: str, *slug: str) -> None:
    import django

    django.setup()
    print(json.dumps(_busiest_clinic() if what == "clinic" else _export(*slug)))  # noqa: T201


if __name__ == "__main__":
    _main(*sys.argv[1:])
