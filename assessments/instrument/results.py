"""What a cell can hold besides a grade: its status, the reason for none, what limited it.

Four states are never mixed up: a grade (0 is one), not testable, not done, and blank. Blank is
the absence of a result, so it is no member of `Status`.
"""

from typing import Self

from django.utils.translation import gettext_lazy as _

from .labels import LabelledEnum, Text


class Status(LabelledEnum):
    GRADED = "graded", _("Graded")
    NOT_TESTABLE = "not_testable", _("Not testable")
    NOT_DONE = "not_done", _("Not done")


class Reason(LabelledEnum):
    """Why there is no grade. Each reason belongs to one status.

    `key` chooses it in the grid after `n` or `d`. No key is a digit, so that a grade typed out of
    turn is not taken for a reason; none is `n` or `d`, so that a key held down chooses nothing.
    """

    label: Text
    status: Status
    key: str

    def __new__(
        cls, value: str, label: Text = "", status: Status = Status.NOT_DONE, key: str = ""
    ) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.status = status
        member.key = key
        return member

    PAIN = "pain", _("Pain"), Status.NOT_TESTABLE, "p"
    CONTRACTURE = "contracture", _("Contracture or lost range"), Status.NOT_TESTABLE, "c"
    SPASTICITY = "spasticity", _("Spasticity or tone"), Status.NOT_TESTABLE, "s"
    IMMOBILISED = "immobilised", _("Cast, brace or immobilised"), Status.NOT_TESTABLE, "i"
    AMPUTATION = "amputation", _("Amputation or fusion"), Status.NOT_TESTABLE, "a"
    AFTER_SURGERY = "after_surgery", _("After surgery"), Status.NOT_TESTABLE, "o"
    CANNOT_FOLLOW = "cannot_follow", _("Cannot follow instruction"), Status.NOT_TESTABLE, "u"
    CANNOT_POSITION = "cannot_position", _("Cannot be positioned"), Status.NOT_TESTABLE, "b"

    DECLINED = "declined", _("Declined"), Status.NOT_DONE, "r"
    FATIGUE = "fatigue", _("Stopped for fatigue"), Status.NOT_DONE, "f"
    TIME = "time", _("Time"), Status.NOT_DONE, "t"
    NOT_INDICATED = "not_indicated", _("Not indicated"), Status.NOT_DONE, "i"
    EQUIPMENT = "equipment", _("Equipment"), Status.NOT_DONE, "e"
    SAFETY = "safety", _("Safety"), Status.NOT_DONE, "s"


class Limiter(LabelledEnum):
    """What limited a test that was done. It never changes the grade."""

    PAIN = "pain", _("Limited by pain")
    TONE = "tone", _("Limited by tone")
    RANGE = "range", _("Limited range")
    FATIGUE = "fatigue", _("Fatigue give-way")
    EFFORT = "effort", _("Inconsistent effort")
    SUBSTITUTION = "substitution", _("Substitution seen")
    POSITION_MODIFIED = "position_modified", _("Position modified")
    ORTHOSIS = "orthosis", _("Orthosis worn")


REASONS: dict[Status, tuple[Reason, ...]] = {
    status: tuple(reason for reason in Reason if reason.status is status)
    for status in (Status.NOT_TESTABLE, Status.NOT_DONE)
}
