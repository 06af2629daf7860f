"""The rule: thresholds, the flag that two results get, and its text.

A proposal of this project (clinical reference, section 2): no minimal detectable or important
change of a single grade of manual muscle testing in multiple sclerosis was found in the
literature, so the thresholds are settings with a version, and the rule's text stands next to every
flag. Distances are counted in thirds of a grade, which serve the thresholds only.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as context_lazy

from .. import instrument
from ..history import Result
from ..instrument import LabelledEnum

# 4- and better: between these grades manual testing is weak evidence, whatever the distance.
WEAK_EVIDENCE_LEVEL = 8


@dataclass(frozen=True, slots=True)
class Rule:
    """Thresholds of the flags: distances in thirds of a grade, spans in days, fatigue in points
    of 0-10. The two spans are borrowed from the practice with EDSS.

    Raises ValueError when a distance could be both watched and noise.
    """

    watch_from: int = 2
    changed_from: int = 3
    confirm_after_days: int = 84
    relapse_days: int = 30
    fatigue_difference: int = 3
    version: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.watch_from <= self.changed_from:
            raise ValueError("A change is watched from a distance of 1 to that of a change.")


class Flag(LabelledEnum):
    """In order of severity."""

    CROSSED = "crossed", _("antigravity crossed")
    CHANGED = "changed", _("changed")
    WATCH = "watch", _("watch")
    WITHIN_NOISE = "within_noise", _("within noise")
    SAME = "same", _("same")
    NOT_COMPARABLE = "not_comparable", _("not comparable")


class Direction(LabelledEnum):
    WORSE = "worse", _("worse")
    BETTER = "better", _("better")
    NONE = "none", context_lazy("direction of change", "none")


class Caution(LabelledEnum):
    """What makes a comparison weaker, whatever its flag."""

    OTHER_TESTER = "other_tester", _("other tester")
    OTHER_POSITION = "other_position", _("other position")
    OTHER_PROFILE = "other_profile", _("other scale profile")
    FATIGUE = "fatigue", _("fatigue differs")
    ILLNESS = "illness", _("relapse, fever or heat")


SEVERITY = {flag: place for place, flag in enumerate(Flag)}
CONFIRMABLE = (Flag.CROSSED, Flag.CHANGED)
# What a reader is told of; the rest is quiet.
FLAGGED = (*CONFIRMABLE, Flag.WATCH)


def flag_of(before: Result | None, after: Result | None, rule: Rule) -> Flag:
    """Return what the rule says of two results of the same cell."""
    old, new = level_of(before), level_of(after)
    if old is None or new is None:
        return Flag.NOT_COMPARABLE
    if old == new:
        return Flag.SAME
    if (old < instrument.ANTIGRAVITY_LEVEL) != (new < instrument.ANTIGRAVITY_LEVEL):
        return Flag.CROSSED
    distance = distance_of(old, new)
    if distance < rule.watch_from:
        return Flag.WITHIN_NOISE
    if distance >= rule.changed_from and min(old, new) < WEAK_EVIDENCE_LEVEL:
        return Flag.CHANGED
    return Flag.WATCH


def direction_of(before: Result | None, after: Result | None) -> Direction:
    """Return whether strength went down, up, or neither can be said."""
    old, new = level_of(before), level_of(after)
    if old is None or new is None or old == new:
        return Direction.NONE
    return Direction.WORSE if new < old else Direction.BETTER


def explain(flag: Flag, rule: Rule, profiles: Collection[str] = ()) -> str:
    """Return the rule's text for a flag, with its thresholds filled in, in the codes of the
    `profiles` of the grades that stand beside it. Raises UnknownProfile.
    """
    watch, changed = (_distance(each, profiles) for each in (rule.watch_from, rule.changed_from))
    match flag:
        case Flag.NOT_COMPARABLE:
            return gettext("Not comparable: at one visit or both it was not graded.")
        case Flag.SAME:
            return gettext("Same: equal grades.")
        case Flag.WITHIN_NOISE:
            return gettext(
                "Within noise: less than %(watch)s apart, and strength against gravity neither "
                "lost nor regained."
            ) % {"watch": watch}
        case Flag.WATCH if rule.watch_from == rule.changed_from:
            return gettext(
                "Watch: at least %(changed)s apart, with both grades from %(weak)s to %(normal)s, "
                "where manual testing is weak evidence: consider dynamometry."
            ) % {"changed": changed, **_weak_evidence(profiles)}
        case Flag.WATCH:
            return gettext(
                "Watch: at least %(watch)s but less than %(changed)s apart; or more, with both "
                "grades from %(weak)s to %(normal)s, where manual testing is weak evidence: "
                "consider dynamometry."
            ) % {"watch": watch, "changed": changed, **_weak_evidence(profiles)}
        case Flag.CHANGED:
            return gettext(
                "Changed: at least %(changed)s apart, with one grade at %(code)s or below. "
                "%(repeat)s"
            ) % {
                "changed": changed,
                "code": instrument.code_among(WEAK_EVIDENCE_LEVEL - 1, profiles),
                "repeat": _repeat(rule),
            }
        case Flag.CROSSED:
            return gettext(
                "Antigravity crossed: from %(code)s or better to below %(code)s, or back, however "
                "far apart. %(repeat)s"
            ) % {
                "code": instrument.code_among(instrument.ANTIGRAVITY_LEVEL, profiles),
                "repeat": _repeat(rule),
            }
    raise ValueError(f"No text for {flag!r}")


def _weak_evidence(profiles: Collection[str]) -> dict[str, str]:
    return {
        "weak": instrument.code_among(WEAK_EVIDENCE_LEVEL, profiles),
        "normal": instrument.code_among(instrument.NORMAL_LEVEL, profiles),
    }


def _distance(thirds: int, profiles: Collection[str]) -> str:
    """Say a distance, and that it is one of MRC where the grades beside it are not."""
    words = distance_in_words(thirds)
    if all(instrument.profile(each).is_mrc for each in profiles):
        return words
    return gettext("%(distance)s of MRC") % {"distance": words}


def _repeat(rule: Rule) -> str:
    return gettext(
        "Possible until repeated; confirmed by repeat when it is still there at an assessment "
        "%(confirm)d or more days later and at every one between, visits within %(relapse)d days "
        "of a relapse onset left aside."
    ) % {"confirm": rule.confirm_after_days, "relapse": rule.relapse_days}


def distance_in_words(thirds: int) -> str:
    """Say a distance as a clinician would: in grades and steps of a third of a grade."""
    whole, steps = divmod(thirds, 3)
    parts = []
    if whole:
        parts.append(
            ngettext("%(count)d whole grade", "%(count)d whole grades", whole) % {"count": whole}
        )
    if steps:
        parts.append(
            ngettext("%(count)d third of a grade", "%(count)d thirds of a grade", steps)
            % {"count": steps}
        )
    return gettext(" and ").join(parts)


def level_of(result: Result | None) -> int | None:
    """Return the level of a grade, None when it is missing, not testable or not done."""
    return None if result is None else result.level


def distance_of(old: int, new: int) -> int:
    """Return the distance of two levels in thirds of a grade."""
    return abs(instrument.THIRDS[old] - instrument.THIRDS[new])
