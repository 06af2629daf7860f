"""What stood around the scores of an invented visit: fatigue, device, EDSS and the like."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from ..models.context import Device, Heat, RelapseStatus, Setting
from .course import Decline
from .weakness import LEFT_LEG, RIGHT_LEG

NOTES = (
    "Tired after the journey; order of testing kept.",
    "Tone higher in the morning than usual.",
    "Says stairs are harder than at the last visit.",
    "Feels steadier on the legs than last time.",
    "Heel raises held at the parallel bars.",
    "Came with her sister, who noticed more stumbling on the way home.",
    "Slept badly. Asked for a shorter session next time.",
)
HOT_MONTHS = (1, 2, 7, 8)
# EDSS (Kurtzke, Neurology 1983;33:1444): 6 is help on one side to walk 100 m, 6.5 help on both
# sides, 7 a wheelchair. Many take a cane a little earlier.
CANE, BOTH_SIDES, WHEELCHAIR = Decimal("5.5"), Decimal("6.5"), Decimal(7)
FOOT_DROP = 5.0  # thirds of a grade lost by a leg


def plan_context(
    rng: Random, day: date, losses: Sequence[float], decline: Decline
) -> dict[str, Any]:
    """Return fields of the assessment by name; some are left out, as in a busy clinic."""
    right, left = losses[RIGHT_LEG], losses[LEFT_LEG]
    worst = max(right, left)
    edss = Decimal(min(17, max(2, round(2 + worst * 1.15)))) / 2
    chance = rng.random
    tired = min(10, max(0, round(rng.gauss(2.3 + worst / 3, 1.5))))
    pain = rng.choice((1, 2, 3, 5)) if chance() < 0.12 else 0
    known_tired = chance() < 0.85
    return {
        "edss": edss if chance() < 0.7 else None,
        "setting": (Setting.CHAIR if edss >= WHEELCHAIR else Setting.PLINTH).value,
        "device": _device(edss, right, left).value,
        "device_worn": False if edss >= CANE and chance() < 0.5 else None,
        "fatigue_before": tired if known_tired else None,
        "fatigue_after": min(10, tired + rng.choice((0, 1, 1, 2, 3))) if known_tired else None,
        "pain": pain if pain or chance() < 0.4 else None,
        "pain_where": rng.choice(("low back", "right knee", "left shoulder")) if pain else "",
        "heat": (Heat.WARM if day.month in HOT_MONTHS and chance() < 0.3 else Heat.NONE).value,
        "relapse_status": _relapse_status(day, decline).value,
        "hours_since_antispastic": rng.randint(2, 14) if worst > 6 and chance() < 0.6 else None,
        "hours_since_fampridine": rng.randint(1, 10) if worst > 4 and chance() < 0.1 else None,
        "falls_since_last": rng.choices((0, 1, 2, 4), (70, 18, 8, 4))[0],
        "first_side": "right" if chance() < 0.7 else "",
        "note": rng.choice(NOTES) if chance() < 0.12 else "",
    }


def _device(edss: Decimal, right: float, left: float) -> Device:
    if edss >= WHEELCHAIR:
        return Device.WHEELCHAIR
    if edss >= BOTH_SIDES:
        return Device.WALKER if abs(right - left) < 3 else Device.TWO_CANES
    if edss >= CANE:
        return Device.CANE
    if max(right, left) > FOOT_DROP:
        return Device.AFO_RIGHT if right > left else Device.AFO_LEFT
    return Device.NONE


def _relapse_status(day: date, decline: Decline) -> RelapseStatus:
    since = [(day - relapse.onset).days for relapse in decline.relapses]
    if any(0 <= days <= 30 for days in since):
        return RelapseStatus.ACTIVE
    if any(30 < days <= 120 for days in since):
        return RelapseStatus.RECOVERING
    return RelapseStatus.NONE
