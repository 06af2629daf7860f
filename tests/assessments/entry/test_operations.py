"""The shape of what a page sends: anything either is a batch or is refused by name."""

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import instrument
from assessments.entry.operations import (
    LARGEST,
    LONGEST_TEXT,
    MOST_OPERATIONS,
    BadOperations,
    Batch,
    read_batch,
)
from tests.assessments.saving import HIP, KNEE, op, request_of

KEYS = (HIP, KNEE, "context.note")
PATIENT = uuid4()


def read(*ops: Any, **request: Any) -> Batch:
    return read_batch({**request_of(PATIENT, *ops), **request}, KEYS)


def test_a_whole_request_becomes_a_batch() -> None:
    limited = op(HIP, "4-", seq=7, base=3, limiters=["pain"], position="supine", note="Ça va")
    batch = read(limited)
    operation = batch.operations[0]
    assert batch.patient == PATIENT
    assert (operation.seq, operation.key, operation.base) == (7, HIP, 3)
    assert operation.value == limited["value"]


def test_what_is_left_out_of_a_value_is_blank_and_typed() -> None:
    bare = {"seq": 0, "key": HIP, "base": 0, "value": {"text": "0"}}
    assert read(bare).operations[0].value == op(HIP, "0")["value"]


def test_operations_are_taken_in_the_order_of_their_numbers() -> None:
    batch = read(op(HIP, "3", seq=9), op(KNEE, "4", seq=2))
    assert [operation.seq for operation in batch.operations] == [2, 9]


def test_a_limiter_said_twice_counts_once() -> None:
    batch = read(op(HIP, "4", limiters=["tone", "position_modified"] * 4))
    assert batch.operations[0].value["limiters"] == ["tone", "position_modified"]


@pytest.mark.parametrize("data", [None, 3, "ops", [], True, 1.5])
def test_a_request_that_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(BadOperations, match="must be an object"):
        read_batch(data, KEYS)


@pytest.mark.parametrize("name", ["client", "patient"])
@pytest.mark.parametrize("wrong", [None, 12, "", "not-a-uuid", "\0" * 36, [], {}, "9" * 400])
def test_an_identifier_that_is_none_is_named(name: str, wrong: object) -> None:
    with pytest.raises(BadOperations, match=f"^{name}: an identifier"):
        read(op(HIP, "4"), **{name: wrong})


@pytest.mark.parametrize("wrong", [None, {}, "[]", 4, [op(HIP)] * (MOST_OPERATIONS + 1)])
def test_operations_must_be_a_list_of_bearable_length(wrong: object) -> None:
    with pytest.raises(BadOperations, match=r"^ops: a list of at most 400"):
        read(ops=wrong)


@pytest.mark.parametrize("wrong", [None, [], "x", 1])
def test_an_operation_that_is_no_object_is_refused(wrong: object) -> None:
    with pytest.raises(BadOperations, match=r"^ops: each operation"):
        read(wrong)


@pytest.mark.parametrize(
    "key", [None, 5, [], {}, "", "hip_flexion", "hip_flexion.both", "context.patient", HIP + "\n"]
)
def test_a_key_outside_the_draft_is_refused(key: Any) -> None:
    with pytest.raises(BadOperations, match=r"^key: this is not a cell of this assessment"):
        read(op(key, "4"))


@pytest.mark.parametrize("name", ["seq", "base"])
@pytest.mark.parametrize("wrong", [None, "1", 1.0, True, False, -1, LARGEST + 1, int("9" * 400)])
def test_a_number_that_is_no_small_whole_number_is_named(name: str, wrong: object) -> None:
    with pytest.raises(BadOperations, match=f"^{name}: a whole number"):
        read({**op(HIP, "4"), name: wrong})


def test_two_operations_with_one_number_are_refused() -> None:
    with pytest.raises(BadOperations, match=r"^seq: each operation needs a number of its own"):
        read(op(HIP, "4", seq=3), op(KNEE, "5", seq=3))


