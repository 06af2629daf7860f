"""What a run measured: how long people waited, what went wrong, what the servers took."""

import asyncio
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

LOOK_SECONDS = 2.0


@dataclass
class Figures:
    """`waits` in seconds by kind of request; `errors` by kind and what came instead."""

    waits: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    repeats: Counter[str] = field(default_factory=Counter)
    longest_gap: float = 0.0

    def rows(self) -> list[str]:
        """Return a table: a line for each kind."""
        lines = [
            "| request | how many | p50 ms | p95 ms | p99 ms | errors |",
            "|---|---|---|---|---|---|",
        ]
        failed = Counter(kind for kind, _what in self.errors.elements())
        for kind in sorted({*self.waits, *failed}):
            waits = self.waits[kind]
            shown = [f"{1000 * percentile(waits, part):.0f}" for part in (0.5, 0.95, 0.99)]
            lines.append(f"| {kind} | {len(waits)} | {' | '.join(shown)} | {failed[kind]} |")
        everything = [wait for waits in self.waits.values() for wait in waits]
        shown = [f"{1000 * percentile(everything, part):.0f}" for part in (0.5, 0.95, 0.99)]
        total = f"| all | {len(everything)} | {' | '.join(shown)} | {failed.total()} |"
        return [*lines, total]


def percentile(waits: list[float], part: float) -> float:
    """Return the wait that this part of all does not exceed; 0 of none."""
    ordered = sorted(waits)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


class Memory:
    """What processes hold, in MB, looked at now and then (Linux)."""

    def __init__(self, pids: list[int]) -> None:
        self.pids = pids
        self.seen: list[float] = []

    async def watch(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.seen.append(sum(map(_resident, self.pids)) / 1024)
            await asyncio.sleep(LOOK_SECONDS)

    def told(self) -> str:
        """Return the mean of the second and of the last quarter: the first warms up."""
        quarter = len(self.seen) // 4
        if not quarter:
            return "too short to tell"
        second, last = self.seen[quarter : 2 * quarter], self.seen[-quarter:]
        return f"{sum(second) / quarter:.0f} MB, then {sum(last) / quarter:.0f} MB"


def _resident(pid: int) -> int:
    """Return the kB that a process has in memory; 0 once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
