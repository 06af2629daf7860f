"""What a worker does for the database now and then."""

import pytest
from django.conf import settings
from django.db import connection

from mmt.accounts.models import User
from mmt.jobs.upkeep import refresh_statistics

pytestmark = pytest.mark.django_db


def test_sqlite_is_told_once_a_day_what_its_indexes_hold(admin: User) -> None:
    assert "mmt.jobs.upkeep.refresh_statistics" in settings.DUTIES
    assert len(list(refresh_statistics())) == 1
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'accounts_user'")
            assert cursor.fetchall()
