"""What is asked softly about a result before it is signed: kept or corrected, never refused.

Pure rules over plain values. The grid asks the same at the cell, with the thresholds and words
that the page renders from here (`entry/page.py`). All thresholds are this product's own choice.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from . import instrument
from .history import Cell, Result
from .instrument import LabelledEnum, Text

JUMP_THIRDS = 6  # two whole grades, on the scale in thirds of a grade
ABOVE_WITHOUT_GRAVITY = instrument.ANTIGRAVITY_LEVEL
# So many in so few seconds: dictation, a score each 1.2 s, is slower.
SAME_CELLS, SAME_SECONDS = 12, 10


class Prompt(LabelledEnum):
    """A question about one result; the value is stored with a result that was kept."""

    JUMP = "jump", _("two grades or more from last time")
    UNTESTABLE = "untestable", _("0 against not testable")
    GRAVITY = "gravity", _("above 3 in a position without gravity")
    PAIN = "pain", _("5 though limited by pain")
    PACE = "pace", _("the same grade everywhere within ten seconds")


QUESTIONS: Mapping[Prompt, Text] = {
    Prompt.JUMP: _("Two grades or more from last time: as meant?"),
    Prompt.UNTESTABLE: _(
        "0 one time and not testable the other: no contraction felt, or not testable?"
    ),
    Prompt.GRAVITY: _("Above 3 in a position without gravity: as meant?"),
    Prompt.PAIN: _("5 though limited by pain: as meant?"),
    Prompt.PACE: _("Every grade is the same, typed within ten seconds: was each one tested?"),
}


@dataclass(frozen=True, slots=True)
class Last:
    """What was known of a cell before: its last grade, and whether it was not testable since."""

    level: int | None = None
    not_testable: bool = False


NOTHING = Last()


def prompts(
    movement: str, result: Result, last: Last = NOTHING, *, quick: bool = False
) -> tuple[Prompt, ...]:
    """Return what is to be asked about a result, answered or not; `quick` as `all_quick` found."""
    asked = {
        Prompt.JUMP: _jumps(result.level, last.level),
        Prompt.UNTESTABLE: _zero_against_untestable(result, last),
        Prompt.GRAVITY: _strong_without_gravity(movement, result),
        Prompt.PAIN: result.level == instrument.NORMAL_LEVEL
        and instrument.Limiter.PAIN in result.limiters,
        Prompt.PACE: quick and result.level is not None,
    }
    return tuple(prompt for prompt, holds in asked.items() if holds)


def all_quick(by_hand: Mapping[Cell, int], quick: Collection[Cell]) -> bool:
    """Return whether every grade typed is the same, and all were typed within seconds.

    `by_hand` has the levels of the graded cells but for those filled at once, which are confirmed
    on their own; `quick` are the cells that the page found typed within seconds of all others.
    """
    alike = len(by_hand) >= SAME_CELLS and len(set(by_hand.values())) == 1
    return alike and all(cell in quick for cell in by_hand)


def _jumps(level: int | None, before: int | None) -> bool:
    if level is None or before is None:
        return False
    return abs(instrument.THIRDS[level] - instrument.THIRDS[before]) >= JUMP_THIRDS


def _zero_against_untestable(result: Result, last: Last) -> bool:
    if result.level == 0:
        return last.not_testable
    now = result.status == instrument.Status.NOT_TESTABLE
    return now and last.level == 0 and not last.not_testable


def _strong_without_gravity(movement: str, result: Result) -> bool:
    if result.level is None or result.level <= ABOVE_WITHOUT_GRAVITY:
        return False
    return result.position in instrument.movement(movement).eliminated
