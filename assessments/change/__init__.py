"""Two visits in, flags out: what changed, how far the scale can be believed, and what to mind.

Pure: values of `assessments.history` in, values out. Words: a change is possible until it is
confirmed by repeat.
"""

from .comparison import Change, coincidence, compare, farthest_first, worst_first
from .repeat import judge, near_relapse
from .rule import (
    CONFIRMABLE,
    FLAGGED,
    SEVERITY,
    Caution,
    Direction,
    Flag,
    Rule,
    direction_of,
    distance_in_words,
    explain,
    flag_of,
)

__all__ = [
    "CONFIRMABLE",
    "FLAGGED",
    "SEVERITY",
    "Caution",
    "Change",
    "Direction",
    "Flag",
    "Rule",
    "coincidence",
    "compare",
    "direction_of",
    "distance_in_words",
    "explain",
    "farthest_first",
    "flag_of",
    "judge",
    "near_relapse",
    "worst_first",
]
