"""Guards of access are found in the code, and the table of access notices that one is gone.

Each of them in turn: `make guards`.
"""

import re
from collections import Counter

import pytest
from django.db import transaction

from tests.guards.removal import GUARDING, code_without, middleware_guards, names_of
from tests.guards.sites import Guard, all_guards, without
from tests.meta.test_access import TABLE, WHO, Things, address, browser_of, told

FEWEST = {
    "check": 30,
    "door": 20,
    "refusal": 20,
    "right": 5,
    "scope": 5,
    "method": 50,
    "asked again": 5,
    "scope of a key": 3,
}
SAMPLED = 8
# Rights that every role has: the table cannot notice; see what it says of who may only look.
EVERYBODYS = r"check_user_can_(?:edit|enter|register)\b"


@pytest.fixture(scope="module")
def guards() -> list[Guard]:
    return all_guards()


def test_guards_of_every_kind_are_found_and_can_be_taken_out(guards: list[Guard]) -> None:
    counts = Counter(guard.kind for guard in guards)
    assert {kind for kind, least in FEWEST.items() if counts[kind] < least} == set()
    assert len(middleware_guards()) == len(GUARDING)
    for guard in guards[::10]:
        compile(without(guard), guard.path, "exec")


def differs(name: str, things: Things) -> bool:
    """Whether an address answers somebody otherwise than the table says."""
    for method, row in zip(("get", "post"), TABLE[name], strict=True):
        for who, wanted in zip(WHO, row.split(), strict=True):
            with transaction.atomic():
                client = browser_of(who, things)
                client.raise_request_exception = False
                found = told(getattr(client, method)(address(name, things)))
                transaction.set_rollback(True)
            if found != wanted:
                return True
    return False


def test_a_sample_of_guards_is_missed_by_the_table(guards: list[Guard], things: Things) -> None:
    candidates = [
        each
        for each in guards
        if each.kind == "check" and names_of(each) and not re.search(EVERYBODYS, each.words)
    ]
    sample = candidates[:: max(1, len(candidates) // SAMPLED)]
    assert sample
    silent = []
    for guard in sample:
        with code_without(guard):
            if not any(differs(name, things) for name in names_of(guard)):
                silent.append(str(guard))
    assert silent == []
