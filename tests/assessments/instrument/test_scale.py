"""The lattice of 13 levels and the four profiles that read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import instrument
from assessments.instrument import PROFILES, UnknownGrade, code, profile

# level, MRC code, Kendall code, whole MRC grade, place in thirds: the scale as it was decided.
LATTICE = [
    (0, "0", "0", 0, 0),
    (1, "1", "T", 1, 3),
    (2, "2-", "1", 2, 5),
    (3, "2", "2", 2, 6),
    (4, "2+", "3", 2, 7),
    (5, "3-", "4", 2, 8),
    (6, "3", "5", 3, 9),
    (7, "3+", "6", 3, 10),
    (8, "4-", "7", 4, 11),
    (9, "4", "8", 4, 12),
    (10, "4+", "9", 4, 13),
    (11, "5-", None, 4, 14),
    (12, "5", "10", 5, 15),
]

a_profile = st.sampled_from(list(PROFILES.values()))
anything = st.one_of(st.integers(), st.text())


@pytest.mark.parametrize(("level", "mrc", "kendall", "whole", "thirds"), LATTICE)
def test_each_level_stands_where_the_table_puts_it(level, mrc, kendall, whole, thirds):
    assert profile("mrc_plus_minus").code_of(level) == mrc
    assert instrument.WHOLE[level] == whole
    assert instrument.THIRDS[level] == thirds
    if kendall is None:
        assert not profile("kendall").has(level)
    else:
        assert profile("kendall").code_of(level) == kendall


def test_there_are_as_many_levels_as_rows_in_the_table():
    assert list(instrument.LEVELS) == [row[0] for row in LATTICE]
    assert len(instrument.WHOLE) == len(instrument.THIRDS) == len(LATTICE)


def test_the_profiles_have_their_codes_weakest_first():
    assert {key: " ".join(each.codes) for key, each in PROFILES.items()} == {
        "mrc": "0 1 2 3 4 5",
        "mrc_plus_minus_4": "0 1 2 3 4- 4 4+ 5",
        "mrc_plus_minus": "0 1 2- 2 2+ 3- 3 3+ 4- 4 4+ 5- 5",
        "kendall": "0 T 1 2 3 4 5 6 7 8 9 10",
    }
    assert instrument.DEFAULT_PROFILE == "mrc"


def test_the_default_profile_speaks_the_words_of_the_mrc():
    assert [str(grade.meaning) for grade in profile("mrc").grades] == [
        "No contraction",
        "Flicker or trace of contraction",
        "Active movement, with gravity eliminated",
        "Active movement against gravity",
        "Active movement against gravity and resistance",
        "Normal power",
    ]


def test_every_grade_of_every_profile_has_its_own_meaning():
    for each in PROFILES.values():
        meanings = {str(grade.meaning) for grade in each.grades}
        assert "" not in meanings
        assert len(meanings) == len(each.grades), each.key


@given(st.data())
def test_code_and_level_are_two_names_of_one_grade(data):
    chosen = data.draw(a_profile)
    level = data.draw(st.sampled_from(chosen.levels))
    assert chosen.level_of(chosen.code_of(level)) == level
    assert code(level, chosen.key) == chosen.code_of(level)


@given(chosen=a_profile, other=anything)
def test_what_a_profile_does_not_have_is_an_error_and_never_another_grade(chosen, other):
    if other in chosen.levels or other in chosen.codes:
        return
    for ask in (chosen.code_of, chosen.level_of):
        with pytest.raises(UnknownGrade):
            ask(other)


def test_three_minus_is_a_whole_two_and_five_minus_a_whole_four():
    level_of = profile("mrc_plus_minus").level_of
    assert instrument.WHOLE[level_of("3-")] == 2
    assert instrument.WHOLE[level_of("5-")] == 4


def test_two_plus_and_three_minus_stay_apart():
    for chosen in ("mrc_plus_minus", "mrc"):
        assert code(4, chosen) == "2+"
        assert code(5, chosen) == "3-"
    assert instrument.THIRDS[4] < instrument.THIRDS[5]


def test_gravity_is_crossed_at_three_and_normal_is_five():
    assert code(instrument.ANTIGRAVITY_LEVEL, "mrc") == "3"
    assert code(instrument.NORMAL_LEVEL, "mrc") == "5"


def test_grades_of_several_scales_share_a_code_or_are_told_in_mrc():
    three = instrument.ANTIGRAVITY_LEVEL
    assert instrument.code_among(three, ["kendall"]) == "5"
    assert instrument.code_among(three, ["mrc", "mrc_plus_minus"]) == "3"
    assert instrument.code_among(three, ["mrc", "kendall"]) == "MRC 3"
    assert instrument.code_among(three, []) == "MRC 3"
    assert instrument.code_among(0, ["mrc", "kendall"]) == "0"


def test_a_level_the_profile_lacks_reads_as_its_plain_mrc_code():
    assert code(10, "mrc") == "4+"
    assert code(11, "kendall") == "5-"


@pytest.mark.parametrize("level", [-1, 13, 255])
def test_a_level_outside_the_lattice_is_an_error_and_does_not_wrap_round(level):
    with pytest.raises(UnknownGrade):
        code(level, "mrc")


def test_an_unknown_profile_is_named_in_the_error():
    with pytest.raises(instrument.UnknownProfile, match="oxford"):
        profile("oxford")
