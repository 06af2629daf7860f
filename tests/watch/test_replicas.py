"""How late standbys are. With real ones: docs/deploy.md says what was tried."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASKED = """
import django
django.setup()
from mmt.watch.replicas import lags
print(list(lags()))
"""


def test_a_standby_that_is_away_is_told_and_stops_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED],
        cwd=ROOT,
        env={
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "mmt.settings",
            "STANDBY_URL": "postgresql://u:p@127.0.0.1:1/mmt",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[Lag(replica='standby', seconds=None, bytes=None, up=False)]\n"
