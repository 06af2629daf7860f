"""The list of who was erased, beside the backups: kept, told of, set aside."""

import os
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from mmt.accounts.models import Clinic
from mmt.backup import store
from mmt.backup.erased import NAME, erased_since, keep_erased
from mmt.backup.key import read_key
from patients.models import Patient

from .elsewhere import elsewhere, manage, run, tell_erased


@pytest.mark.django_db(transaction=True)
def test_a_list_of_the_erased_under_another_key_is_named_and_all_comes_back(
    on_disk: str, place: Path, patient: Patient
) -> None:
    run("backup")
    [file] = store.backups(place / "backups")
    tell_erased(patient.pk, patient.clinic)
    keep_erased(file.parent, os.urandom(32))
    with elsewhere(place / "new") as environment:
        restored = manage(environment, "restore", file)
        assert restored.returncode == 0, restored.stderr
        assert "Restored as of" in restored.stdout
        assert f"is not known: {file.parent / NAME} is damaged, or under" in restored.stderr


@pytest.mark.django_db(transaction=True)
def test_a_damaged_list_of_the_erased_is_set_aside_and_made_anew(
    on_disk: str, place: Path, patient: Patient
) -> None:
    tell_erased(patient.pk, patient.clinic)
    with time_machine.travel(datetime(2026, 1, 5, tzinfo=UTC)):
        run("backup")
    file = place / "backups" / NAME
    file.write_bytes(file.read_bytes()[:-1])
    told = StringIO()
    call_command("backup", stdout=StringIO(), stderr=told)
    [old] = file.parent.glob(f"{NAME}.before-*")
    assert f"{old}  set aside" in told.getvalue()
    assert erased_since(file.parent, datetime(2025, 1, 1, tzinfo=UTC), read_key()) == 1


def test_who_was_erased_since_is_told_and_erased_again(
    place: Path, patient: Patient, harbour: Clinic
) -> None:
    """The list outlives the database that knew of it, and a change of key."""
    backups = place / "backups"
    backups.mkdir()
    with time_machine.travel(datetime(2026, 1, 5, tzinfo=UTC)):
        tell_erased(patient.pk, harbour)
    keep_erased(backups, os.urandom(32))
    keep_erased(backups, read_key())
    key = read_key()
    assert erased_since(backups, datetime(2026, 1, 4, tzinfo=UTC), key) == 1
    assert erased_since(backups, datetime(2026, 1, 6, tzinfo=UTC), key) == 0
    file = backups / NAME
    assert "1 of 1 are here" in run("erase_again", file)
    assert Patient.objects.filter(pk=patient.pk).exists()
    assert "1 erased again, of 1" in run("erase_again", file, "--erase")
    assert not Patient.objects.filter(pk=patient.pk).exists()
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(CommandError, match="damaged"):
        run("erase_again", file)


def test_who_was_being_erased_while_it_was_made_is_told_of(
    place: Path, patient: Patient, harbour: Clinic
) -> None:
    """The backup saw nothing of what was not committed yet."""
    backups, began = place / "backups", datetime(2026, 1, 5, tzinfo=UTC)
    backups.mkdir()
    with time_machine.travel(began):
        tell_erased(patient.pk, harbour)
    keep_erased(backups, read_key())
    told = [erased_since(backups, began + timedelta(minutes=late), read_key()) for late in (5, 90)]
    assert told == [1, 0]
