import io
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper

from assessments.exchange.dictionary import markdown
from assessments.exchange.selection import Shape
from assessments.management.commands import export_scores
from assessments.models import SavedQuestion
from mmt.accounts.models import Clinic, User
from mmt.audit.models import Action, AuditEvent
from mmt.bar import Bar
from patients.models import Patient
from tests.people import grade, make_signed

from .files import as_bytes, read

KNEE = ("knee_extension", "right")


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Return a function that runs the command and gives the file and what was said."""

    def command(*options: str, output: Path | None = None) -> tuple[bytes, str]:
        file, said = output or tmp_path / "scores.csv", io.StringIO()
        call_command("export_scores", *options, "--output", str(file), stderr=said)
        return file.read_bytes(), said.getvalue()

    return command


@pytest.fixture
def visit(patient: Patient, physio: User) -> None:
    make_signed(patient, physio, {KNEE: grade(0)})


@pytest.mark.usefixtures("visit")
def test_it_writes_the_same_file_as_the_page(harbour: Clinic, run: Any) -> None:
    file, said = run("--clinic", "harbour")
    assert file == as_bytes(harbour)
    assert "1 rows of 1 visits" in said


@pytest.mark.usefixtures("visit")
def test_it_takes_the_same_choices(run: Any) -> None:
    options = "--clinic harbour --from 2020-01-01 --to 2200-12-31 --battery ms_clinic_screen"
    file, _said = run(*options.split(), "--layout", "wide", "--bom", "--status", "recorded")
    [row] = read(file)
    assert file.startswith(b"\xef\xbb\xbf")
    assert row["knee_extension_right"] == "0"
    blanks, _said = run("--clinic", "harbour", "--blanks")
    assert len(read(blanks)) == 24


@pytest.mark.usefixtures("visit")
def test_the_log_names_the_command_line(run: Any) -> None:
    run("--clinic", "harbour")
    [event] = AuditEvent.objects.filter(action=Action.EXPORTED)
    assert (event.actor, event.actor_id, event.detail["rows"]) == ("command line", None, 1)


@pytest.mark.usefixtures("visit")
def test_only_its_owner_can_read_the_file(run: Any, tmp_path: Path) -> None:
    run("--clinic", "harbour", "--verbosity", "0")
    assert stat.S_IMODE((tmp_path / "scores.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--clinic"),
        (["--clinic", "nowhere"], "Clinics: harbour"),
        (["--clinic", "harbour", "--from", "yesterday"], "--from: Enter a valid date"),
        (["--clinic", "harbour", "--from", "2026-02-02", "--to", "2026-02-01"], "--to:"),
        (["--clinic", "harbour", "--battery", "no such"], "--battery:"),
    ],
)
@pytest.mark.usefixtures("harbour")
def test_options_that_make_no_sense_are_named(options: list[str], said: str, run: Any) -> None:
    with pytest.raises(CommandError, match=said) as problem:
        run(*options)
    assert problem.value.returncode == 2
    assert not AuditEvent.objects.filter(action=Action.EXPORTED).exists()


@pytest.mark.usefixtures("visit")
def test_a_failed_export_leaves_the_old_file_and_no_half_one(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scores.csv").write_text("old")

    def broken(_export: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(export_scores.Export, "blocks", broken)
    with pytest.raises(CommandError, match="No space left") as problem:
        run("--clinic", "harbour")
    assert problem.value.returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["scores.csv"]
    assert (tmp_path / "scores.csv").read_text() == "old"


@pytest.mark.usefixtures("harbour")
def test_a_place_that_cannot_be_written_to_is_said(run: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file") as problem:
        run("--clinic", "harbour", output=tmp_path / "none" / "scores.csv")
    assert problem.value.returncode == 1


@pytest.mark.usefixtures("harbour")
def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    call_command("export_scores", "--clinic", "harbour", "--output", str(pipe), verbosity=0)
    assert os.read(reader, 6) == b"clinic"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_it_writes_the_data_dictionary(run: Any) -> None:
    file, _said = run("--dictionary")
    assert file.decode() == markdown()


@pytest.mark.usefixtures("harbour")
def test_measurements_come_by_their_own_name_or_as_a_layout(run: Any) -> None:
    own, _said = run("--clinic", "harbour", "--measurements")
    layout, _said = run("--clinic", "harbour", "--layout", "measurements")
    assert own == layout
    assert b",trials_n,dynamometer," in own


@pytest.mark.usefixtures("visit")
def test_every_kind_of_file_is_the_one_of_the_page(harbour: Clinic, run: Any) -> None:
    for kind in ("xlsx", "jsonl", "redcap"):
        file, _said = run("--clinic", "harbour", "--format", kind)
        assert file == as_bytes(harbour, Shape(format=kind))
    file, _said = run("--clinic", "harbour", "--format", "zip", "--parts", "csv-wide,csv-long")
    assert file == as_bytes(harbour, Shape(format="zip", parts=("csv-long", "csv-wide")))


@pytest.mark.usefixtures("visit")
def test_people_a_movement_and_a_question_can_be_chosen(
    harbour: Clinic, physio: User, run: Any
) -> None:
    saved = SavedQuestion.objects.create(owner=physio, name="Weaker", query="direction=fell")
    hidden, _said = run("--clinic", "harbour", "--deidentified")
    assert hidden == as_bytes(harbour, deidentified=True)
    other, _said = run("--clinic", "harbour", "--movement", "hip_flexion,ankles")
    weaker, _said = run("--clinic", "harbour", "--question", str(saved.pk))
    assert read(other) == read(weaker) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--format", "zip"], "--parts: Tick at least one file"),
        (["--format", "zip", "--parts", "csv-long,pdf"], "--parts:"),
        (["--movement", "no such"], "--movement:"),
        (["--question", "no such"], "--question:"),
    ],
)
@pytest.mark.usefixtures("harbour")
def test_choices_of_a_file_that_make_no_sense_are_named(
    options: list[str], said: str, run: Any
) -> None:
    with pytest.raises(CommandError, match=said) as problem:
        run("--clinic", "harbour", *options)
    assert problem.value.returncode == 2


def test_a_bar_is_redrawn_on_a_terminal_and_a_line_now_and_then_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bar = "[########......................]"
    for terminal, ending in ((True, "\r"), (False, "\n")):
        said = io.StringIO()
        monkeypatch.setattr(said, "isatty", lambda terminal=terminal: terminal)
        shown = Bar(OutputWrapper(said), 2000)
        shown.every = -1
        shown.show(500)
        assert said.getvalue() == f"{bar}  25%  500 of 2,000 rows{ending}"
