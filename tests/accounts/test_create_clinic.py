"""Founding a clinic from the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Permission
from mmt.audit.models import Action, AuditEvent

PASSWORD = "a long enough passphrase"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(PASSWORD + "\n"))


def create(**options: str) -> None:
    known = {"time_zone": "Europe/Dublin", "administrator": "Ada@Quay.example"}
    call_command("create_clinic", "Quay Clinic", **known | options, stdout=StringIO())


def test_a_clinic_begins_with_an_administrator(db: None, typed: None) -> None:
    create()
    person = User.objects.get(email="ada@quay.example")
    assert person.check_password(PASSWORD)
    assert person.can(Permission.MANAGE_TEAM, Clinic.objects.get(slug="quay-clinic"))
    assert AuditEvent.objects.get().action == Action.CLINIC_CREATED


def test_a_wrong_time_zone_is_named_and_nothing_is_kept(db: None, typed: None) -> None:
    with pytest.raises(CommandError, match="time_zone: Atlantis is not a time zone"):
        create(time_zone="Atlantis")
    assert not Clinic.objects.exists()
    assert not User.objects.exists()


def test_a_short_password_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("short\n"))
    with pytest.raises(CommandError, match="too short"):
        create()
    assert not User.objects.exists()


def test_real_people_do_not_move_in_with_the_demonstration(db: None, typed: None) -> None:
    Clinic.objects.create(name="Demo", slug="demo", time_zone="UTC", is_demo=True)
    with pytest.raises(CommandError, match="demonstration"):
        create()
    assert not User.objects.exists()
