"""The named batteries."""

import pytest

from assessments import instrument
from assessments.instrument import BATTERIES, MOVEMENTS, PROFILES, Region

SIZES = {
    "ms_seated_quick": 10,
    "ms_clinic_screen": 12,
    "lower_limb": 13,
    "mrc_sum_60": 6,
    "isncsci_motor": 10,
    "mmt8": 8,
    "ms_hhd_les": 5,
    "full": 42,
}

every_battery = pytest.mark.parametrize("each", BATTERIES.values(), ids=list(BATTERIES))


def test_there_are_eight_batteries_of_the_right_size():
    assert {key: len(each.movements) for key, each in BATTERIES.items()} == SIZES


@every_battery
def test_a_battery_lists_movements_of_the_catalogue_once_each(each):
    assert set(each.movements) <= set(MOVEMENTS)
    assert len(set(each.movements)) == len(each.movements)


@every_battery
def test_a_battery_has_a_name_a_version_and_a_reason_to_be(each):
    assert BATTERIES[each.key] is each
    assert each.version >= 1
    assert str(each.name)
    assert str(each.why)


@every_battery
def test_a_battery_s_sums_are_of_its_own_movements_and_scale(each):
    assert each.profile is None or each.profile in PROFILES
    for named in each.sums:
        assert named.profile == each.profile
        assert set(named.movements) <= set(each.movements)


def test_the_default_battery_covers_the_five_regions_with_24_scores():
    default = instrument.battery(instrument.DEFAULT_BATTERY)
    assert len(instrument.cells(default.movements)) == 24
    # The upper body is seen at the shoulder.
    assert [region for region, _ in instrument.by_region(default.movements)] == list(Region)


def test_the_seated_battery_keeps_to_what_a_chair_allows():
    for key in BATTERIES["ms_seated_quick"].movements:
        assert MOVEMENTS[key].seated is not instrument.Seated.NO


def test_the_full_battery_is_the_catalogue():
    assert BATTERIES["full"].movements == tuple(MOVEMENTS)


def test_only_the_battery_measured_in_force_says_so():
    assert [key for key, each in BATTERIES.items() if each.dynamometry] == ["ms_hhd_les"]


def test_an_unknown_battery_is_named_in_the_error():
    with pytest.raises(instrument.UnknownBattery, match="everything"):
        instrument.battery("everything")
