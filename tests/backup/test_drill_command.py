"""`manage.py drill_restore` where the server to try a backup on cannot be asked."""

from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from mmt.management.commands import drill_restore


def test_a_database_that_is_not_there_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_file: Path, _key: bytes) -> None:
        raise psycopg.OperationalError('database "nowhere" does not exist')

    monkeypatch.setattr(drill_restore, "read_key", lambda: b"")
    monkeypatch.setattr(drill_restore, "try_out", away)
    with pytest.raises(CommandError) as told:
        call_command("drill_restore", "a-backup")
    assert str(told.value) == 'DATABASE_URL: database "nowhere" does not exist'
    assert told.value.returncode == 1
