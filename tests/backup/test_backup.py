"""A backup taken while people write, brought back elsewhere; and what is not brought back."""

import random
import re
import resource
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
import time_machine
from django.core.management import CommandError
from django.db import DatabaseError, connection
from psycopg.conninfo import conninfo_to_dict

from mmt import triggers
from mmt.accounts.models import Clinic, User
from mmt.audit.models import AuditEvent
from mmt.audit.verify import broken_chains
from mmt.backup import archive, making, store
from mmt.backup.drill import address_of, events_since
from mmt.backup.erased import keep_erased
from mmt.backup.key import read_key
from mmt.backup.manifest import Manifest
from mmt.backup.problems import Damaged, Problem
from mmt.backup.restoring import facts_here
from patients.models import Patient
from tests.people import make_patient

from .elsewhere import elsewhere, manage, run, tell_erased

WRITERS = 3
COUNTS = """
    SELECT (SELECT count(*) FROM patients_patient),
           (SELECT count(*) FROM audit_auditevent WHERE action = 'patient_registered')
"""


@contextmanager
def writing(clinic: Clinic, by: User) -> Iterator[None]:
    """Register patients all the while, each with its words and its event in one transaction."""
    stop, some = threading.Event(), threading.Semaphore(0)

    def write() -> None:
        try:
            while not stop.is_set():
                make_patient(clinic, by)
                some.release()
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        for _patient in range(3 * WRITERS):
            assert some.acquire(timeout=60)
        yield
        assert some.acquire(timeout=60)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def counts(environment: dict[str, str]) -> list[int]:
    """Return how many patients another installation has, and how many its log tells of."""
    if url := environment.get("DATABASE_URL"):
        with psycopg.connect(url) as found:
            return list(found.execute(COUNTS.encode()).fetchall()[0])
    with closing(sqlite3.connect(Path(environment["DATA_DIR"]) / "mmt.sqlite3")) as file:
        return list(file.execute(COUNTS).fetchone())


@pytest.mark.django_db(transaction=True)
def test_a_backup_taken_during_writes_comes_back_whole(
    on_disk: str, place: Path, harbour: Clinic, physio: User
) -> None:
    with writing(harbour, physio):
        before = Patient.objects.count()
        assert "read back" in run("backup")
    after = Patient.objects.count()
    [file] = store.backups(place / "backups")
    sealed = file.read_bytes()
    assert b"SQLite format" not in sealed
    assert physio.email.encode() not in sealed

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_KEY_FILE", str(place / "of-this-place-alone"))
        tried = run("drill_restore")
    lost = re.search(r"(\d+) events of the audit log", tried)
    assert lost
    assert 0 < int(lost[1]) <= after - before

    tell_erased(uuid4(), harbour)
    keep_erased(file.parent, read_key())
    with elsewhere(place / "new") as environment:
        restored = manage(environment, "restore", file)
        assert restored.returncode == 0, restored.stderr
        assert "1 erased while or after it was made" in restored.stdout
        patients, events = counts(environment)
        assert before <= patients == events < after
        secret = (place / "new" / "secrets" / "secret-key").read_text()
        assert secret == "the secret of this clinic"


@pytest.mark.django_db(transaction=True)
def test_a_damaged_backup_and_a_place_with_people_are_left_alone(
    on_disk: str, place: Path, patient: Patient
) -> None:
    run("backup")
    [file] = store.backups(place / "backups")
    with pytest.raises(CommandError, match=r"1 people .* 1 patients") as refused:
        run("restore", file)
    assert refused.value.returncode == 6

    whole = file.read_bytes()
    chance = random.Random(7)  # noqa: S311
    for position in chance.sample(range(len(whole)), 25):
        broken = bytearray(whole)
        broken[position] ^= 1 << chance.randrange(8)
        file.write_bytes(broken)
        with pytest.raises(CommandError) as refused:
            run("drill_restore")
        assert refused.value.returncode == 4
    file.write_bytes(whole[:-1])
    with elsewhere(place / "new") as environment:
        refusal = manage(environment, "restore", file)
        assert (refusal.returncode, refusal.stdout) == (4, "")
        assert "damaged or not whole" in refusal.stderr
        assert not (place / "new" / "mmt.sqlite3").exists()


