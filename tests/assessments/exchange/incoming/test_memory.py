"""A large import has memory of its own, and whatever comes after it what there was before."""

import gc

import pytest
from django.db import connection

from assessments.exchange.incoming.memory import SQLITE_PAGES, YOUNG, for_a_large_import


def given() -> tuple[int, int]:
    """Return how many young objects Python, and how many pages SQLite may keep."""
    if connection.vendor != "sqlite":
        return gc.get_threshold()[0], SQLITE_PAGES
    with connection.cursor() as cursor:
        return gc.get_threshold()[0], cursor.execute("PRAGMA cache_size").fetchone()[0]


@pytest.mark.django_db
def test_what_comes_after_has_what_it_had_whatever_happened() -> None:
    @for_a_large_import()
    def fail() -> None:
        raise ValueError(given())

    before = given()
    with pytest.raises(ValueError, match=f"{YOUNG}, {SQLITE_PAGES}"):
        fail()
    assert given() == before
    assert before[0] != YOUNG
