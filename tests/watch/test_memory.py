"""What nobody asks for takes no memory: a small clinic's machine has little."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WHEN_ASKED = ("prometheus_client", "psycopg", "python_calamine", "typst", "xlsxwriter")
SERVED = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "mmt.settings"
import django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
import mmt.jobs.worker
print(*sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[1:])))
"""


def test_heavy_libraries_are_loaded_when_somebody_asks(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SERVED, *WHEN_ASKED],
        cwd=ROOT,
        env={"DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
