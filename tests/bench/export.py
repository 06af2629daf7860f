"""A clinic's scores as CSV, beside the database's own program writing CSV.

The raw query gives the same columns of the same rows, but neither ordered nor made readable: no
time zones, no codes of grades, no formula made harmless. Both write to nowhere.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from django.db import connection

from assessments.demo import bulk
from assessments.exchange.export import Export
from assessments.exchange.selection import Layout, Selection, Shape
from mmt.accounts.models import Clinic

from .measure import Row, compare
from .saving import MOVEMENTS

ROUNDS = 5
FEWER_ROUNDS = 3
MANY_SCORES = 500_000
VISITS = 20
TARGETS = {"postgresql": "at most 1.3", "sqlite": "at most 2.5"}
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


def load(rows: int) -> bulk.Loaded:
    """Load this many scores, or a few more, into a clinic of their own."""
    patients = -(-rows // (2 * len(MOVEMENTS) * VISITS))
    return bulk.load(patients=patients, visits=VISITS, seed=11, movements=MOVEMENTS)


def run(loaded: bulk.Loaded) -> Iterator[Row]:
    """Yield what exporting what was loaded takes."""
    clinic = loaded.clinics[0]
    rounds = ROUNDS if loaded.scores < MANY_SCORES else FEWER_ROUNDS
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    raw = _raw_command(clinic)
    yield compare(
        f"Export of {loaded.scores:,} scores, long",
        lambda: write(clinic, Shape()),
        lambda: subprocess.run(raw, stdout=subprocess.DEVNULL, check=True),
        rounds=rounds,
        target=TARGETS[connection.vendor],
    )
    yield compare("The same, wide", lambda: write(clinic, Shape(Layout.WIDE)), rounds=rounds)
    yield compare("The same as FHIR", lambda: write(clinic, Shape(format="fhir")), rounds=rounds)
    yield from _memory(clinic)


def write(clinic: Clinic, shape: Shape) -> None:
    export = Export(Selection(clinic), shape, by=None, actor="benchmark")
    try:
        with open(os.devnull, "wb") as file:
            for block in export:
                file.write(block)
    finally:
        export.close()


def _memory(clinic: Clinic) -> Iterator[Row]:
    """Yield rows in megabytes: the most a fresh process took, beside what it took before."""
    command = [sys.executable, "-m", "tests.bench.export_alone", clinic.slug]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    own_before, own, before, whole = map(float, told)
    job = "Memory of a process that exports, its own, beside what it took before, in MB"
    yield Row(job, own, own, own, own_before, own / own_before, "under 60 MB")
    job = "The same with the program's files, which processes share, in MB"
    yield Row(job, whole, whole, whole, before, whole / before, "")


def _raw_command(clinic: Clinic) -> list[str]:
    is_sqlite = connection.vendor == "sqlite"
    query = RAW.format(
        clinic=clinic.pk.hex if is_sqlite else clinic.pk, name=clinic.name.replace("'", "''")
    )
    if is_sqlite:
        path = str(connection.settings_dict["NAME"])
        return [_program("sqlite3"), "-readonly", "-csv", path, query]
    copy = f"COPY ({query}) TO STDOUT WITH CSV"
    return [_program("psql"), "-q", "-c", copy, os.environ["DATABASE_URL"]]


def _program(name: str) -> str:
    if found := shutil.which(name):
        return found
    raise FileNotFoundError(f"{name} is needed for the comparison.")
