"""Runs every job on SQLite and PostgreSQL; `--write` puts the figures into docs/performance.md."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import postgres
from tests.figures import write_figures

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> None:
    arguments = argparse.ArgumentParser(prog="make bench", description=__doc__)
    arguments.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments.add_argument("--rows", type=int, default=200_000, help="rows of the export")
    arguments.add_argument("--json", type=Path, help="write the figures to this file too")
    wanted = arguments.parse_args()
    found = {"SQLite": _measure({}, wanted.rows)}
    if postgres.programs():
        with postgres.throwaway(durable=True) as url:
            found["PostgreSQL"] = _measure({"DATABASE_URL": url}, wanted.rows)
    text = "\n".join(_table(name, rows) for name, rows in found.items())
    print(text)
    if wanted.json:
        wanted.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    if wanted.write:
        write_figures("figures", text)


def _measure(environment: dict[str, str], rows: int) -> list[dict]:
    """Run the jobs in a process of their own over a database of their own."""
    with tempfile.TemporaryDirectory() as folder:
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        result = Path(folder) / "figures.json"
        subprocess.run(
            [sys.executable, "-m", "tests.bench.jobs", str(rows), str(result)],
            cwd=ROOT,
            env={**inherited, "DATA_DIR": folder, **environment},
            check=True,
        )
        return json.loads(result.read_text())


def _table(name: str, rows: list[dict]) -> str:
    lines = [
        f"### {name}",
        "",
        "| job | median ms | middle half | limit ms | ratio | target |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        limit = "" if row["limit"] is None else f"{row['limit']:.2f}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.1f}"
        lines.append(
            f"| {row['job']} | {row['median']:.2f} | {row['low']:.2f} to {row['high']:.2f} "
            f"| {limit} | {ratio} | {row['target']} |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
