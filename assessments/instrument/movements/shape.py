"""What is known of a movement: where it is, what moves it, how it is tested."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from ..labels import LabelledEnum, Text


class Side(LabelledEnum):
    """The patient's own right and left."""

    RIGHT = "right", _("Right")
    LEFT = "left", _("Left")
    MIDLINE = "midline", _("Midline")


class Laterality(LabelledEnum):
    PAIRED = "paired", _("Right and left")
    MIDLINE = "midline", _("Midline")


class Region(LabelledEnum):
    HIPS = "hips", _("Hips")
    KNEES = "knees", _("Knees")
    ANKLES = "ankles", _("Ankles")
    UPPER_BODY = "upper_body", _("Upper body")
    ARMS = "arms", _("Arms")


class Joint(LabelledEnum):
    HIP = "hip", _("Hip")
    KNEE = "knee", _("Knee")
    ANKLE = "ankle", _("Ankle")
    FOOT = "foot", _("Foot")
    NECK = "neck", _("Neck")
    TRUNK = "trunk", _("Trunk")
    SCAPULA = "scapula", _("Scapula")
    SHOULDER = "shoulder", _("Shoulder")
    ELBOW = "elbow", _("Elbow")
    FOREARM = "forearm", _("Forearm")
    WRIST = "wrist", _("Wrist")
    HAND = "hand", _("Hand")


class Position(LabelledEnum):
    """How the patient lies, sits or stands; in the order that moves a person least."""

    SITTING = "sitting", _("Sitting")
    SIDE_LYING = "side_lying", _("Side-lying")
    PRONE = "prone", _("Prone")
    SUPINE = "supine", _("Supine")
    STANDING = "standing", _("Standing")


class Limb(LabelledEnum):
    LEG = "leg", _("leg")
    ARM = "arm", _("arm")


class Seated(LabelledEnum):
    """Whether the test can be done from a chair."""

    YES = "Y", _("Can be tested seated")
    NO = "N", _("Cannot be tested seated")
    MODIFIED = "modified", _("Seated only as a modified test: record the position")


LIMBS = {
    Limb.LEG: {Joint.HIP, Joint.KNEE, Joint.ANKLE, Joint.FOOT},
    Limb.ARM: {Joint.SHOULDER, Joint.ELBOW, Joint.FOREARM, Joint.WRIST, Joint.HAND},
}


@dataclass(frozen=True, slots=True)
class Movement:
    """One row of the catalogue.

    `against_gravity` is the test position for grades 3 to 5, `gravity_eliminated` for 0 to 2.
    `eliminated` are the positions of the latter that the former does not name: a grade above 3 in
    one of them was not tested against gravity. `key_myotome` is the ISNCSCI key level, `antagonist`
    a movement key; both "" where there is none. `meanings` holds grade definitions by level where
    the scale's own do not fit. `aliases` are lower-case names for search and import; a name belongs
    to one movement only.
    """

    key: str
    name: Text
    region: Region
    joint: Joint
    laterality: Laterality
    prime_movers: Text
    roots: str
    key_myotome: str
    nerves: Text
    against_gravity: Text
    gravity_eliminated: Text
    seated: Seated
    position: Position
    eliminated: tuple[Position, ...] = ()
    antagonist: str = ""
    note: Text = ""
    aliases: tuple[str, ...] = ()
    meanings: Mapping[int, Text] = field(default_factory=dict, hash=False)

    @property
    def limb(self) -> Limb | None:
        """The limb it belongs to; None for neck, trunk and shoulder blade."""
        return next((limb for limb, joints in LIMBS.items() if self.joint in joints), None)

    @property
    def sides(self) -> tuple[Side, ...]:
        if self.laterality is Laterality.MIDLINE:
            return (Side.MIDLINE,)
        return (Side.RIGHT, Side.LEFT)
