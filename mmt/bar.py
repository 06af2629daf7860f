"""How far a command is: a bar on a terminal, a line now and then anywhere else."""

import time

from django.core.management.base import OutputWrapper

WIDTH = 30
SECONDS_ON_A_TERMINAL, SECONDS_IN_A_LOG = 0.1, 5.0


class Bar:
    def __init__(self, out: OutputWrapper, total: int, what: str = "rows") -> None:
        self.out, self.total, self.what = out, total, what
        self.redrawn = out.isatty()
        self.every = SECONDS_ON_A_TERMINAL if self.redrawn else SECONDS_IN_A_LOG
        self.shown = time.monotonic()

    def show(self, done: int) -> None:
        """Show how many are done, if the last time is long enough ago."""
        now = time.monotonic()
        if now - self.shown < self.every:
            return
        self.shown = now
        self.out.write(self._line(done), ending="\r" if self.redrawn else "\n")
        self.out.flush()

    def end(self) -> None:
        """Leave the place to what is said next."""
        if self.redrawn:
            self.out.write(" " * len(self._line(self.total)), ending="\r")

    def _line(self, done: int) -> str:
        part = done / self.total if self.total else 1.0
        full = round(part * WIDTH)
        bar = "#" * full + "." * (WIDTH - full)
        return f"[{bar}] {part:4.0%}  {done:,} of {self.total:,} {self.what}"
