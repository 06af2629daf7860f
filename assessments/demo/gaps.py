"""What could not be tested as the book says: left out for a reason, limited, another position."""

from random import Random
from typing import Any

from .. import instrument
from ..history import Cell, Result

NOT_TESTABLE, NOT_DONE = instrument.Status.NOT_TESTABLE.value, instrument.Status.NOT_DONE.value
CANNOT_POSITION = Result(NOT_TESTABLE, reason=instrument.Reason.CANNOT_POSITION.value)
NOTES = ("clonus at end of range", "breaks suddenly", "tested twice, same grade", "guarded")
TONE_OR_PAIN = ("spasticity", "spasticity", "pain", "contracture")
OTHER_REASONS = ("time", "declined", "safety", "not_indicated", "equipment")
LIMITERS = ("fatigue", "fatigue", "tone", "tone", "pain", "range", "effort", "substitution")
# Where a movement is tested of someone who cannot lie prone or stand on one leg.
INSTEAD = {
    instrument.Position.PRONE: instrument.Position.SIDE_LYING.value,
    instrument.Position.STANDING: instrument.Position.SITTING.value,
}


def fit_positions(results: dict[Cell, Result], context: dict[str, Any]) -> None:
    """Someone in a wheelchair is not laid prone or stood up: another position, or none."""
    if context["device"] != "wheelchair":
        return
    for (movement, side), result in results.items():
        position = INSTEAD.get(instrument.movement(movement).position)
        if position is None:
            continue
        results[movement, side] = (
            CANNOT_POSITION
            if movement == "hip_extension"
            else result._replace(position=position, limiters=("position_modified",))
        )


def leave_out(rng: Random, results: dict[Cell, Result], context: dict[str, Any]) -> None:
    """Some cells get a reason in place of a grade."""
    cells = list(results)
    kind = rng.random()
    if kind < 0.25 and len(cells) > 12:
        for cell in cells[-rng.randint(2, 6) :]:
            results[cell] = Result(NOT_DONE, reason="fatigue")
        context["stopped_early"] = "too tired to go on"
    elif kind < 0.6:
        cell = _weakest(rng, results)
        results[cell] = Result(NOT_TESTABLE, reason=rng.choice(TONE_OR_PAIN))
    else:
        movement = rng.choice(cells)[0]
        reason = rng.choice(OTHER_REASONS)
        for cell in [cell for cell in cells if cell[0] == movement]:
            results[cell] = Result(NOT_DONE, reason=reason)


def limit(rng: Random, results: dict[Cell, Result]) -> None:
    """What limited the test of a weak movement or two."""
    weak = [cell for cell, found in results.items() if found.level not in (None, 12)]
    for cell in rng.sample(weak, min(len(weak), rng.choice((1, 1, 2, 3)))):
        found = results[cell]
        limiters = tuple({*found.limiters, rng.choice(LIMITERS)})
        note = rng.choice(NOTES) if rng.random() < 0.15 else ""
        results[cell] = found._replace(limiters=tuple(sorted(limiters)), note=note)


def _weakest(rng: Random, results: dict[Cell, Result]) -> Cell:
    graded = {cell: found.level for cell, found in results.items() if found.level is not None}
    lowest = min(graded.values(), default=None)
    return rng.choice([cell for cell in results if graded.get(cell) == lowest])
