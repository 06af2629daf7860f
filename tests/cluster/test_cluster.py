"""The short form. The long one: `make cluster`, 50 people at dictation pace."""

import os
from collections.abc import Iterator

import pytest

from tests import parts, postgres

from . import region as regions
from .drills import HURRIED, Drills

ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
PEOPLE, SECONDS = 3, 1.5


@pytest.fixture
def region() -> Iterator[regions.Region]:
    with regions.running() as found:
        yield found


pytestmark = [
    pytest.mark.skipif(not ON_POSTGRES, reason="SQLite serves one machine."),
    pytest.mark.skipif(
        postgres.programs() is None,
        reason=f"Standbys are made by PostgreSQL's programs. Try: {parts.part('postgres').how}",
    ),
]


def test_people_go_on_while_nodes_the_version_and_the_primary_change(
    region: regions.Region,
) -> None:
    drills = Drills(region, PEOPLE, SECONDS, HURRIED)
    drills.own_writing_is_found_at_once()
    assert drills.a_node_and_a_worker_are_killed().waits["save"]
    assert drills.the_next_version_comes().waits["save"]
    primary = region.servers.primary
    assert drills.the_primary_is_killed().waits["save"]
    assert region.servers.primary != primary
    drills.all_that_was_told_holds()
