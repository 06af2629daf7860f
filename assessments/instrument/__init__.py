"""The instrument: scale, movements, batteries and named sums, as typed data.

Forms, charts, files and documents read it; nothing repeats it. No Django model lives here.
"""

from .batteries import BATTERIES, DEFAULT_BATTERY, Battery, UnknownBattery, battery
from .labels import LabelledEnum, Text
from .movements import (
    MOVEMENTS,
    Joint,
    Laterality,
    Movement,
    Position,
    Region,
    Seated,
    Side,
    UnknownMovement,
    meaning,
    movement,
)
from .notation import MAX_TYPED, NotAGrade, Parsed, parse_grade
from .order import by_position, by_region, cells
from .results import REASONS, Limiter, Reason, Status
from .scale import (
    ANTIGRAVITY_LEVEL,
    DEFAULT_PROFILE,
    LEVELS,
    MRC_CODES,
    NORMAL_LEVEL,
    PROFILES,
    THIRDS,
    WHOLE,
    Grade,
    Profile,
    UnknownGrade,
    UnknownProfile,
    code,
    grade,
    profile,
)
from .sums import NamedSum, Sum, named_sum, named_sums, total

__all__ = [
    "ANTIGRAVITY_LEVEL",
    "BATTERIES",
    "DEFAULT_BATTERY",
    "DEFAULT_PROFILE",
    "LEVELS",
    "MAX_TYPED",
    "MOVEMENTS",
    "MRC_CODES",
    "NORMAL_LEVEL",
    "PROFILES",
    "REASONS",
    "THIRDS",
    "WHOLE",
    "Battery",
    "Grade",
    "Joint",
    "LabelledEnum",
    "Laterality",
    "Limiter",
    "Movement",
    "NamedSum",
    "NotAGrade",
    "Parsed",
    "Position",
    "Profile",
    "Reason",
    "Region",
    "Seated",
    "Side",
    "Status",
    "Sum",
    "Text",
    "UnknownBattery",
    "UnknownGrade",
    "UnknownMovement",
    "UnknownProfile",
    "battery",
    "by_position",
    "by_region",
    "cells",
    "code",
    "grade",
    "meaning",
    "movement",
    "named_sum",
    "named_sums",
    "parse_grade",
    "profile",
    "total",
]
