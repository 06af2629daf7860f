"""The scale: one ordered lattice of 13 levels, shown in the codes of a scale profile.

A grade is stored as its level, 0 to 12, and read in the words of the profile in use. Levels order
grades; they are no measure: never shown, averaged or summed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from .labels import Text

LEVELS = range(13)

# The whole grades and their wording: Medical Research Council, Aids to the Examination of the
# Peripheral Nervous System, Memorandum 45, 1976 (Crown copyright, Open Government Licence v3).
# The steps between, as clinics write them, and Kendall's 0-10 lie on the same order.
MRC_CODES = ("0", "1", "2-", "2", "2+", "3-", "3", "3+", "4-", "4", "4+", "5-", "5")

# The whole MRC grade of each level. 3- is a whole 2: full range against gravity is not reached.
# 5- is a whole 4: it is not normal.
WHOLE: tuple[int, ...] = (0, 1, 2, 2, 2, 2, 3, 3, 4, 4, 4, 4, 5)

# The place of each level in thirds of a whole grade, for the thresholds of change alone.
THIRDS: tuple[int, ...] = (0, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

ANTIGRAVITY_LEVEL = 6
NORMAL_LEVEL = 12


class UnknownProfile(KeyError):
    """No scale profile has this key."""


class UnknownGrade(KeyError):
    """The profile, or the whole lattice, has no such level or code."""


@dataclass(frozen=True, slots=True)
class Grade:
    level: int
    code: str
    meaning: Text


@dataclass(frozen=True)
class Profile:
    """The codes a clinic uses, weakest first."""

    key: str
    name: Text
    grades: tuple[Grade, ...]

    @cached_property
    def _by_level(self) -> dict[int, Grade]:
        return {grade.level: grade for grade in self.grades}

    @cached_property
    def _by_code(self) -> dict[str, Grade]:
        return {grade.code: grade for grade in self.grades}

    @cached_property
    def is_mrc(self) -> bool:
        return all(grade.code == MRC_CODES[grade.level] for grade in self.grades)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(grade.code for grade in self.grades)

    @cached_property
    def levels(self) -> tuple[int, ...]:
        return tuple(grade.level for grade in self.grades)

    def has(self, level: int) -> bool:
        return level in self._by_level

    def grade_of(self, level: int) -> Grade:
        """The grade at this level; raises UnknownGrade where the profile has none."""
        try:
            return self._by_level[level]
        except KeyError:
            raise UnknownGrade(level) from None

    def code_of(self, level: int) -> str:
        """The code of this level; raises UnknownGrade where the profile has none."""
        return self.grade_of(level).code

    def level_of(self, code: str) -> int:
        """The level of exactly this code; raises UnknownGrade. Typed text: `parse_grade`."""
        try:
            return self._by_code[code].level
        except KeyError:
            raise UnknownGrade(code) from None


_MRC_MEANINGS: dict[int, Text] = {
    0: _("No contraction"),
    1: _("Flicker or trace of contraction"),
    3: _("Active movement, with gravity eliminated"),
    6: _("Active movement against gravity"),
    9: _("Active movement against gravity and resistance"),
    12: _("Normal power"),
}

# 4-, 4 and 4+ as slight, moderate and strong resistance: the Memorandum's own subdivision.
_FOUR_MEANINGS: dict[int, Text] = {
    8: _("Active movement against gravity and slight resistance"),
    9: _("Active movement against gravity and moderate resistance"),
    10: _("Active movement against gravity and strong resistance"),
}

# [proposal] The other steps follow the plus and minus of Daniels & Worthingham, Muscle Testing,
# and Kendall, Muscles: Testing and Function; the Memorandum has no words for them.
_STEP_MEANINGS: dict[int, Text] = {
    2: _("Part of the range, with gravity eliminated"),
    3: _("Full range, with gravity eliminated"),
    4: _("Less than half of the range against gravity"),
    5: _("More than half of the range against gravity, but not all"),
    6: _("Full range against gravity, no resistance"),
    7: _("Full range against gravity and minimal resistance"),
    11: _("Barely detectable weakness"),
}

# The key to muscle grading after Kendall, as the International Myositis Assessment and Clinical
# Studies Group (IMACS) prints it with the MMT8. T is a trace; "1" is what others write as 2-.
_KENDALL: dict[int, tuple[str, Text]] = {
    0: ("0", _("No contraction felt in the muscle")),
    1: ("T", _("Trace: feeble contraction felt, no visible movement")),
    2: ("1", _("Gravity eliminated: moves through part of the range")),
    3: ("2", _("Gravity eliminated: moves through the complete range")),
    4: ("3", _("Against gravity: moves through part of the range")),
    5: ("4", _("Against gravity: gradual release from the test position")),
    6: ("5", _("Holds the test position, no added pressure")),
    7: ("6", _("Holds the test position against slight pressure")),
    8: ("7", _("Holds the test position against slight to moderate pressure")),
    9: ("8", _("Holds the test position against moderate pressure")),
    10: ("9", _("Holds the test position against moderate to strong pressure")),
    12: ("10", _("Holds the test position against strong pressure")),
}


def _mrc(key: str, name: Text, meanings: Mapping[int, Text]) -> Profile:
    grades = (Grade(level, MRC_CODES[level], meanings[level]) for level in sorted(meanings))
    return Profile(key, name, tuple(grades))


DEFAULT_PROFILE = "mrc"
_FULL_PROFILE = "mrc_plus_minus"

PROFILES: dict[str, Profile] = {
    profile.key: profile
    for profile in (
        _mrc(DEFAULT_PROFILE, _("MRC 0 to 5"), _MRC_MEANINGS),
        # For MS clinics: in 250 people with MS grades 0 to 3 were hardly used and 4 was too
        # coarse. Pace, Hobart, Zajicek, J Neurol Neurosurg Psychiatry 2010;81:e61.
        _mrc(
            "mrc_plus_minus_4",
            _("MRC 0 to 5 with 4- and 4+"),
            {**_MRC_MEANINGS, **_FOUR_MEANINGS},
        ),
        _mrc(
            _FULL_PROFILE,
            _("MRC 0 to 5 with plus and minus"),
            {**_MRC_MEANINGS, **_FOUR_MEANINGS, **_STEP_MEANINGS},
        ),
        Profile(
            "kendall",
            _("Kendall 0 to 10"),
            tuple(Grade(level, code, text) for level, (code, text) in _KENDALL.items()),
        ),
    )
}


def profile(key: str) -> Profile:
    """The scale profile of this key; raises UnknownProfile."""
    try:
        return PROFILES[key]
    except KeyError:
        raise UnknownProfile(key) from None


def grade(level: int, profile_key: str) -> Grade:
    """The grade of a level in a profile, or in the full lattice where the profile lacks it.

    A record keeps its level when a clinic changes profile, so any level may have to be read in
    any profile. Raises UnknownGrade outside 0 to 12, UnknownProfile.
    """
    chosen = profile(profile_key)
    return (chosen if chosen.has(level) else PROFILES[_FULL_PROFILE]).grade_of(level)


def code(level: int, profile_key: str) -> str:
    """The code of a level in a profile, else its plain MRC code, such as 4+ or 3-."""
    return grade(level, profile_key).code


def code_among(level: int, profile_keys: Iterable[str]) -> str:
    """The code of a level in words about grades of these profiles: theirs where they share one,
    else the MRC code, called so ("MRC 3").

    Raises UnknownGrade outside 0 to 12, UnknownProfile.
    """
    codes = {code(level, key) for key in profile_keys}
    return codes.pop() if len(codes) == 1 else f"MRC {code(level, _FULL_PROFILE)}"
