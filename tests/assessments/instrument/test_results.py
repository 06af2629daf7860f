"""What a cell can hold besides a grade."""

import pytest

from assessments.instrument import (
    REASONS,
    Joint,
    LabelledEnum,
    Laterality,
    Limiter,
    Position,
    Reason,
    Region,
    Seated,
    Side,
    Status,
)


def test_not_testable_and_not_done_have_reasons_and_a_grade_has_none():
    assert set(REASONS) == set(Status) - {Status.GRADED}


def test_every_reason_belongs_to_exactly_one_status():
    filed = [reason for reasons in REASONS.values() for reason in reasons]
    assert sorted(filed) == sorted(Reason)
    assert (len(REASONS[Status.NOT_TESTABLE]), len(REASONS[Status.NOT_DONE])) == (8, 6)


@pytest.mark.parametrize("status", REASONS)
def test_one_key_chooses_one_reason(status):
    keys = [reason.key for reason in REASONS[status]]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 1 and key.isascii() for key in keys)


@pytest.mark.parametrize("reason", Reason)
def test_no_slip_of_the_finger_chooses_a_reason(reason):
    assert not reason.key.isdigit()  # a grade typed out of turn
    assert reason.key not in "nd"  # the key that asked, held down


@pytest.mark.parametrize(
    "kind", [Side, Laterality, Region, Joint, Position, Seated, Status, Reason, Limiter]
)
def test_every_member_has_a_label_of_its_own_and_is_its_stored_value(kind: type[LabelledEnum]):
    labels = [str(member.label) for member in kind]
    assert all(labels)
    assert len(set(labels)) == len(labels)
    for member in kind:
        assert kind(member.value) is member
        assert f"{member}" == member == member.value


def test_a_side_is_never_bilateral():
    assert [side.value for side in Side] == ["right", "left", "midline"]
    with pytest.raises(ValueError, match="bilateral"):
        Side("bilateral")  # type: ignore[call-arg]
