"""The named batteries: which movements are tested together, in which order, on which scale."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from .labels import Text
from .movements import MOVEMENTS, Side
from .sums import NamedSum

DEFAULT_BATTERY = "ms_clinic_screen"


class UnknownBattery(KeyError):
    """No built-in battery has this key."""


@dataclass(frozen=True, slots=True)
class Battery:
    """`profile` is the scale the battery is defined on, None where any will do.

    `sums` are its published sums, the overall one first. `dynamometry` marks a battery that is
    measured in force: grades may be recorded with it, but they are not what it was published for.
    A change of the movements is a new version.
    """

    key: str
    version: int
    name: Text
    movements: tuple[str, ...]
    why: Text
    profile: str | None = None
    sums: tuple[NamedSum, ...] = ()
    dynamometry: bool = False

    @property
    def sum(self) -> NamedSum | None:
        return self.sums[0] if self.sums else None


_MS_SEATED_QUICK = Battery(
    key="ms_seated_quick",
    version=1,
    name=_("MS quick screen (seated)"),
    movements=(
        "hip_flexion",
        "knee_extension",
        "knee_flexion",
        "ankle_dorsiflexion",
        "ankle_plantarflexion",
        "shoulder_abduction",
        "elbow_flexion",
        "elbow_extension",
        "wrist_extension",
        "grip",
    ),
    why=_("All feasible from a chair or wheelchair; 10 x 2"),
)

_MS_CLINIC_SCREEN = Battery(
    key=DEFAULT_BATTERY,
    version=1,
    name=_("MS clinic screen"),
    movements=(
        "hip_flexion",
        "hip_extension",
        "hip_abduction",
        "knee_extension",
        "knee_flexion",
        "ankle_dorsiflexion",
        "ankle_plantarflexion",
        "shoulder_abduction",
        "elbow_flexion",
        "elbow_extension",
        "wrist_extension",
        "finger_extension",
    ),
    why=_("12 x 2; covers the five regions and the UMN pattern (LL flexors, UL extensors)"),
)

_LOWER_LIMB = Battery(
    key="lower_limb",
    version=1,
    name=_("Lower limb only"),
    movements=(
        "hip_flexion",
        "hip_extension",
        "hip_abduction",
        "hip_adduction",
        "hip_external_rotation",
        "hip_internal_rotation",
        "knee_extension",
        "knee_flexion",
        "ankle_dorsiflexion",
        "ankle_plantarflexion",
        "ankle_inversion",
        "ankle_eversion",
        "great_toe_extension",
    ),
    why=_("13 x 2"),
)

_MRC_SIX = (
    "shoulder_abduction",
    "elbow_flexion",
    "wrist_extension",
    "hip_flexion",
    "knee_extension",
    "ankle_dorsiflexion",
)

_MRC_SUM_60 = Battery(
    key="mrc_sum_60",
    version=1,
    name=_("MRC sum score"),
    movements=_MRC_SIX,
    why=_("6 x 2, whole grades only"),
    profile="mrc",
    sums=(NamedSum("mrc_sum", _("MRC sum score"), "mrc", _MRC_SIX),),
)

# The key muscles of C5 to T1 and of L2 to S1, one movement per level.
_ISNCSCI_UPPER = (
    "elbow_flexion",
    "wrist_extension",
    "elbow_extension",
    "finger_flexion",
    "finger_abduction",
)
_ISNCSCI_LOWER = (
    "hip_flexion",
    "knee_extension",
    "ankle_dorsiflexion",
    "great_toe_extension",
    "ankle_plantarflexion",
)

_ISNCSCI_MOTOR = Battery(
    key="isncsci_motor",
    version=1,
    name=_("ISNCSCI key muscles"),
    movements=_ISNCSCI_UPPER + _ISNCSCI_LOWER,
    why=_("10 x 2; UEMS 0-50, LEMS 0-50; any NT makes the total not determinable"),
    profile="mrc",
    sums=(
        NamedSum("isncsci_motor", _("ISNCSCI motor score"), "mrc", _ISNCSCI_UPPER + _ISNCSCI_LOWER),
        NamedSum("uems", _("Upper extremity motor score (UEMS)"), "mrc", _ISNCSCI_UPPER),
        NamedSum("lems", _("Lower extremity motor score (LEMS)"), "mrc", _ISNCSCI_LOWER),
    ),
)

_MMT8_MOVEMENTS = (
    "neck_flexion",
    "shoulder_abduction",
    "elbow_flexion",
    "wrist_extension",
    "hip_extension",
    "hip_abduction",
    "knee_extension",
    "ankle_dorsiflexion",
)

_MMT8 = Battery(
    key="mmt8",
    version=1,
    name=_("IMACS MMT8"),
    movements=_MMT8_MOVEMENTS,
    why=_("Myositis battery; unilateral default is the right side"),
    profile="kendall",
    sums=(
        NamedSum("mmt8", _("MMT8, both sides"), "kendall", _MMT8_MOVEMENTS),
        NamedSum(
            "mmt8_right",
            _("MMT8, right side"),
            "kendall",
            _MMT8_MOVEMENTS,
            sides=(Side.RIGHT, Side.MIDLINE),
        ),
    ),
)

_MS_HHD_LES = Battery(
    key="ms_hhd_les",
    version=1,
    name=_("MS lower-extremity HHD sum"),
    movements=(
        "hip_abduction",
        "hip_flexion",
        "knee_extension",
        "knee_flexion",
        "ankle_dorsiflexion",
    ),
    why=_("Brown & Simnad CMSC 2014: 5 x 2, best of 3 trials in kg, about 10 min"),
    dynamometry=True,
)

_FULL = Battery(
    key="full",
    version=1,
    name=_("Full battery"),
    movements=tuple(MOVEMENTS),
    why=_("All catalogue movements"),
)

BATTERIES: dict[str, Battery] = {
    each.key: each
    for each in (
        _MS_SEATED_QUICK,
        _MS_CLINIC_SCREEN,
        _LOWER_LIMB,
        _MRC_SUM_60,
        _ISNCSCI_MOTOR,
        _MMT8,
        _MS_HHD_LES,
        _FULL,
    )
}


def battery(key: str) -> Battery:
    """The built-in battery of this key; raises UnknownBattery."""
    try:
        return BATTERIES[key]
    except KeyError:
        raise UnknownBattery(key) from None
