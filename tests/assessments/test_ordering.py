"""Setting a clinic's own order of a battery: what is written and told, and what is refused."""

from typing import Any

import pytest

from assessments import instrument, ordering
from assessments.models import EntryOrder
from mmt.accounts.models import Clinic, User
from mmt.audit.models import Action, AuditEvent

MMT8 = instrument.battery("mmt8")
BACKWARDS = list(reversed(MMT8.movements))


def set_order(
    clinic: Clinic, by: User, movements: list[str] = BACKWARDS, seen: int | None = None
) -> bool:
    seen = ordering.version_of(clinic, MMT8) if seen is None else seen
    return ordering.set_order(clinic, MMT8, movements, seen=seen, by=by)


def told() -> list[dict[str, Any]]:
    events = AuditEvent.objects.filter(action=Action.ENTRY_ORDER_CHANGED).order_by("sequence")
    return list(events.values_list("detail", flat=True))


def test_a_clinic_has_no_order_until_it_sets_one(
    harbour: Clinic, hillside: Clinic, admin: User
) -> None:
    assert ordering.own_order(harbour.pk, "mmt8") == []
    assert set_order(harbour, admin)
    assert ordering.own_order(harbour.pk, "mmt8") == BACKWARDS
    assert ordering.own_order(harbour.pk, "full") == []
    assert ordering.own_order(hillside.pk, "mmt8") == []


def test_each_change_is_a_version_and_tells_what_was_before_and_after(
    harbour: Clinic, admin: User
) -> None:
    other = [*BACKWARDS[1:], BACKWARDS[0]]
    set_order(harbour, admin)
    set_order(harbour, admin, other)
    assert [each["after"]["version"] for each in told()] == [1, 2]
    assert told()[1]["before"] == {"version": 1, "movements": BACKWARDS}
    assert told()[1]["after"] == {"version": 2, "movements": other}
    event = AuditEvent.objects.filter(action=Action.ENTRY_ORDER_CHANGED).first()
    assert event is not None
    assert (event.actor_id, event.chain, event.target) == (admin.pk, str(harbour.pk), "mmt8")


def test_the_same_again_does_nothing(harbour: Clinic, admin: User) -> None:
    set_order(harbour, admin)
    assert not set_order(harbour, admin)
    assert len(told()) == 1


def test_the_batterys_own_order_is_none(harbour: Clinic, admin: User) -> None:
    assert not set_order(harbour, admin, list(MMT8.movements))
    set_order(harbour, admin)
    assert set_order(harbour, admin, list(MMT8.movements))
    assert ordering.own_order(harbour.pk, "mmt8") == []
    assert EntryOrder.objects.get().version == 2


@pytest.mark.parametrize(
    "movements",
    [[], BACKWARDS[1:], [*BACKWARDS, "grip"], [*BACKWARDS[1:], BACKWARDS[1]], ["x"] * 8],
)
def test_only_the_batterys_movements_each_once_make_an_order(
    harbour: Clinic, admin: User, movements: list[str]
) -> None:
    with pytest.raises(ValueError, match="not the movements of mmt8"):
        set_order(harbour, admin, movements)
    assert not EntryOrder.objects.exists()


@pytest.mark.parametrize("seen", [0, 2, -1])
def test_what_was_changed_meanwhile_is_not_overwritten(
    harbour: Clinic, admin: User, seen: int
) -> None:
    set_order(harbour, admin)
    with pytest.raises(ordering.Outdated):
        set_order(harbour, admin, list(MMT8.movements), seen=seen)
    assert ordering.own_order(harbour.pk, "mmt8") == BACKWARDS
