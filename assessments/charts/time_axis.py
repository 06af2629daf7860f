"""The true time axis: a day's place, ticks, columns moved apart, bands packed into lanes.

Lengths are in whatever unit the caller draws in: pixels or percent of the width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ..history import Happening

MONTHS_OF_A_YEAR = 12
# Steps between ticks, in months, that fall on the turn of a year.
TICK_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Days from `first` to `last` on a line from `left` to `right`."""

    first: date
    last: date
    left: float
    right: float

    @classmethod
    def of(cls, days: Sequence[date], left: float, right: float) -> "TimeAxis":
        """Return an axis from the first day to the last. Raises ValueError without a day."""
        return cls(min(days), max(days), left, right)

    def place(self, day: date) -> float:
        """Return where a day stands; days outside stand at the ends, a lone day in the middle."""
        span = (self.last - self.first).days
        if span == 0:
            return (self.left + self.right) / 2
        share = (day - self.first).days / span
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def overlaps(self, happening: Happening) -> bool:
        end = happening.end or happening.start
        return happening.start <= self.last and end >= self.first

    def ticks(self, most: int) -> list[date]:
        """Return firsts of months to mark, at even steps of the calendar, at most so many."""
        for step in TICK_STEPS:
            found = self._firsts_of_months(step)
            if len(found) <= most:
                return found
        return []

    def _firsts_of_months(self, step: int) -> list[date]:
        low = self.first.year * MONTHS_OF_A_YEAR + self.first.month - 1
        high = self.last.year * MONTHS_OF_A_YEAR + self.last.month - 1
        months = range(-(-low // step) * step, high + 1, step)
        days = [
            date(month // MONTHS_OF_A_YEAR, month % MONTHS_OF_A_YEAR + 1, 1) for month in months
        ]
        return [day for day in days if self.first <= day <= self.last]


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places at least `gap` apart and inside the limits, as near to the true ones as can be.

    The least squares answer: take the needed gaps out, pool neighbours that are out of order to
    their mean, put the gaps back. `places` ascend; when they cannot all fit, `high` is overrun.
    """
    pools: list[tuple[float, int]] = []
    for index, place in enumerate(places):
        mean, count = place - index * gap, 1
        while pools and pools[-1][0] > mean:
            before, size = pools.pop()
            mean, count = (before * size + mean * count) / (size + count), size + count
        pools.append((mean, count))
    limit = max(high - (len(places) - 1) * gap, low)
    settled = [min(max(mean, low), limit) for mean, count in pools for _each in range(count)]
    return [place + index * gap for index, place in enumerate(settled)]


def lanes(spans: Sequence[tuple[float, float]]) -> list[int]:
    """Return the lowest free lane of each span `(from, to)`, in the order given."""
    ends: list[float] = []
    found = []
    for start, end in spans:
        lane = next((place for place, taken in enumerate(ends) if taken <= start), len(ends))
        if lane == len(ends):
            ends.append(end)
        else:
            ends[lane] = end
        found.append(lane)
    return found
