"""How multiple sclerosis weakens: which movements first, and which grade a tester then writes.

[proposal] The weights draw the pattern of an upper motor neuron lesion: in the legs the flexors
and dorsiflexors go first, in the arms the extensors and the hand, legs before arms. They serve
the credibility of invented patients and nothing else.
"""

from functools import cache

from .. import instrument
from ..instrument import Side

RIGHT_LEG, LEFT_LEG, RIGHT_ARM, LEFT_ARM, TRUNK = range(5)
LIMBS = range(5)

# How much of a limb's loss shows in the movement: 1 for the movements that go first.
WEIGHTS: dict[str, float] = {
    "hip_flexion": 1.0,
    "hip_extension": 0.6,
    "hip_abduction": 0.75,
    "hip_adduction": 0.4,
    "hip_external_rotation": 0.5,
    "hip_internal_rotation": 0.5,
    "knee_extension": 0.5,
    "knee_flexion": 0.95,
    "ankle_dorsiflexion": 1.05,
    "ankle_plantarflexion": 0.6,
    "ankle_inversion": 0.6,
    "ankle_eversion": 0.9,
    "great_toe_extension": 0.9,
    "toe_flexion": 0.5,
    "neck_flexion": 0.35,
    "neck_extension": 0.1,
    "trunk_flexion": 0.9,
    "trunk_extension": 0.6,
    "trunk_rotation": 0.7,
    "trunk_lateral_flexion": 0.6,
    "scapular_elevation": 0.2,
    "scapular_retraction": 0.4,
    "scapular_depression": 0.4,
    "scapular_protraction": 0.45,
    "shoulder_flexion": 0.7,
    "shoulder_extension": 0.4,
    "shoulder_abduction": 0.85,
    "shoulder_adduction": 0.3,
    "shoulder_external_rotation": 0.85,
    "shoulder_internal_rotation": 0.3,
    "elbow_flexion": 0.45,
    "elbow_extension": 0.9,
    "forearm_supination": 0.6,
    "forearm_pronation": 0.35,
    "wrist_extension": 0.9,
    "wrist_flexion": 0.5,
    "finger_flexion": 0.5,
    "finger_extension": 1.0,
    "finger_abduction": 1.0,
    "thumb_abduction": 0.8,
    "thumb_opposition": 0.6,
    "grip": 0.65,
}
OTHER_WEIGHT = 0.5  # of a movement added to the catalogue since

_LEG_REGIONS = {instrument.Region.HIPS, instrument.Region.KNEES, instrument.Region.ANKLES}
_TRUNK_JOINTS = {instrument.Joint.NECK, instrument.Joint.TRUNK}


def limb_of(movement: str, side: str) -> int:
    found = instrument.movement(movement)
    if found.joint in _TRUNK_JOINTS or side == Side.MIDLINE:
        return TRUNK
    if found.region in _LEG_REGIONS:
        return RIGHT_LEG if side == Side.RIGHT else LEFT_LEG
    return RIGHT_ARM if side == Side.RIGHT else LEFT_ARM


@cache
def weighted_cells(movements: tuple[str, ...]) -> tuple[tuple[tuple[str, str], float, int], ...]:
    """Return (cell, weight, limb) of each cell of these movements."""
    return tuple(
        ((key, side.value), WEIGHTS.get(key, OTHER_WEIGHT), limb_of(key, side))
        for key, side in instrument.cells(movements)
    )


@cache
def levels_by_thirds(profile_key: str) -> tuple[int, ...]:
    """Return the level that a tester writes for a strength of 0 to 15 thirds of a grade."""
    levels = instrument.profile(profile_key).levels

    def written(thirds: int) -> int:
        full = min(instrument.LEVELS, key=lambda level: abs(instrument.THIRDS[level] - thirds))
        same_grade = [x for x in levels if instrument.WHOLE[x] == instrument.WHOLE[full]]
        return min(same_grade, key=lambda level: abs(level - full))

    return tuple(written(thirds) for thirds in range(16))
