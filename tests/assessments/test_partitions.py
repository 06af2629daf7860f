"""The scores as a table in partitions, under the product as it is: docs/adr/ says why and when.

By hash of the assessment nothing else changes. By hash of the clinic a view stands in its place.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from assessments import triggers as ours
from assessments.actions import amend_assessment
from assessments.models import Assessment, Score
from assessments.querysets import load_history
from mmt.accounts.models import User
from patients.models import Patient
from tests.people import grade, make_signed

from .test_progress import stored, truth

CELLS = [("hip_flexion", "right"), ("hip_flexion", "left"), ("knee_extension", "left")]
PARTITIONS = 4
KEY = "assessment_id, movement, side"
COPIED = "LIKE score_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE"
REFERENCES = """
    ALTER TABLE {table} ADD PRIMARY KEY ({key}),
    ADD FOREIGN KEY (assessment_id) REFERENCES assessments_assessment DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (amendment_id) REFERENCES assessments_amendment DEFERRABLE INITIALLY DEFERRED
"""
VIEW = """
    CREATE VIEW assessments_score AS SELECT {columns} FROM score_by_clinic;
    CREATE FUNCTION score_finds_its_clinic() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO score_by_clinic ({columns}, clinic_id)
        SELECT {values}, clinic_id FROM assessments_assessment WHERE id = NEW.assessment_id;
        RETURN NEW;
    END $$;
    CREATE TRIGGER score_finds_its_clinic INSTEAD OF INSERT ON assessments_score
    FOR EACH ROW EXECUTE FUNCTION score_finds_its_clinic();
"""

pytestmark = pytest.mark.postgres


def by_assessment() -> str:
    run(f"CREATE TABLE assessments_score ({COPIED}) PARTITION BY HASH (assessment_id)")
    run(REFERENCES.format(table="assessments_score", key=KEY))
    return "assessments_score"


def by_clinic() -> str:
    own = "clinic_id uuid NOT NULL REFERENCES accounts_clinic DEFERRABLE INITIALLY DEFERRED"
    run(f"CREATE TABLE score_by_clinic ({COPIED}, {own}) PARTITION BY HASH (clinic_id)")
    run(REFERENCES.format(table="score_by_clinic", key=f"clinic_id, {KEY}"))
    columns = [field.column for field in Score._meta.concrete_fields]
    values = ", ".join(f"NEW.{column}" for column in columns)
    run(VIEW.format(columns=", ".join(columns), values=values))
    return "score_by_clinic"


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture(params=[by_assessment, by_clinic])
def partitioned(request: pytest.FixtureRequest, db: None) -> str:
    """Put the scores into partitions until the test's transaction is taken back."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no partitions.")
    run("ALTER TABLE assessments_score RENAME TO score_whole")
    table = request.param()
    for place in range(PARTITIONS):
        bounds = f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {place})"
        run(f"CREATE TABLE score_part_{place} PARTITION OF {table} {bounds}")
    for trigger in ours.TRIGGERS:
        if trigger.table == "assessments_score":
            for statement in replace(trigger, table=table).create(connection.vendor):
                run(statement)
    return table


def parts_of(table: str, assessments: list[Assessment]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT assessment_id, tableoid FROM {table} WHERE assessment_id = ANY(%s)",  # noqa: S608
            [[each.pk for each in assessments]],
        )
        return cursor.fetchall()


def test_signing_amending_and_reading_go_on_as_before(
    partitioned: str, patient: Patient, physio: User, as_user: Callable[[User], Client]
) -> None:
    first = make_signed(patient, physio, dict.fromkeys(CELLS, grade(10)))
    second = make_signed(patient, physio, dict.fromkeys(CELLS, grade(4)))
    changed = {CELLS[0]: grade(7)}
    amend_assessment(second, changed, by=physio, reason="Read wrongly", revision=second.revision)
    assert len(load_history(patient).visits) == 2
    assert stored(patient=patient) == truth(assessment__patient=patient)
    assert len(parts_of(partitioned, [first, second])) == 2  # each visit lies in one partition
    for page in (f"/patients/{patient.pk}/trends/", "/cohort/?direction=fell"):
        assert "Hip flexion" in as_user(physio).get(page).content.decode()


def test_the_database_still_refuses(partitioned: str, patient: Patient, physio: User) -> None:
    visit = make_signed(patient, physio, dict.fromkeys(CELLS, grade(10)))
    cell = Score.objects.filter(assessment=visit, movement="knee_extension")
    for attempt in (
        lambda: cell.update(level=13),
        lambda: cell.update(level=12),
        lambda: cell.delete(),
        lambda: Score.objects.create(
            assessment=visit, movement="hip_flexion", side="left", status="graded", level=12
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_a_clinic_lies_in_one_partition_where_that_is_the_key(
    partitioned: str, patient: Patient, physio: User
) -> None:
    visits = [make_signed(patient, physio, {CELLS[0]: grade(10)}) for _each in range(8)]
    parts = {part for _visit, part in parts_of(partitioned, visits)}
    assert len(parts) == 1 or partitioned == "assessments_score"
