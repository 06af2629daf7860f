"""A clinic's settings, in the terms of the change rule."""

from collections.abc import Sequence

from mmt.accounts.models import Clinic

from .change import FLAGGED, Change, Direction, Rule, farthest_first


def rule_of(clinic: Clinic) -> Rule:
    return Rule(
        watch_from=clinic.watch_from,
        changed_from=clinic.changed_from,
        confirm_after_days=clinic.confirm_after_days,
        relapse_days=clinic.relapse_days,
        fatigue_difference=clinic.fatigue_difference,
        version=clinic.change_rule_version,
    )


def listed(changes: Sequence[Change], clinic: Clinic) -> list[Change]:
    """Return the changes that the clinic's pages list: the flagged ones, worst first.

    Where the clinic shows no flags, every grade that differs, in an order that tells of none.
    """
    if clinic.change_flags:
        return [found for found in changes if found.flag in FLAGGED]
    return farthest_first(found for found in changes if found.direction is not Direction.NONE)
