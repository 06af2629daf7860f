"""The short drill. The long one: `make drill`, 200 kills on each database."""

from .drill import Drill

KILLS = 5


def test_what_was_acknowledged_survives_being_killed(drill: Drill) -> None:
    seen = drill.run(KILLS)
    assert seen["batches acknowledged"] > 0
    assert seen["batches cut off"] > 0
    assert sum(number for words, number in seen.items() if words.startswith("kills")) == KILLS
