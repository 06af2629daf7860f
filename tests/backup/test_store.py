"""Which backups are kept, and what the folder refuses."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mmt.backup import store
from mmt.backup.problems import Busy, DiskFull

NOW = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)  # a Wednesday


def named(hours_ago: int) -> Path:
    return Path("/backups") / store.name_for(NOW - timedelta(hours=hours_ago))


def test_the_newest_of_each_day_and_week_stay() -> None:
    every_12_hours = [named(hours) for hours in range(0, 24 * 40, 12)]
    surplus = store.surplus(every_12_hours, days=3, weeks=3)
    kept = [store.made_at(file) for file in every_12_hours if file not in surplus]
    assert [f"{moment:%a %d %H:%M}" for moment in kept] == [
        "Wed 11 02:30",  # of today and of this week
        "Tue 10 14:30",
        "Mon 09 14:30",
        "Sun 08 14:30",  # of last week
        "Sun 01 14:30",
    ]


def test_the_newest_of_all_stays_whatever_is_asked() -> None:
    files = [named(1), named(2)]
    assert store.surplus(files, days=0, weeks=0) == [files[1]]
    assert store.surplus([], days=7, weeks=5) == []


def test_days_without_a_backup_do_not_count() -> None:
    files = [named(24 * days) for days in (0, 5, 30)]
    assert store.surplus(files, days=3, weeks=0) == []


def test_only_backups_are_counted_and_newest_is_first(tmp_path: Path) -> None:
    names = [named(5).name, named(1).name]
    for name in [*names, "strength-x.backup", "notes.txt", f"{names[0]}.sha256"]:
        (tmp_path / name).touch()
    assert [file.name for file in store.backups(tmp_path)] == [names[1], names[0]]
    assert store.newest(tmp_path).name == names[1]


def test_two_do_not_work_in_one_folder(tmp_path: Path) -> None:
    with store.alone(tmp_path), pytest.raises(Busy), store.alone(tmp_path):
        pass
    with store.alone(tmp_path):
        pass


def test_too_little_room_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match="too full"):
        store.check_room(tmp_path, shutil.disk_usage(tmp_path).free)
    store.check_room(tmp_path, 1)
