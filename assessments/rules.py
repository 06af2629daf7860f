"""A clinic's settings, in the terms of the change rule."""

from mmt.accounts.models import Clinic

from .change import Rule


def rule_of(clinic: Clinic) -> Rule:
    return Rule(
        watch_from=clinic.watch_from,
        changed_from=clinic.changed_from,
        confirm_after_days=clinic.confirm_after_days,
        relapse_days=clinic.relapse_days,
        fatigue_difference=clinic.fatigue_difference,
        version=clinic.change_rule_version,
    )
