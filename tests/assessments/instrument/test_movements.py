"""The catalogue of movements, and the orders it is read in."""

import re
from dataclasses import replace

import pytest

from assessments import instrument
from assessments.instrument import (
    MOVEMENTS,
    PROFILES,
    Joint,
    Laterality,
    Position,
    Region,
    Seated,
    Side,
    meaning,
)

every_movement = pytest.mark.parametrize("each", MOVEMENTS.values(), ids=list(MOVEMENTS))


def test_the_catalogue_counts_five_regions_and_42_movements_giving_80_scores():
    pairs = [each for each in MOVEMENTS.values() if each.laterality is Laterality.PAIRED]
    assert len(Region) == 5
    assert (len(MOVEMENTS), len(pairs), len(MOVEMENTS) - len(pairs)) == (42, 38, 4)
    assert len(instrument.cells(MOVEMENTS)) == 80


def test_the_catalogue_runs_from_hips_to_arms():
    regions = [each.region for each in MOVEMENTS.values()]
    assert regions == sorted(regions, key=list(Region).index)
    assert {region: regions.count(region) for region in Region} == {
        Region.HIPS: 6,
        Region.KNEES: 2,
        Region.ANKLES: 6,
        Region.UPPER_BODY: 16,
        Region.ARMS: 12,
    }


@every_movement
def test_a_movement_says_what_moves_it_and_how_it_is_tested(each):
    for text in (each.name, each.prime_movers, each.nerves):
        assert str(text).strip()
    assert len(str(each.against_gravity)) > 10
    assert len(str(each.gravity_eliminated)) > 10
    assert str(each.against_gravity) != str(each.gravity_eliminated)


@every_movement
def test_a_movement_has_roots_that_are_levels_of_the_spine(each):
    level = r"(C[1-8]|T([1-9]|1[0-2])|L[1-5]|S[1-5])"
    assert re.search(rf"{level}(-{level})?", each.roots)
    assert re.fullmatch(rf"{level}|", each.key_myotome)


@every_movement
def test_a_movement_is_filed_under_its_own_key_and_typed(each):
    assert MOVEMENTS[each.key] is each
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", each.key)
    for value, kind in ((each.region, Region), (each.joint, Joint), (each.seated, Seated)):
        assert isinstance(value, kind)
    assert isinstance(each.position, Position)


def test_key_myotomes_are_those_of_the_isncsci_one_movement_each():
    found = {each.key_myotome: each.key for each in MOVEMENTS.values() if each.key_myotome}
    assert found == {
        "L2": "hip_flexion",
        "L3": "knee_extension",
        "L4": "ankle_dorsiflexion",
        "S1": "ankle_plantarflexion",
        "L5": "great_toe_extension",
        "C5": "elbow_flexion",
        "C7": "elbow_extension",
        "C6": "wrist_extension",
        "C8": "finger_flexion",
        "T1": "finger_abduction",
    }


def test_antagonists_exist_and_are_mutual():
    pairs = {each.key: each.antagonist for each in MOVEMENTS.values() if each.antagonist}
    assert set(pairs.values()) <= set(MOVEMENTS)
    # Elevation has two movements against it, so the catalogue gives it no antagonist of its own.
    one_way = {key for key, other in pairs.items() if pairs.get(other) != key}
    assert one_way == {"scapular_depression"}


def test_names_and_aliases_belong_to_one_movement_only():
    owners: dict[str, set[str]] = {}
    for each in MOVEMENTS.values():
        for name in (str(each.name).lower(), each.key.replace("_", " "), *each.aliases):
            owners.setdefault(name, set()).add(each.key)
    assert {name: keys for name, keys in owners.items() if len(keys) > 1} == {}


@pytest.mark.parametrize(
    ("alias", "key"),
    [
        ("df", "ankle_dorsiflexion"),
        ("tib ant", "ankle_dorsiflexion"),
        ("pf", "ankle_plantarflexion"),
        ("quads", "knee_extension"),
        ("hams", "knee_flexion"),
    ],
)
def test_the_clinic_s_short_words_are_known(alias, key):
    assert alias in MOVEMENTS[key].aliases


@every_movement
def test_aliases_are_lower_case_and_tidy(each):
    assert each.aliases
    assert all(alias == " ".join(alias.lower().split()) for alias in each.aliases)


