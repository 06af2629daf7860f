"""What the product's own PostgreSQL backend adds to Django's."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from mmt.env import PLANNED_AFTER

PLANNED = "SELECT name FROM pg_prepared_statements"


pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no sessions."),
    pytest.mark.django_db,
]


@pytest.fixture
def behind_a_pooler() -> Iterator[BaseDatabaseWrapper]:
    another = connection.copy()
    another.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = True
    yield another
    another.close()


def test_no_two_connections_give_what_they_plan_the_same_name() -> None:
    assert not names_of_a_new_connection() & names_of_a_new_connection()


def names_of_a_new_connection() -> set[str]:
    another = connection.copy()
    try:
        for _time in range(PLANNED_AFTER + 2):
            with another.planned_cursor() as cursor:
                cursor.execute(PLANNED)
                found = {name for (name,) in cursor.fetchall()}
    finally:
        another.close()
    assert found
    return found


def test_behind_a_pooler_rows_come_little_by_little_within_a_transaction_alone(
    behind_a_pooler: BaseDatabaseWrapper,
) -> None:
    assert not reads_little_by_little(behind_a_pooler)
    with behind_a_pooler.cursor() as cursor:
        cursor.execute("BEGIN")
    assert reads_little_by_little(behind_a_pooler)


def reads_little_by_little(asked: BaseDatabaseWrapper) -> bool:
    with asked.chunked_cursor() as cursor:
        return isinstance(cursor.cursor, psycopg.ServerCursor)
