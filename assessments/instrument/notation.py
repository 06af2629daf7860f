"""Grades as people type them: `4/5`, `4 plus`, `G+`, `NT pain`, `5*`. Nothing is ever guessed."""

import re
from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .labels import Text
from .results import REASONS, Reason, Status
from .scale import MRC_CODES, Profile, profile

MAX_TYPED = 40


class NotAGrade(ValueError):
    """The text is no grade of the profile. `message` says what was typed and what is allowed."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Parsed:
    """What typed text says. `level` only if graded; `reason` is "" where none was typed.

    `stars` counts the ISNCSCI asterisks: a non-neurological condition affected the cell.
    """

    status: Status
    level: int | None = None
    reason: str = ""
    stars: int = 0

    @property
    def starred(self) -> bool:
        return self.stars > 0


# What keyboards, word processors and spreadsheets make of a minus and of a plus.
_SIGNS = str.maketrans({**dict.fromkeys("‐‑‒–—―−﹣－⁻₋", "-"), **dict.fromkeys("＋﹢⁺₊", "+")})


def _names() -> dict[str, int]:
    """The physiotherapy letters and names with the levels they stand for.

    A bare T is not among them: it is a code of Kendall's profile.
    """
    names = {"Z": 0, "ZERO": 0, "TRACE": 1, "N-": 11, "NORMAL-": 11, "N": 12, "NORMAL": 12}
    for level, words in ((3, ("P", "POOR")), (6, ("F", "FAIR")), (9, ("G", "GOOD"))):
        for word in words:
            names |= {f"{word}-": level - 1, word: level, f"{word}+": level + 1}
    return names


_NAMES = _names()

_STARRED = re.compile(r"([^*]*)(\*{0,2})")
_WORD_SIGN = re.compile(r" ?(PLUS|MINUS|[+-])$")
_WORD_SIGNS = {"PLUS": "+", "MINUS": "-", "+": "+", "-": "-"}
_OUT_OF = re.compile(r"((?:[0-9]{1,2}|T)[+-]?) ?/ ?(5|10)")
_NOT_GRADED = re.compile(r"(nt|n/t|not testable|nd|n/d|not done)(?:$|[ :;,(-]+([^()]*)\)?$)")
_RANGE = re.compile(r"[0-9]+( ?[-/.] ?[0-9]+){1,2}")

_NOTHING = _("Nothing was typed. Grades of {scale}: {codes}.")
_NO_GRADE = _("“{typed}” is not a grade. Grades of {scale}: {codes}.")
_OTHER_SCALE = _("“{typed}” belongs to another scale. Grades of {scale}: {codes}.")
_RANGE_OR_DATE = _(
    "“{typed}” may be a range, a date or a number between grades. Grades of {scale}: {codes}."
)
_NORMAL_OR_NOT = _(
    "“{typed}” may mean normal or not testable: write NT, or a grade of {scale}: {codes}."
)
_NO_REASON = _("“{typed}” is not a reason for “{status}”. Reasons: {reasons}.")
_TOO_LONG = _("This is too long for a grade: more than {limit} characters.")

_STATUSES = {
    "nt": Status.NOT_TESTABLE,
    "n/t": Status.NOT_TESTABLE,
    "not testable": Status.NOT_TESTABLE,
    "nd": Status.NOT_DONE,
    "n/d": Status.NOT_DONE,
    "not done": Status.NOT_DONE,
}

# Words clinics write for a reason, besides its stored value and its label.
_REASON_WORDS: dict[Reason, tuple[str, ...]] = {
    Reason.PAIN: ("painful",),
    Reason.CONTRACTURE: ("lost range", "rom"),
    Reason.SPASTICITY: ("spastic", "tone", "spasm", "spasms"),
    Reason.IMMOBILISED: ("immobilized", "cast", "brace", "splint"),
    Reason.AMPUTATION: ("amputated", "amputee", "fusion", "fused"),
    Reason.AFTER_SURGERY: ("surgery", "post-op", "postop"),
    Reason.CANNOT_FOLLOW: ("instruction", "instructions", "cognition"),
    Reason.CANNOT_POSITION: ("position", "positioning"),
    Reason.DECLINED: ("refused",),
    Reason.FATIGUE: ("fatigued", "tired"),
    Reason.TIME: ("no time", "lack of time"),
    Reason.NOT_INDICATED: (),
    Reason.EQUIPMENT: ("no equipment",),
    Reason.SAFETY: ("unsafe", "not safe"),
}


def parse_grade(text: str, profile_key: str) -> Parsed:
    """The grade, or the state without one, that this text means in a profile.

    Case, spaces and kinds of dash do not matter. Raises NotAGrade for everything else: what may
    be a range or a date, a number between grades, a grade the profile does not have.
    Raises UnknownProfile.
    """
    chosen = profile(profile_key)
    if len(text) > MAX_TYPED:
        raise NotAGrade(format_lazy(_TOO_LONG, limit=MAX_TYPED))
    tidy = " ".join(text.translate(_SIGNS).split())
    starred = _STARRED.fullmatch(tidy)
    if not tidy or starred is None:
        raise _refused(_NO_GRADE if tidy else _NOTHING, text, chosen)
    body, stars = starred[1].rstrip(), len(starred[2])
    without_grade = _NOT_GRADED.fullmatch(body.lower())
    if without_grade:
        status = _STATUSES[without_grade[1]]
        return Parsed(status, reason=_reason(status, without_grade[2] or ""), stars=stars)
    return Parsed(Status.GRADED, level=_level(body, text, chosen), stars=stars)


def _level(body: str, typed: str, chosen: Profile) -> int:
    if body == "n":  # the key for not testable in the grid, and the letter of a normal muscle
        raise _refused(_NORMAL_OR_NOT, typed, chosen)
    written = _WORD_SIGN.sub(lambda sign: _WORD_SIGNS[sign[1]], body.upper())
    out_of = _OUT_OF.fullmatch(written)
    if out_of and out_of[2] == chosen.codes[-1]:
        written = out_of[1]
    if written in chosen.codes:
        return chosen.level_of(written)
    level = _NAMES.get(written)
    if level is not None and chosen.has(level):
        return level
    if _RANGE.fullmatch(written):
        raise _refused(_RANGE_OR_DATE, typed, chosen)
    if level is not None or out_of or _is_code(written):
        raise _refused(_OTHER_SCALE, typed, chosen)
    raise _refused(_NO_GRADE, typed, chosen)


def _is_code(written: str) -> bool:
    return written in MRC_CODES or written in profile("kendall").codes


def _reason(status: Status, typed: str) -> str:
    """The reason meant by the words after NT or ND; "" if there are none."""
    words = typed.strip()
    if not words:
        return ""
    for reason in REASONS[status]:
        known = (reason.replace("_", " "), str(reason.label).lower(), *_REASON_WORDS[reason])
        if words in (reason.value, *known):
            return reason.value
    labels = [reason.label for reason in REASONS[status]]
    listed = format_lazy(", ".join(["{}"] * len(labels)), *labels)
    raise NotAGrade(
        format_lazy(_NO_REASON, typed=_shown(words), status=status.label, reasons=listed)
    )


def _refused(text: Text, typed: str, chosen: Profile) -> NotAGrade:
    return NotAGrade(
        format_lazy(text, typed=_shown(typed), scale=chosen.name, codes=", ".join(chosen.codes))
    )


def _shown(typed: str) -> str:
    """What was typed, safe to put in a message: control characters and half characters marked."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in typed)
