"""One product under fire for all drills of a worker, on the database that this run is about."""

import os
from collections.abc import Iterator
from random import randrange

import pytest
from django.conf import settings

from tests import postgres

from .drill import Drill, under_fire

ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")


@pytest.fixture(scope="session")
def drill() -> Iterator[Drill]:
    if ON_POSTGRES and postgres.programs() is None:
        pytest.skip("A server that may be killed is needed: initdb is not on this machine.")
    seed = randrange(2**32)  # noqa: S311
    database = "postgres" if ON_POSTGRES else "sqlite"
    # A worker beside it would start anew after each kill; the long drill has one.
    with under_fire(database, seed, settings.TEST_FOLDER, WORKERS="0") as found:
        yield found