@pytest.mark.django_db(transaction=True)
def test_a_backup_never_overwrites_and_old_ones_go_when_it_stands(
    on_disk: str, place: Path, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = [place / "backups" / f"strength-2020010{day}T000000Z.backup" for day in (1, 2, 3)]
    # At noon: a minute later it is still the same day.
    with time_machine.travel(datetime.now(UTC).replace(hour=12)):
        run("backup")
    [first] = store.backups(place / "backups")
    for file in old:
        file.write_bytes(b"old")
    with (
        time_machine.travel(store.made_at(first), tick=False),
        pytest.raises(CommandError, match="Nothing was overwritten"),
    ):
        run("backup")
    assert all(file.exists() for file in old)
    monkeypatch.setenv("FACTOR_KEY", "kept in a vault")
    with time_machine.travel(store.made_at(first) + timedelta(minutes=1)):
        told = run("backup", "--keep-daily", 2, "--keep-weekly", 0)
    assert str(old[0]) in told
    assert "FACTOR_KEY comes from the environment" in told
    kept = store.backups(place / "backups")
    assert old[2] in kept
    assert old[0] not in kept
    assert not list((place / "data").glob(".backup-*"))
    assert not (place / "backups" / ".partial").exists()


@contextmanager
def no_room() -> Iterator[Callable[[int], None]]:
    """Yield what lets no file of this process grow any more, until the end: as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda _size: resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.django_db(transaction=True)
def test_a_disk_that_fills_up_in_the_middle_leaves_nothing_that_looks_whole(
    on_disk: str, place: Path, patient: Patient
) -> None:
    """At the first byte, then behind the database, then where the checksum should lie."""
    days = {"days": 7, "weeks": 5}
    made = making.make(read_key(), **days, progress=nobody_looks_on)
    before = sorted(file.name for file in made.file.parent.iterdir())
    with no_room() as fill:
        fill(0)
        with pytest.raises((Problem, DatabaseError)):
            making.make(read_key(), **days, progress=nobody_looks_on)
    with no_room() as fill, pytest.raises(Problem, match="cannot be written"):
        making.make(read_key(), **days, progress=fill)
    with time_machine.travel(made.manifest.made_at + timedelta(hours=1), tick=False):
        later = store.name_for(made.manifest.made_at + timedelta(hours=1))
        (made.file.parent / f"{later}.sha256").mkdir()
        with pytest.raises(Problem, match="cannot be written"):
            making.make(read_key(), **days, progress=nobody_looks_on)
        (made.file.parent / f"{later}.sha256").rmdir()
    assert sorted(file.name for file in made.file.parent.iterdir()) == before
    assert not list((place / "data").glob(".backup-*"))
    assert archive.check(made.file, read_key()) == made.manifest


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_an_older_version_comes_back_before_it_is_brought_up(
    on_disk: str, place: Path
) -> None:
    """Of one whose audit log had other columns than today's."""
    with elsewhere(place / "old") as old, elsewhere(place / "new") as new:
        begun = "from mmt.audit.models import Chain; Chain.objects.create(name='house')"
        for command in (["migrate", "audit", "0002"], ["shell", "-c", begun], ["backup"]):
            done = manage(old, *command)
            assert done.returncode == 0, done.stderr
        [file] = store.backups(place / "backups")
        restored = manage(new, "restore", file)
    assert restored.returncode == 0, restored.stderr
    assert "chains whole" not in restored.stdout
    assert "`manage.py verify_audit`" in restored.stdout


def test_a_drill_ends_as_the_restoring_did(
    place: Path, monkeypatch: pytest.MonkeyPatch, patient: Patient
) -> None:
    ended = subprocess.CompletedProcess([], 6, "", "The database holds 3 tables")
    manifest = Manifest(patient.registered_at, "1.0", "sqlite", "", facts_here(), {})
    monkeypatch.setattr(archive, "check", lambda *_given: manifest)
    monkeypatch.setattr("mmt.backup.drill.subprocess.run", lambda *_given, **_more: ended)
    with pytest.raises(CommandError, match="cannot be brought back") as refused:
        run("drill_restore", place / "some.backup")
    assert refused.value.returncode == 6


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///name?host=/var/run/postgresql",
        "postgresql://who:p%40ss@db:5433/name?sslmode=require",
        "postgres://db/name",
    ],
)
def test_an_address_stays_one_that_psycopg_takes(url: str) -> None:
    assert address_of(urlsplit(url)) == url
    assert conninfo_to_dict(address_of(urlsplit(url)))["dbname"] == "name"


def nobody_looks_on(_size: int) -> None:
    """Nobody looks on."""


def test_a_log_that_was_rewritten_since_the_backup_is_told(patient: Patient, physio: User) -> None:
    manifest = Manifest(patient.registered_at, "1.0", connection.vendor, "", facts_here(), {})
    assert events_since(manifest) == 0
    make_patient(patient.clinic, physio)
    assert events_since(manifest) == 1
    with triggers.lifted():
        AuditEvent.objects.filter(patient_id=patient.pk).update(hash="0" * 64)
    with pytest.raises(Damaged, match="not the one of the backup"):
        events_since(manifest)


def test_words_that_went_without_an_erasure_break_the_chain(patient: Patient) -> None:
    assert list(broken_chains()) == []
    [event] = AuditEvent.objects.filter(patient_id=patient.pk)
    with triggers.lifted():
        gone = {"detail": {}, "salt": "", "erased_hash": event.detail_hash()}
        AuditEvent.objects.filter(pk=event.pk).update(**gone)
    [problem] = broken_chains()
    assert "was not erased" in problem


def test_without_a_key_there_is_no_backup(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_KEY_FILE", "")
    with pytest.raises(CommandError, match="Backups need a key"):
        run("backup")
