"""The strength of one invented person over the years, and the grades that testers write of it.

Strength is counted in thirds of a grade, a number that exists here alone: what leaves this module
is grades. Each limb loses strength slowly, suddenly in a relapse with partial recovery, and gains
a little in training; each movement shows its share of its limb's loss (`weakness`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from .. import instrument
from ..history import Cell, Result
from .weakness import (
    LEFT_ARM,
    LEFT_LEG,
    LIMBS,
    RIGHT_ARM,
    RIGHT_LEG,
    TRUNK,
    levels_by_thirds,
    weighted_cells,
)

GRADED = tuple(Result(instrument.Status.GRADED.value, level) for level in instrument.LEVELS)
# Normal strength has a little to spare before a tester feels the loss.
NORMAL = 16.1
# What a second test of the same muscle differs by, in thirds, mostly nothing.
NOISE = (-0.8, -0.5, -0.3, -0.2, -0.1, -0.1, 0.0, 0.0, 0.0, 0.1, 0.1, 0.2, 0.3, 0.5, 0.7)
DAYS_OF_TRAINING = 150


@dataclass(frozen=True, slots=True)
class Relapse:
    """Losses in thirds: `depth` at the onset, `rest` for good, recovered over `days`."""

    onset: date
    limbs: tuple[int, ...]
    depth: float
    rest: float
    days: int

    def loss(self, day: date) -> float:
        since = (day - self.onset).days
        if since < 0:
            return 0.0
        return self.rest + (self.depth - self.rest) * max(0.0, 1 - since / self.days)


@dataclass(frozen=True, slots=True)
class Decline:
    """`loss` is what the worst limb has lost at `start`, in thirds; `yearly` what it loses each
    year; `shares` is each limb's share of it. `traced` keeps a person's own pattern: a constant
    difference of each cell. Training gives back up to `trained_gain`.
    """

    start: date
    loss: float
    yearly: float
    shares: tuple[float, ...]
    traced: dict[Cell, float]
    relapses: Sequence[Relapse] = ()
    trained_from: date | None = None
    trained_gain: float = 0.0

    def losses(self, day: date) -> list[float]:
        """Return each limb's loss on a day, in thirds."""
        slow = self.loss + self.yearly * (day - self.start).days / 365 - self._gain(day)
        found = [max(0.0, slow * share) for share in self.shares]
        for relapse in self.relapses:
            sudden = relapse.loss(day)
            for limb in relapse.limbs:
                found[limb] += sudden
        return found

    def _gain(self, day: date) -> float:
        if self.trained_from is None or day < self.trained_from:
            return 0.0
        return self.trained_gain * min(1.0, (day - self.trained_from).days / DAYS_OF_TRAINING)

    def test(
        self,
        losses: Sequence[float],
        movements: tuple[str, ...],
        profile: str,
        lenience: float,
        rng: Random,
    ) -> dict[Cell, Result]:
        """Return the grades of a visit. A lenient tester feels a little more strength."""
        grades, cells, traced = grades_by_thirds(profile), weighted_cells(movements), self.traced
        best = NORMAL + lenience + 0.5  # int() below then rounds
        return {
            cell: grades[int(best - weight * losses[limb] + traced[cell] + error)]
            for (cell, weight, limb), error in zip(
                cells, rng.choices(NOISE, k=len(cells)), strict=True
            )
        }


@cache
def grades_by_thirds(profile: str) -> dict[int, Result]:
    """Return the result that a tester writes for any strength in thirds, past both ends too."""
    levels = levels_by_thirds(profile)
    return {thirds: GRADED[levels[min(15, max(0, thirds))]] for thirds in range(-60, 60)}


def trace(rng: Random) -> dict[Cell, float]:
    """Return a person's own pattern over every cell of the catalogue."""
    cells = weighted_cells(tuple(instrument.MOVEMENTS))
    own = rng.choices((-1.2, -0.7, -0.4, 0.0, 0.0, 0.0, 0.2, 0.4, 0.6), k=len(cells))
    return {cell: difference for (cell, _weight, _limb), difference in zip(cells, own, strict=True)}


def shares(rng: Random, weaker: str, arms: float) -> tuple[float, ...]:
    """Return each limb's share of the loss: the worse leg 1, the other side less, arms `arms`."""
    other = rng.uniform(0.4, 0.8)
    right, left = (1.0, other) if weaker == "right" else (other, 1.0)
    found = [0.0] * len(LIMBS)
    found[RIGHT_LEG], found[LEFT_LEG] = right, left
    found[RIGHT_ARM], found[LEFT_ARM] = right * arms, left * arms
    found[TRUNK] = arms
    return tuple(found)
