"""A wrong setting or an unusable place is one line; a fault of the code keeps its traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction

from mmt.mistakes import line, run

ROOT = Path(__file__).resolve().parents[1]
OF_TESTS = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}


def manage(place: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as a process of its own, under the mask that most people have."""
    kept = {name: value for name, value in os.environ.items() if name not in OF_TESTS}
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *arguments],
        env=kept | {"DATA_DIR": str(place)} | settings,
        umask=0o022,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("DATABASE_URL", "postgresql://mmt@127.0.0.1:1/x"),
        ("DATA_DIR", "/proc/nope"),
        ("DATABASE_URL", "sqlite:///dev/null/x"),
        ("LOG_LEVEL", "foo"),
        ("FHIR_CODES_FILE", "/nope"),
    ],
)
def test_what_is_wrong_with_the_place_is_one_line_that_names_the_setting(
    name: str, word: str, tmp_path: Path
) -> None:
    done = manage(tmp_path, "showmigrations", **{name: word})
    assert done.returncode == 1
    assert (done.stderr.count("\n"), name in done.stderr) == (1, True), done.stderr
    traced = manage(tmp_path, "showmigrations", "--traceback", **{name: word})
    assert traced.stderr.startswith("Traceback")


def test_a_place_that_was_never_migrated_says_so_once_and_ends(tmp_path: Path) -> None:
    for command in (["work", "--until-idle"], ["verify_audit"]):
        done = manage(tmp_path, *command)
        assert done.returncode == 1
        assert (done.stderr.count("\n"), "run `manage.py migrate`" in done.stderr) == (1, True)


def test_nobody_else_on_the_machine_reads_what_is_kept(tmp_path: Path) -> None:
    place = tmp_path / "place"
    assert manage(place, "migrate", "jobs", "0001").returncode == 0
    found = [place, *place.rglob("*")]
    assert place / "mmt.sqlite3" in found
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in found} == {
        path.name: "0o0" for path in found
    }


def test_another_web_server_keeps_it_so(tmp_path: Path) -> None:
    asked = "import os, mmt.wsgi; print(oct(os.umask(0)))"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(tmp_path)},
        umask=0o022,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "0o77\n"


def test_a_file_is_named_and_a_fault_without_words_is_not_hidden() -> None:
    assert line(PermissionError(13, "Permission denied", "/nope/w")) == "/nope/w: Permission denied"
    assert line(ImproperlyConfigured("WORKERS must be 0 or more.")) == "WORKERS must be 0 or more."
    assert line(OSError()) is None


@pytest.mark.django_db
def test_a_wrong_statement_is_a_fault_of_the_code_a_missing_table_is_none() -> None:
    for statement, told in (("SELEC 1", False), ("SELECT 1 FROM nowhere", True)):
        with (
            pytest.raises(DatabaseError) as problem,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert (line(problem.value) is not None) is told


def test_other_faults_of_a_command_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_arguments: list[str]) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr("mmt.mistakes.execute_from_command_line", fails)
    with pytest.raises(ValueError, match="a fault"):
        run(["manage.py", "check"])
