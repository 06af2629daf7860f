"""A database of an earlier version comes up to date, its triggers in place before and after."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
# After it, a migration rebuilds the table of assessments, which triggers of other tables ask.
EARLIER = "0005_entry_order"


def migrate(folder: Path, *target: str) -> set[str]:
    """Migrate the database of a folder; return the names of its triggers."""
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    env |= {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "mmt.settings"}
    command = [sys.executable, "manage.py", "migrate", "-v0", *target]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(next(folder.glob("*.sqlite3"))) as database:
        found = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in found}


def test_an_earlier_database_comes_up_to_date(tmp_path: Path) -> None:
    earlier = migrate(tmp_path, "assessments", EARLIER)
    assert "score_added_under_a_signature_insert" in earlier
    latest = migrate(tmp_path)
    assert latest > earlier
    assert "blind_pair_of_two_testers_and_one_test_insert" in latest
