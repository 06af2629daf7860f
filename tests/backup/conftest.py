from pathlib import Path
from typing import Any

import pytest

from mmt.backup.key import make_key_file


@pytest.fixture
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place of its own for this installation: a secret, a key, a folder for backups."""
    settings.DATA_DIR = tmp_path / "data"
    (settings.DATA_DIR / "secrets").mkdir(parents=True)
    (settings.DATA_DIR / "secrets" / "secret-key").write_text("the secret of this clinic")
    make_key_file(tmp_path / "key")
    monkeypatch.setenv("BACKUP_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("BACKUP_DIR", str(tmp_path / "backups"))
    return tmp_path