@pytest.mark.parametrize("wrong", [None, "4", 4, ["4"]])
def test_a_value_that_is_no_object_is_refused_with_the_name_of_its_cell(wrong: object) -> None:
    with pytest.raises(BadOperations, match=r"^Right hip flexion: value: an object"):
        read({**op(HIP), "value": wrong})


@pytest.mark.parametrize("name", LONGEST_TEXT)
@pytest.mark.parametrize("wrong", [None, 4, ["4"], {"a": 1}, "x" * 4001])
def test_a_text_of_another_type_or_length_is_named(name: str, wrong: object) -> None:
    with pytest.raises(BadOperations, match=f"^Right hip flexion: {name}: a text of at most"):
        read(op(HIP, **{name: wrong}))


@pytest.mark.parametrize("name", ["text", "reason", "note"])
@pytest.mark.parametrize("text", ["4\0", "\ud800", "x\udfff"])
def test_a_character_that_no_database_holds_is_refused(name: str, text: str) -> None:
    with pytest.raises(BadOperations, match=f"{name}: a character in it cannot be stored"):
        read(op(HIP, **{name: text}))


@pytest.mark.parametrize("text", ["4-", "", " ", "🦵", "‮drawkcab", "<b>&\"'", "x" * 4000])
def test_any_other_text_is_taken_as_it_was_typed(text: str) -> None:
    assert read(op("context.note", text)).operations[0].value["text"] == text


@pytest.mark.parametrize("wrong", [None, "pain", {"pain": 1}, ["pain"] * 9, 3])
def test_limiters_must_be_a_short_list(wrong: object) -> None:
    with pytest.raises(BadOperations, match="limiters: a short list"):
        read(op(HIP, "4", limiters=wrong))


@pytest.mark.parametrize("wrong", ["cold", "", "Pain", None, 1, ["pain"], {"a": 1}])
def test_an_unknown_limiter_is_refused(wrong: object) -> None:
    with pytest.raises(BadOperations, match="limiters: one of them is not known"):
        read(op(HIP, "4", limiters=["pain", wrong]))


@pytest.mark.parametrize(("name", "wrong"), [("position", "upside_down"), ("entered", "carried")])
def test_an_unknown_position_or_way_of_entry_is_refused(name: str, wrong: str) -> None:
    with pytest.raises(BadOperations, match=f"{name}: this .* is not known"):
        read(op(HIP, "4", **{name: wrong}))


@pytest.mark.parametrize("wrong", [None, [], {}, 1, True])
def test_a_way_of_entry_of_another_type_is_refused(wrong: object) -> None:
    with pytest.raises(BadOperations, match="entered: this way"):
        read(op(HIP, "4", entered=wrong))


@pytest.mark.parametrize("limiter", instrument.Limiter)
def test_every_limiter_of_the_instrument_is_known(limiter: instrument.Limiter) -> None:
    assert read(op(HIP, "4", limiters=[limiter.value])).operations[0].value["limiters"] == [limiter]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


def mostly(right: object) -> st.SearchStrategy[object]:
    """Return what is right half the time, so that the next check is reached."""
    return st.just(right) | ANY_JSON


NEARLY_AN_OPERATION = st.fixed_dictionaries(
    {
        "seq": mostly(1),
        "key": mostly(HIP),
        "base": mostly(0),
        "value": st.fixed_dictionaries(
            {name: mostly(known) for name, known in op(HIP, "4")["value"].items()}
        ),
    }
)
NEARLY_A_REQUEST = st.fixed_dictionaries(
    {
        "client": mostly(str(uuid4())),
        "patient": mostly(str(PATIENT)),
        "ops": st.lists(NEARLY_AN_OPERATION, max_size=2) | ANY_JSON,
    }
)


def outcome(data: object) -> Batch | str:
    try:
        return read_batch(data, KEYS)
    except BadOperations as refused:
        return str(refused)


@settings(deadline=None)
@given(ANY_JSON | NEARLY_A_REQUEST)
def test_any_json_is_a_batch_or_refused_in_words(data: object) -> None:
    found = outcome(data)
    assert found
    if isinstance(found, Batch):
        stored = json.dumps([operation.value for operation in found.operations])
        assert "\\u0000" not in stored
        assert "\\ud800" not in stored
