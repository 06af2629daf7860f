"""Setting in which order a clinic goes through a battery."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from mmt.accounts.models import Clinic, User
from mmt.audit.log import record
from mmt.audit.models import Action

from .instrument import Battery
from .models import EntryOrder
from .ruling import Outdated


def own_order(clinic_id: UUID, battery_key: str) -> list[str]:
    """Return the clinic's own order; empty where it has none."""
    return _standing(clinic_id, battery_key).movements


def version_of(clinic: Clinic, battery: Battery) -> int:
    """Return what a form sends along, to tell whether the order still is as it showed it."""
    return _standing(clinic.pk, battery.key).version


@transaction.atomic
def set_order(
    clinic: Clinic, battery: Battery, movements: Sequence[str], *, seen: int, by: User
) -> bool:
    """Return whether anything changed. In the battery's own order the clinic has none of its own.

    `seen` is the `version_of` on which it was decided. Raises ValueError unless these are the
    battery's movements, each once; Outdated.
    """
    if sorted(movements) != sorted(battery.movements):
        raise ValueError(f"not the movements of {battery.key}")
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    stands = _standing(clinic.pk, battery.key)
    wanted = [] if tuple(movements) == battery.movements else list(movements)
    if wanted == stands.movements:
        return False
    if stands.version != seen:
        raise Outdated
    before = {"version": stands.version, "movements": stands.movements}
    after = {"version": stands.version + 1, "movements": wanted}
    EntryOrder.objects.update_or_create(clinic=clinic, battery=battery.key, defaults=after)
    record(
        Action.ENTRY_ORDER_CHANGED,
        by=by,
        clinic_id=clinic.pk,
        target=battery.key,
        detail={"before": before, "after": after},
    )
    return True


def _standing(clinic_id: UUID, battery_key: str) -> EntryOrder:
    """Return the order in force; version 0 where none was ever set."""
    found = EntryOrder.objects.filter(clinic=clinic_id, battery=battery_key).first()
    return found or EntryOrder(battery=battery_key, version=0)
