"""The log read again: whole, or broken at a named place, whatever was done to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from mmt.accounts.models import Clinic, User
from mmt.audit import verify
from mmt.audit.alarms import acknowledge, open_alarms
from mmt.audit.log import HOUSE, record
from mmt.audit.models import Action, Alarm, AuditEvent
from mmt.audit.verify import Fault, Reading, verify_daily

from . import tampering


@pytest.fixture
def chain(harbour: Clinic, physio: User) -> str:
    """A chain of five events."""
    for rows in range(5):
        record(Action.EXPORTED, by=physio, clinic_id=harbour.pk, detail={"rows": rows})
    return str(harbour.pk)


def breaks(chain: str, seal: tuple[int, str] | None = None) -> list[tuple[int, Fault]]:
    reading = Reading(chain, seal)
    assert list(reading.pages())[-1:] in ([reading.read], [])
    return [(each.sequence, each.fault) for each in reading.breaks]


@pytest.mark.parametrize("at_once", [1, 2, 5, 2_000])
def test_a_whole_chain_is_read_to_its_end(
    chain: str, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "AT_ONCE", at_once)
    reading = Reading(chain)
    assert list(reading.pages())[-1] == 5
    assert (reading.breaks, reading.head[0]) == ([], 5)


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (tampering.edit, (3, Fault.CHANGED)),
        (tampering.edit_with_its_hash, (4, Fault.UNLINKED)),
        (tampering.delete, (3, Fault.MISSING)),
        (tampering.delete_the_first, (1, Fault.MISSING)),
        (tampering.insert, (4, Fault.UNLINKED)),
        (tampering.add, (6, Fault.NOT_THE_HEAD)),
        (tampering.reorder, (2, Fault.UNLINKED)),
        (tampering.truncate, (4, Fault.MISSING)),
        (tampering.empty, (1, Fault.MISSING)),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_tampering_is_found_at_its_first_place(
    chain: str, tamper: Callable[[str], None], found: tuple[int, Fault]
) -> None:
    tampering.drop_triggers()
    tamper(chain)
    assert breaks(chain)[0] == found
    with pytest.raises(CommandError) as ended:
        call_command("verify_audit", clinic="harbour")
    assert ended.value.returncode == 1


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (tampering.truncate_with_its_head, (4, Fault.MISSING)),
        (tampering.empty_with_its_head, (1, Fault.MISSING)),
        (tampering.write_anew, (5, Fault.NOT_SEALED)),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_what_fits_in_itself_is_found_by_the_seal_of_an_earlier_check(
    chain: str, tamper: Callable[[str], None], found: tuple[int, Fault], tmp_path: Path
) -> None:
    seen = tmp_path / "witness"
    call_command("verify_audit", witness=seen)
    list(verify_daily())
    tampering.drop_triggers()
    tamper(chain)
    assert breaks(chain) == []
    list(verify_daily())
    [alarm] = Alarm.objects.all()
    assert alarm.key == f"audit:{chain}:{found[0]}:{found[1]}"
    AuditEvent.objects.filter(chain=HOUSE).delete()  # the seals too
    with pytest.raises(CommandError):
        call_command("verify_audit", clinic="harbour", witness=seen)


def test_the_command_names_the_clinic_and_the_first_broken_place(
    chain: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_audit")
    assert "5 events in 1 chains: whole." in capsys.readouterr().out
    tampering.drop_triggers()
    tampering.edit(chain)
    with pytest.raises(CommandError, match="1 of 1 chains broken"):
        call_command("verify_audit")
    said = capsys.readouterr().err
    assert said == f"Harbour Test ({chain}): Event 3 was changed after it was written.\n"


@pytest.mark.usefixtures("chain")
def test_options_of_the_command_that_make_no_sense_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "witness"
    broken.write_text("[1]")
    nowhere = tmp_path / "nope" / "witness"
    for options, said in (
        ({"clinic": "nowhere"}, "--clinic: one of harbour"),
        ({"witness": broken}, "--witness: "),
        ({"witness": tmp_path}, f"--witness: .*'{tmp_path}'"),
        ({"witness": nowhere}, f"--witness: {nowhere.parent} is no folder"),
    ):
        with pytest.raises(CommandError, match=said) as ended:
            call_command("verify_audit", **options)
        assert ended.value.returncode == 2


@pytest.mark.usefixtures("chain")
def test_a_witness_that_cannot_be_written_is_named() -> None:
    with pytest.raises(CommandError, match=r"--witness: .*'/proc/witness'") as ended:
        call_command("verify_audit", witness=Path("/proc/witness"))
    assert ended.value.returncode == 2


def test_a_break_alarms_once_until_somebody_says_why_it_may_go(chain: str, admin: User) -> None:
    tampering.drop_triggers()
    tampering.edit(chain)
    for _day in range(2):
        list(verify_daily())
    [alarm] = open_alarms([chain])
    assert alarm.said == "The audit log is broken. Event 3 was changed after it was written."
    for _click in range(2):
        acknowledge(alarm, reason="A restore from Monday.", by=admin)
    list(verify_daily())
    assert not open_alarms([chain]).exists()
    told = AuditEvent.objects.filter(action=Action.ALARM_ACKNOWLEDGED, actor_id=admin.pk)
    assert [event.detail["reason"] for event in told] == ["A restore from Monday."]
    tampering.delete(chain)  # another break is another alarm
    list(verify_daily())
    assert open_alarms([chain]).count() == 1


def test_what_is_written_while_a_chain_is_read_is_read_too(
    chain: str, physio: User, harbour: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "AT_ONCE", 2)
    reading = Reading(chain)
    for _events in reading.pages():
        if reading.read < 8:
            with transaction.atomic():
                record(Action.EXPORTED, by=physio, clinic_id=harbour.pk)
    assert (reading.breaks, reading.read) == ([], reading.head[0])
    assert reading.read > 5


def test_words_that_went_without_an_erasure_are_missed(harbour: Clinic, physio: User) -> None:
    told = record(
        Action.PATIENT_EDITED,
        by=physio,
        clinic_id=harbour.pk,
        patient_id=uuid4(),
        detail={"family_name": "Sample"},
    )
    assert breaks(str(harbour.pk)) == []
    tampering.drop_triggers()
    blank = {"detail": {}, "salt": "", "erased_hash": told.detail_hash()}
    AuditEvent.objects.filter(pk=told.pk).update(**blank)
    assert breaks(str(harbour.pk)) == [(1, Fault.WORDLESS)]