def test_a_midline_movement_has_one_side_and_no_right_or_left():
    assert MOVEMENTS["neck_flexion"].sides == (Side.MIDLINE,)
    assert MOVEMENTS["knee_flexion"].sides == (Side.RIGHT, Side.LEFT)


def test_an_unknown_movement_is_named_in_the_error():
    with pytest.raises(instrument.UnknownMovement, match="tail_wag"):
        instrument.movement("tail_wag")


def test_movements_can_be_members_of_a_set():
    assert len({*MOVEMENTS.values()}) == 42


def test_plantarflexion_is_graded_by_heel_raises():
    words = {n: str(meaning("ankle_plantarflexion", n, "mrc")) for n in (0, 1, 3, 6, 9, 12)}
    assert "25 heel raises" in words[12]
    assert "2 to 24 heel raises" in words[9]
    assert "1 heel raise " in words[6]
    assert "Lying" in words[3]
    assert "no movement" in words[1]
    assert "No contraction" in words[0]


def test_trunk_flexion_and_extension_are_graded_by_arm_position():
    flexion = {n: str(meaning("trunk_flexion", n, "mrc")) for n in (6, 9, 12)}
    assert "behind the head" in flexion[12]
    assert "crossed" in flexion[9]
    assert "forward" in flexion[6]
    assert "behind the head" in str(meaning("trunk_extension", 12, "mrc"))
    assert "at the sides" in str(meaning("trunk_extension", 6, "mrc"))


@pytest.mark.parametrize("key", [key for key, each in MOVEMENTS.items() if each.meanings])
@pytest.mark.parametrize("scale", PROFILES)
def test_a_movement_with_its_own_grades_never_borrows_the_hand_s_resistance(key, scale):
    for level in instrument.LEVELS:
        assert meaning(key, level, scale) == MOVEMENTS[key].meanings[level]


def test_other_movements_mean_what_the_scale_says():
    knee = MOVEMENTS["knee_extension"]
    assert str(meaning(knee, 9, "mrc")) == "Active movement against gravity and resistance"
    assert "moderate" in str(meaning(knee, 9, "mrc_plus_minus_4"))
    assert "strong" in str(meaning(knee, 10, "mrc"))
    assert str(meaning(knee, 0, "mrc")) == "No contraction"


def test_cells_keep_the_order_given_and_hold_no_cell_twice():
    keys = ["wrist_extension", "neck_flexion", "hip_flexion", "wrist_extension"]
    assert instrument.cells(keys) == (
        ("wrist_extension", Side.RIGHT),
        ("wrist_extension", Side.LEFT),
        ("neck_flexion", Side.MIDLINE),
        ("hip_flexion", Side.RIGHT),
        ("hip_flexion", Side.LEFT),
    )


def test_by_position_moves_the_patient_once_per_position():
    grouped = instrument.by_position(MOVEMENTS)
    assert [position for position, _ in grouped] == list(Position)
    assert sum(len(members) for _, members in grouped) == 42
    assert [each.key for each in dict(grouped)[Position.STANDING]] == ["ankle_plantarflexion"]


def test_by_region_leaves_out_regions_with_nothing_to_test():
    grouped = instrument.by_region(["elbow_flexion", "knee_flexion", "knee_extension"])
    assert [(region, [each.key for each in members]) for region, members in grouped] == [
        (Region.KNEES, ["knee_flexion", "knee_extension"]),
        (Region.ARMS, ["elbow_flexion"]),
    ]


def test_a_movement_added_to_the_catalogue_appears_in_every_order(monkeypatch):
    added = replace(MOVEMENTS["knee_flexion"], key="toe_spreading", aliases=("spreading",))
    monkeypatch.setitem(MOVEMENTS, "toe_spreading", added)
    assert ("toe_spreading", Side.LEFT) in instrument.cells(MOVEMENTS)
    assert added in dict(instrument.by_region(MOVEMENTS))[Region.KNEES]
    assert added in dict(instrument.by_position(MOVEMENTS))[Position.PRONE]
    assert instrument.movement("toe_spreading") is added


def test_a_key_that_is_no_movement_stops_the_list_instead_of_leaving_a_gap():
    for read in (instrument.cells, instrument.by_position, instrument.by_region):
        with pytest.raises(instrument.UnknownMovement):
            read(["hip_flexion", "tail_wag"])
