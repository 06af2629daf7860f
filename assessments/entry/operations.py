"""The saving protocol: what a page sends of a draft, checked for shape, not for sense.

A page names itself (`client`) and numbers its operations. One that was taken before is skipped,
so any request may be sent again. Each operation says on which revision of the cell it builds; if
another page has changed the cell since, nothing of the request is taken and both versions are
shown. A draft takes whatever was typed: sense is asked for at signing.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from .. import instrument
from ..consistency import Prompt
from ..wording import key_name

MOST_OPERATIONS = 400
LONGEST_TEXT = {"text": 4000, "reason": 20, "position": 20, "note": 300}
LISTS: dict[str, frozenset[str]] = {
    "limiters": frozenset(instrument.Limiter),
    "confirmed": frozenset(Prompt),  # the questions about this very text answered with "keep"
}
POSITIONS = frozenset(("", *instrument.Position))
ENTERED = ("typed", "filled")
LARGEST = 2**31 - 1


class BadOperations(ValueError):
    """The request cannot be read; the message names the field."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One change of one cell: `key` is "movement.side" or "context.field"."""

    seq: int
    key: str
    base: int
    value: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request carries."""

    client: str
    patient: UUID
    operations: Sequence[Operation]


def read_batch(data: object, keys: Container[str]) -> Batch:
    """Return the request's content, in the order of its numbers.

    `keys` are those of the draft. Raises BadOperations, naming the field, on any other shape.
    """
    if not isinstance(data, dict):
        raise BadOperations(_("The request must be an object."))
    operations = data.get("ops")
    if not isinstance(operations, list) or len(operations) > MOST_OPERATIONS:
        raise BadOperations(_("ops: a list of at most %s operations is needed.") % MOST_OPERATIONS)
    read = sorted((_operation(each, keys) for each in operations), key=lambda op: op.seq)
    if len({op.seq for op in read}) < len(read):
        raise BadOperations(_("seq: each operation needs a number of its own."))
    return Batch(
        client=str(_uuid(data, "client")), patient=_uuid(data, "patient"), operations=tuple(read)
    )


def _operation(data: object, keys: Container[str]) -> Operation:
    if not isinstance(data, dict):
        raise BadOperations(_("ops: each operation must be an object."))
    key = data.get("key")
    if not isinstance(key, str) or key not in keys:
        raise BadOperations(_("key: this is not a cell of this assessment."))
    seq, base = _integer(data, "seq"), _integer(data, "base")
    try:
        return Operation(seq, key, base, _value(data))
    except BadOperations as problem:
        raise BadOperations(f"{key_name(key)}: {problem}") from None


def _value(data: dict[str, Any]) -> dict[str, Any]:
    value = data.get("value")
    if not isinstance(value, dict):
        raise BadOperations(_("value: an object is needed."))
    clean: dict[str, Any] = {name: _text(value, name) for name in LONGEST_TEXT}
    if clean["position"] not in POSITIONS:
        raise BadOperations(_("position: this one is not known."))
    clean |= {name: _members(value, name) for name in LISTS}
    entered = value.get("entered", ENTERED[0])
    if entered not in ENTERED:
        raise BadOperations(_("entered: this way of entry is not known."))
    clean["entered"] = entered
    clean["quick"] = value.get("quick", False)
    if not isinstance(clean["quick"], bool):
        raise BadOperations(_("quick: true or false is needed."))
    return clean


def _members(value: dict[str, Any], name: str) -> list[str]:
    """Return the listed words, each once."""
    items, known = value.get(name, []), LISTS[name]
    if not isinstance(items, list) or len(items) > len(known):
        raise BadOperations(_("%s: a short list is needed.") % name)
    if not all(isinstance(item, str) and item in known for item in items):
        raise BadOperations(_("%s: one of them is not known.") % name)
    return list(dict.fromkeys(items))


def _text(value: dict[str, Any], name: str) -> str:
    """Return a text that both databases can hold."""
    text = value.get(name, "")
    if not isinstance(text, str) or len(text) > LONGEST_TEXT[name]:
        raise BadOperations(
            _("%(name)s: a text of at most %(most)s characters is needed.")
            % {"name": name, "most": LONGEST_TEXT[name]}
        )
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise BadOperations(_("%s: a character in it cannot be stored.") % name)
    return text


def _integer(data: dict[str, Any], name: str) -> int:
    number = data.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= LARGEST:
        raise BadOperations(_("%s: a whole number is needed.") % name)
    return number


def _uuid(data: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(data[name])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise BadOperations(_("%s: an identifier is needed.") % name) from None
