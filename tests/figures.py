"""Measured figures in docs/performance.md: each set stands between two comments of its name."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


def write_figures(name: str, text: str) -> None:
    """Replace what stands between `<!-- name begin -->` and `<!-- name end -->`."""
    begin, end = f"<!-- {name} begin -->", f"<!-- {name} end -->"
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    day = datetime.now(UTC).date().isoformat()
    before, _begin, rest = PAGE.read_text().partition(begin)
    _old, _end, after = rest.partition(end)
    measured = f"Measured {day} on {machine}."
    PAGE.write_text(f"{before}{begin}\n\n{measured}\n\n{text.strip()}\n\n{end}{after}")
