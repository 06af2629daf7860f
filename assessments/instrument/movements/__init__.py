"""The catalogue of movements. One row here adds a movement to every page, chart and file.

Facts after Kendall (Muscles: Testing and Function) and Daniels & Worthingham (Muscle Testing); key
myotomes from ISNCSCI.
"""

from ..labels import Text
from ..scale import grade
from .ankles import ANKLES
from .arms import ARMS
from .hips_knees import HIPS_KNEES
from .shape import Joint, Laterality, Limb, Movement, Position, Region, Seated, Side
from .shoulders import SHOULDERS
from .trunk import TRUNK

__all__ = [
    "MOVEMENTS",
    "Joint",
    "Laterality",
    "Limb",
    "Movement",
    "Position",
    "Region",
    "Seated",
    "Side",
    "UnknownMovement",
    "meaning",
    "movement",
]


class UnknownMovement(KeyError):
    """No movement of the catalogue has this key."""


MOVEMENTS: dict[str, Movement] = {
    movement.key: movement for movement in (*HIPS_KNEES, *ANKLES, *TRUNK, *SHOULDERS, *ARMS)
}


def movement(key: str) -> Movement:
    """The movement of this key; raises UnknownMovement."""
    try:
        return MOVEMENTS[key]
    except KeyError:
        raise UnknownMovement(key) from None


def meaning(tested: Movement | str, level: int, profile_key: str) -> Text:
    """What this grade means for this movement: its own definition, else the scale's.

    Raises UnknownMovement, UnknownGrade, UnknownProfile.
    """
    scale_meaning = grade(level, profile_key).meaning
    found = tested if isinstance(tested, Movement) else movement(tested)
    return found.meanings.get(level, scale_meaning)
