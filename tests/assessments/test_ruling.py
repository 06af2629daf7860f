"""Setting a clinic's change rule: what is written, told and judged anew, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assessments import change, ruling
from assessments.models import Progress
from assessments.rules import listed, rule_of
from mmt.accounts.models import Clinic, User
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.plain_history import graded, not_done, visit
from tests.people import grade, make_signed

HIP, KNEE, GRIP = ("hip_flexion", "right"), ("knee_extension", "left"), ("grip", "left")


def set_rule(clinic: Clinic, by: User, *, seen: str = "", **wanted: Any) -> bool:
    """Set these, the other settings as `clinic` has them, and read the clinic again."""
    stands = {name: getattr(clinic, name) for name in ruling.SETTINGS}
    seen = seen or ruling.state_of(clinic)
    is_changed = ruling.set_rule(clinic, stands | wanted, seen=seen, by=by)
    clinic.refresh_from_db()
    return is_changed


def told() -> list[dict[str, Any]]:
    events = AuditEvent.objects.filter(action=Action.CLINIC_CHANGED).order_by("sequence")
    return list(events.values_list("detail", flat=True))


@pytest.fixture
def fell_by_a_grade(patient: Patient, physio: User) -> Patient:
    """4 and then 3: changed, by the rule as it comes."""
    now = timezone.now()
    for days, level in ((200, 9), (1, 6)):
        make_signed(patient, physio, {HIP: grade(level)}, tested_at=now - timedelta(days=days))
    return patient


def test_thresholds_of_the_action_are_those_of_the_rule() -> None:
    fields = set(change.Rule.__dataclass_fields__) - {"version"}
    assert set(ruling.THRESHOLDS) == fields


def test_a_new_threshold_is_a_new_version(harbour: Clinic, admin: User) -> None:
    assert set_rule(harbour, admin, changed_from=6, relapse_days=60)
    rule = rule_of(harbour)
    assert (rule.changed_from, rule.relapse_days, rule.version) == (6, 60, 2)


def test_it_tells_what_was_before_and_after(harbour: Clinic, admin: User) -> None:
    set_rule(harbour, admin, changed_from=6, change_flags=False)
    assert told() == [
        {
            "before": {"changed_from": 3, "change_flags": True, "version": 1},
            "after": {"changed_from": 6, "change_flags": False, "version": 2},
        }
    ]
    event = AuditEvent.objects.get(action=Action.CLINIC_CHANGED)
    assert (event.actor_id, event.chain, event.target) == (admin.pk, str(harbour.pk), event.chain)


def test_everybody_of_the_clinic_is_judged_anew(
    fell_by_a_grade: Patient, harbour: Clinic, admin: User
) -> None:
    assert Progress.objects.get().flag == "changed"
    set_rule(harbour, admin, changed_from=4)
    assert Progress.objects.get().flag == "watch"
    set_rule(harbour, admin, changed_from=3)
    assert Progress.objects.get().flag == "changed"


def test_another_clinic_keeps_its_rule_and_its_flags(
    fell_by_a_grade: Patient, hillside: Clinic, harbour: Clinic, admin: User
) -> None:
    set_rule(hillside, admin, changed_from=9)
    harbour.refresh_from_db()
    assert (harbour.changed_from, harbour.change_rule_version) == (3, 1)
    assert Progress.objects.get().flag == "changed"


def test_switching_flags_off_is_no_new_version(
    fell_by_a_grade: Patient, harbour: Clinic, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ruling, "rejudge_clinic", lambda _clinic: pytest.fail("judged anew"))
    assert set_rule(harbour, admin, change_flags=False)
    assert (harbour.change_flags, harbour.change_rule_version) == (False, 1)
    assert told() == [{"before": {"change_flags": True}, "after": {"change_flags": False}}]


def test_the_same_again_does_nothing(harbour: Clinic, admin: User) -> None:
    assert not set_rule(harbour, admin)
    assert harbour.change_rule_version == 1
    assert told() == []


@pytest.mark.parametrize("meanwhile", [{"watch_from": 3}, {"change_flags": False}])
def test_what_was_changed_meanwhile_is_not_overwritten(
    harbour: Clinic, admin: User, meanwhile: dict[str, Any]
) -> None:
    seen = ruling.state_of(harbour)
    set_rule(harbour, admin, **meanwhile)
    with pytest.raises(ruling.Outdated):
        set_rule(harbour, admin, seen=seen, relapse_days=60)
    harbour.refresh_from_db()
    assert harbour.relapse_days == 30
    assert len(told()) == 1


def test_nothing_is_kept_when_judging_fails(
    harbour: Clinic, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_clinic: Clinic) -> None:
        raise RuntimeError("no power")

    monkeypatch.setattr(ruling, "rejudge_clinic", fail)
    with pytest.raises(RuntimeError):
        set_rule(harbour, admin, changed_from=6)
    harbour.refresh_from_db()
    assert (harbour.changed_from, harbour.change_rule_version, told()) == (3, 1, [])


class TestListed:
    def cells(self, **settings: Any) -> list[tuple[str, str]]:
        clinic = Clinic(**settings)
        before = visit(0, {HIP: graded("3"), KNEE: graded("5"), GRIP: graded("4")})
        after = visit(9, {HIP: graded("3-"), KNEE: graded("4"), GRIP: not_done()})
        other = ("ankle_dorsiflexion", "left")
        before.results[other], after.results[other] = graded("5"), graded("5-")
        changes = change.compare(before, after, rule_of(clinic))
        return [(found.movement, found.side) for found in listed(changes, clinic)]

    def test_the_flagged_worst_first(self) -> None:
        assert self.cells() == [HIP, KNEE]

    def test_without_flags_whatever_differs_in_an_order_that_tells_of_none(self) -> None:
        found = self.cells(change_flags=False)
        assert found == [KNEE, HIP, ("ankle_dorsiflexion", "left")]
