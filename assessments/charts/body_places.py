"""Where each movement stands on the figure: one place a side, on the front or on the back.

Units are those of the picture; x is counted from the middle of the figure, y from the top. What
bends or is seen from the front stands in front, what stretches or is seen from behind at the back.
"""

from enum import Enum
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from .. import instrument
from ..history import Cell
from ..instrument import Text

WIDTH = 352
HEIGHT = 668
CHIP_WIDTH = 34
CHIP_HEIGHT = 27.5
CORNER = 6


class View(Enum):
    """The patient's right stands on the left of the front view, on the right of the back view."""

    FRONT = "front"
    BACK = "back"


class Spot(NamedTuple):
    """The centre of a movement's place, `x` from the middle outwards, and its short name."""

    movement: str
    x: float
    y: float
    short: Text


class Place(NamedTuple):
    """The place of one cell in one view; `x` and `y` are its centre in the picture."""

    cell: Cell
    view: View
    x: float
    y: float
    short: Text


class Heading(NamedTuple):
    """A word over several places beside the body."""

    x: float
    y: float
    words: Text


_FRONT = (
    Spot("neck_flexion", 0, 148, _("Neck flex")),
    Spot("shoulder_flexion", 96, 67, _("Flex")),
    Spot("shoulder_abduction", 148, 67, _("Abd")),
    Spot("shoulder_adduction", 96, 112, _("Add")),
    Spot("shoulder_internal_rotation", 148, 112, _("Int rot")),
    Spot("scapular_protraction", 35, 194, _("Protract")),
    Spot("trunk_rotation", 31, 240, _("Rotation")),
    Spot("trunk_lateral_flexion", 29, 284, _("Side flex")),
    Spot("trunk_flexion", 0, 327, _("Trunk flex")),
    Spot("elbow_flexion", 148, 208, _("Elbow flex")),
    Spot("forearm_pronation", 148, 256, _("Pronation")),
    Spot("wrist_flexion", 148, 304, _("Wrist flex")),
    Spot("finger_flexion", 96, 462, _("Flex")),
    Spot("grip", 148, 462, _("Grip")),
    Spot("thumb_abduction", 96, 520, _("Abd")),
    Spot("thumb_opposition", 148, 520, _("Opp")),
    Spot("hip_flexion", 38, 370, _("Hip flex")),
    Spot("hip_adduction", 36, 412, _("Hip add")),
    Spot("hip_internal_rotation", 35, 454, _("Int rot")),
    Spot("knee_extension", 36, 496, _("Knee ext")),
    Spot("ankle_dorsiflexion", 38, 560, _("Dorsiflex")),
    Spot("ankle_inversion", 95, 634, _("Inversion")),
    Spot("great_toe_extension", 150, 634, _("Great toe")),
)
_BACK = (
    Spot("neck_extension", 0, 148, _("Neck ext")),
    Spot("shoulder_extension", 96, 112, _("Ext")),
    Spot("shoulder_external_rotation", 148, 112, _("Ext rot")),
    Spot("scapular_elevation", 37, 183, _("Shrug")),
    Spot("scapular_retraction", 35, 227, _("Retract")),
    Spot("scapular_depression", 31, 271, _("Depress")),
    Spot("trunk_extension", 0, 315, _("Trunk ext")),
    Spot("elbow_extension", 148, 208, _("Elbow ext")),
    Spot("forearm_supination", 148, 256, _("Supination")),
    Spot("wrist_extension", 148, 304, _("Wrist ext")),
    Spot("finger_extension", 96, 462, _("Ext")),
    Spot("finger_abduction", 148, 462, _("Abd")),
    Spot("hip_extension", 38, 358, _("Hip ext")),
    Spot("hip_abduction", 37, 403, _("Hip abd")),
    Spot("hip_external_rotation", 36, 447, _("Ext rot")),
    Spot("knee_flexion", 36, 491, _("Knee flex")),
    Spot("ankle_plantarflexion", 38, 550, _("Plantarflex")),
    Spot("ankle_eversion", 95, 634, _("Eversion")),
    Spot("toe_flexion", 150, 634, _("Toe flex")),
)
SPOTS = {View.FRONT: _FRONT, View.BACK: _BACK}

_SHOULDER, _FINGERS = _("Shoulder"), _("Fingers")
HEADINGS = {
    View.FRONT: (
        Heading(122, 38, _SHOULDER),
        Heading(122, 433, _FINGERS),
        Heading(122, 491, _("Thumb")),
    ),
    View.BACK: (Heading(122, 83, _SHOULDER), Heading(122, 433, _FINGERS)),
}

# From the joint, marked by a dot, to what stands beside it: shoulder, elbow, forearm, wrist, foot.
LEADERS = (
    ((70, 161), (86, 126)),
    ((96, 266), (131, 214)),
    ((107, 302), (131, 262)),
    ((112, 343), (131, 312)),
    ((44, 642), (79, 637)),
)


def _side_sign(side: instrument.Side, view: View) -> int:
    """Return on which half of the picture a side of the patient stands: -1 left, 1 right."""
    match side:
        case instrument.Side.MIDLINE:
            return 0
        case instrument.Side.RIGHT:
            return -1 if view is View.FRONT else 1
        case instrument.Side.LEFT:
            return 1 if view is View.FRONT else -1
    raise ValueError(f"No place for side {side!r}")


def _places() -> tuple[Place, ...]:
    """Return every place, front before back, from left to right for each movement."""
    found = []
    for view, spots in SPOTS.items():
        for spot in spots:
            sides = instrument.movement(spot.movement).sides
            for sign, side in sorted((_side_sign(side, view), side.value) for side in sides):
                x = WIDTH / 2 + sign * spot.x
                found.append(Place((spot.movement, side), view, x, spot.y, spot.short))
    return tuple(found)


PLACES = _places()
