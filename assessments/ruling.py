"""Setting a clinic's change rule, and whether its flags are shown."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from mmt.accounts.models import Clinic, User
from mmt.audit.log import record
from mmt.audit.models import Action

from .progress import rejudge_clinic

THRESHOLDS = (
    "watch_from",
    "changed_from",
    "confirm_after_days",
    "relapse_days",
    "fatigue_difference",
)
SETTINGS = (*THRESHOLDS, "change_flags")


class Outdated(Exception):
    """The settings were changed since they were seen."""


def state_of(clinic: Clinic) -> str:
    """Return what a form sends along, to tell whether the settings still are as it showed them."""
    return f"{clinic.change_rule_version}-{int(clinic.change_flags)}"


@transaction.atomic
def set_rule(clinic: Clinic, wanted: Mapping[str, Any], *, seen: str, by: User) -> bool:
    """Return whether anything changed. A new threshold is a new version of the rule, by which
    every patient of the clinic is judged anew.

    `wanted` has a value for each of SETTINGS; `seen` is the `state_of` on which they were decided.
    Raises Outdated.
    """
    # A signature that holds a patient of the clinic refers to the clinic's key: that stays free.
    stands = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    changed = [name for name in SETTINGS if getattr(stands, name) != wanted[name]]
    if not changed:
        return False
    if state_of(stands) != seen:
        raise Outdated
    before = {name: getattr(stands, name) for name in changed}
    after = {name: wanted[name] for name in changed}
    if is_new_rule := not after.keys().isdisjoint(THRESHOLDS):
        before["version"], after["version"] = _count_version(stands)
    for name in changed:
        setattr(stands, name, wanted[name])
    stands.save(update_fields=[*changed, "change_rule_version"])
    record(
        Action.CLINIC_CHANGED,
        by=by,
        clinic_id=stands.pk,
        target=stands.pk,
        detail={"before": before, "after": after},
    )
    if is_new_rule:
        rejudge_clinic(stands)
    return True


def _count_version(clinic: Clinic) -> tuple[int, int]:
    """Return the version so far and the one that follows it."""
    clinic.change_rule_version += 1
    return clinic.change_rule_version - 1, clinic.change_rule_version
