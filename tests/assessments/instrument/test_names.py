"""Movements and sides as clinics write them."""

import pytest

from assessments import instrument
from assessments.instrument import MOVEMENTS, Side, UnknownName, cell_named, movement_named

KNEE, DORSI = "knee_extension", "ankle_dorsiflexion"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("quads R", (KNEE, Side.RIGHT)),
        ("R knee ext", (KNEE, Side.RIGHT)),
        ("Knee extension, left", (KNEE, Side.LEFT)),
        ("DF (L)", (DORSI, Side.LEFT)),
        ("Left ankle DF", (DORSI, Side.LEFT)),
        ("knee_extension_right", (KNEE, Side.RIGHT)),
        ("rightKneeExt", (KNEE, Side.RIGHT)),
        ("hip ER l", ("hip_external_rotation", Side.LEFT)),
        ("Hip Ext Rot R", ("hip_external_rotation", Side.RIGHT)),
        ("sh abd rt", ("shoulder_abduction", Side.RIGHT)),
        ("hamstrings", ("knee_flexion", None)),
        ("neck flexion", ("neck_flexion", Side.MIDLINE)),
    ],
)
def test_the_words_of_clinics_are_understood(text, cell):
    assert cell_named(text) == cell


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("flexion", "Hip flexion, Knee flexion"),
        ("shoulder", "does not say which"),
        ("R/L quads", "more than one side"),
        ("both quads", "more than one side"),
        ("neck flexion R", "has no side"),
        ("tail wag", "names no movement"),
        ("", "names no movement"),
        ("x" * 50_000, "names no movement"),
    ],
)
def test_what_is_not_plain_is_refused_with_what_is_near(text, word):
    with pytest.raises(UnknownName) as refusal:
        cell_named(text)
    assert word in str(refusal.value.message)


@pytest.mark.parametrize("key", MOVEMENTS)
def test_every_name_and_alias_finds_its_movement(key):
    found = MOVEMENTS[key]
    for name in (key, str(found.name), *found.aliases, str(found.name).upper()):
        assert movement_named(name) == key


def test_both_is_no_side_and_short_forms_are():
    assert instrument.side_named(" Rt. ") is Side.RIGHT
    for text in ("both", "bilateral", "R/L", "up"):
        with pytest.raises(UnknownName):
            instrument.side_named(text)
