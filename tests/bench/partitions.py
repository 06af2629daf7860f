"""What partitions cost on the disk, and what a hundred million scores would take.

python -m tests.postgres python -m tests.bench.partitions    needs a PostgreSQL of its own
"""

import os
import time

import django

PATIENTS, VISITS = 250, 20
PARTITIONS = 64
WHOLE = 100_000_000  # scores
SIZE = "SELECT sum(pg_relation_size(relid)), sum(pg_indexes_size(relid)) FROM pg_partition_tree(%s)"
ALONE = "SELECT pg_relation_size(%s), pg_indexes_size(%s)"
COPIED = "CREATE TABLE {name} (LIKE assessments_score INCLUDING DEFAULTS{own}) {how}"


def main() -> None:
    from django.core.management import call_command
    from django.db import connection

    from assessments.demo import bulk

    from .saving import MOVEMENTS

    call_command("migrate", verbosity=0)
    loaded = bulk.load(patients=PATIENTS, visits=VISITS, seed=5, clinics=25, movements=MOVEMENTS)
    with connection.cursor() as cursor:
        for name, own, how, key in (
            ("whole", "", "", ""),
            ("by_assessment", "", "PARTITION BY HASH (assessment_id)", ""),
            ("by_clinic", ", clinic_id uuid", "PARTITION BY HASH (clinic_id)", "clinic_id, "),
        ):
            cursor.execute(COPIED.format(name=name, own=own, how=how))
            for place in range(PARTITIONS if how else 0):
                bounds = f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {place})"
                cursor.execute(f"CREATE TABLE {name}_{place} PARTITION OF {name} {bounds}")
            cursor.execute(
                f"ALTER TABLE {name} ADD PRIMARY KEY ({key}assessment_id, movement, side)"
            )
            began = time.perf_counter()
            more = ", assessment.clinic_id" if key else ""
            cursor.execute(
                f"INSERT INTO {name} SELECT score.*{more} FROM assessments_score score"  # noqa: S608
                " JOIN assessments_assessment assessment ON assessment.id = score.assessment_id"
                " ORDER BY assessment.tested_at"
            )
            seconds = time.perf_counter() - began
            cursor.execute(SIZE if how else ALONE, [name] if how else [name, name])
            _tell(name, loaded.scores, seconds, *map(int, cursor.fetchone()))


def _tell(name: str, scores: int, seconds: float, table: int, index: int) -> None:
    a_score = (table + index) / scores
    print(
        f"{name:14} {scores:,} scores in {seconds:.1f} s: {table / scores:.0f} + "
        f"{index / scores:.0f} bytes a score, {60 * a_score / 1000:.1f} kB a visit of 60, "
        f"{WHOLE * a_score / 1e9:.0f} GB for {WHOLE:,}"
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmt.settings")
    django.setup()
    main()
