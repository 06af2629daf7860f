"""Interleaved rounds of what is measured and of what it is measured against."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median, quantiles

Work = Callable[[], object]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: medians and the middle half of the rounds, in milliseconds.

    `limit` and `ratio` are None where a figure stands alone; `target` is in words.
    """

    job: str
    median: float
    low: float
    high: float
    limit: float | None
    ratio: float | None
    target: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def compare(
    job: str,
    work: Work,
    limit: Work | None = None,
    *,
    rounds: int = 30,
    target: str = "",
    clock: Clock = time.perf_counter,
) -> Row:
    """Run both in turn, after one round to warm up, and return the row."""
    ours, limits = [], []
    for number in range(rounds + 1):
        for kept, run in ((ours, work), (limits, limit)):
            if run is None:
                continue
            began = clock()
            run()
            if number:
                kept.append((clock() - began) * 1000)
    low, _middle, high = quantiles(ours, n=4)
    beside = median(limits) if limits else None
    return Row(
        job, median(ours), low, high, beside, median(ours) / beside if beside else None, target
    )


def cpu(job: str, work: Work, *, rounds: int = 30, target: str = "") -> Row:
    """Return the row of the processor time that this process spends."""
    return compare(job, work, rounds=rounds, target=target, clock=time.process_time)
