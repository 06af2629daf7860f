"""Resources as JSON, piece by piece: what stays the same is written once."""

import json
import re

from .fhir import Resource

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# Around the name of what is to be filled in: no text of ours has it.
MARK = "\ue000"
MARKED = re.compile(f"{MARK}([a-z]+){MARK}")


def members(resource: Resource) -> str:
    """Return what stands between the braces, without the kind and id, which stand before it."""
    told = {name: value for name, value in resource.items() if name not in ("resourceType", "id")}
    return _encode(told)[1:-1]


def mark(name: str) -> str:
    """Return what stands in a template for a text to be filled in."""
    return f"{MARK}{name}{MARK}"


class Template:
    """The members of a resource with texts to be filled in, each made of plain signs: ids, times.

    What people typed must not be filled in: it would need to be written as JSON.
    """

    def __init__(self, resource: Resource) -> None:
        # Texts and names of what goes between them, in turn.
        self._pieces = MARKED.split(members(resource))
        self._names = self._pieces[1::2]

    def filled(self, texts: dict[str, str]) -> str:
        self._pieces[1::2] = [texts[name] for name in self._names]
        return "".join(self._pieces)
