"""The style sheets of the pictures, resolved: which attributes an element would look the same with.

A picture that leaves the page takes no style sheet along: the programs that read it know neither
variables nor `:is()`. So the rules are read here as on paper, and what they say of an element is
written on it. Only what our own sheets use is understood; other selectors are left out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "assessments/static/assessments"
SHEETS = (
    ROOT / "mmt/static/mmt/theme.css",
    ROOT / "mmt/static/mmt/grades.css",
    OURS / "charts.css",
    OURS / "body_map.css",
    OURS / "heat_map.css",
    OURS / "strips.css",
)
# What of a style an SVG element can carry as an attribute, and text-transform, done on the text.
PRESENTATION = frozenset(
    (
        "fill",
        "fill-opacity",
        "fill-rule",
        "font-size",
        "font-weight",
        "opacity",
        "overflow",
        "paint-order",
        "stroke",
        "stroke-dasharray",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-opacity",
        "stroke-width",
        "text-anchor",
        "text-transform",
    )
)
REM = 16

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_COMMA = re.compile(r",(?![^()]*\))")  # not one inside of brackets
_IS = re.compile(r":is\(([^()]*)\)")
_COMPOUND = re.compile(r"([a-z]*)((?:\.[\w-]+|\[[\w-]+(?:=\"[^\"]*\")?\])*)")
_PART = re.compile(r"\.([\w-]+)|\[([\w-]+)(?:=\"([^\"]*)\")?\]")
_VAR = re.compile(r"var\((--[\w-]+)(?:,\s*((?:[^()]|\([^()]*\))*))?\)")


@dataclass(frozen=True, slots=True)
class Compound:
    """One step of a selector: `rect.g0[data-side="left"]`. A value of None asks for any."""

    tag: str
    classes: frozenset[str]
    attributes: tuple[tuple[str, str | None], ...]

    def matches(self, node: "Node") -> bool:
        return (
            self.tag in ("", node.tag)
            and self.classes <= node.classes
            and all(
                name in node.attributes and value in (None, node.attributes[name])
                for name, value in self.attributes
            )
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A selector's steps, outermost first; the weightier rule wins, then the later one."""

    steps: tuple[Compound, ...]
    weight: tuple[int, int]
    declared: Mapping[str, str]


@dataclass(slots=True)
class Node:
    """An element among its ancestors, with what the rules say of it. Alike elements share one."""

    tag: str
    classes: frozenset[str]
    attributes: Mapping[str, str]
    parent: "Node | None"
    variables: Mapping[str, str] = field(default_factory=dict)
    look: Mapping[str, str] = field(default_factory=dict)
    children: dict[tuple[str, ...], "Node"] = field(default_factory=dict)


def root() -> Node:
    """Return what every picture stands in."""
    return Node("body", frozenset(), {}, None, _sheet().variables)


def child(parent: Node, tag: str, attributes: Mapping[str, str]) -> Node:
    """Return the element of these attributes in `parent`."""
    sheet = _sheet()
    key = (tag, attributes.get("class", ""), *(attributes.get(name, "") for name in sheet.asked))
    if key not in parent.children:
        node = Node(tag, frozenset(key[1].split()), dict(attributes), parent)
        declared = sheet.declared_of(node)
        own = {name: value for name, value in declared.items() if name.startswith("--")}
        node.variables = {**parent.variables, **own}
        node.look = _look(declared, node.variables)
        parent.children[key] = node
    return parent.children[key]


def _look(declared: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name, value in declared.items():
        resolved = _resolved(value, variables) if name in PRESENTATION else ""
        if resolved not in ("", "inherit"):
            found[name] = _plain(resolved)
    return found


def _resolved(value: str, variables: Mapping[str, str]) -> str:
    """Return a value without variables, empty where one is not known."""
    while found := _VAR.search(value):
        known = variables.get(found[1], found[2])
        if known is None:
            return ""
        value = value.replace(found[0], known.strip())
    return value


def _plain(value: str) -> str:
    """Return a length without its unit, and no other way to say no paint than `none`."""
    if value == "transparent":
        return "none"
    if value.endswith("rem"):
        return f"{float(value.removesuffix('rem')) * REM:g}"
    return value.removesuffix("px")


class Sheet:
    """All rules. `variables` are those of the whole page, `asked` the attributes selectors name."""

    def __init__(self, text: str) -> None:
        self.variables: dict[str, str] = {}
        self._rules: list[Rule] = []
        for selectors, body in _blocks(_COMMENT.sub("", text)):
            declared = _declarations(body)
            if selectors == ":root":
                self.variables |= declared
                continue
            for selector in _expanded(selectors):
                if steps := _steps(selector):
                    self._rules.append(Rule(steps, _weight(steps), declared))
        self.asked = sorted(
            {
                name
                for rule in self._rules
                for step in rule.steps
                for name, _value in step.attributes
            }
        )

    def declared_of(self, node: Node) -> dict[str, str]:
        matching = [rule for rule in self._rules if _reaches(rule.steps, node)]
        declared: dict[str, str] = {}
        for rule in sorted(matching, key=lambda rule: rule.weight):
            declared |= rule.declared
        return declared


@cache
def _sheet() -> Sheet:
    return Sheet("".join(path.read_text(encoding="utf-8") for path in SHEETS))


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Give (selectors, declarations) of what holds on paper."""
    place = 0
    while (start := text.find("{", place)) >= 0:
        head, depth, end = text[place:start].strip(), 1, start + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        body, place = text[start + 1 : end - 1], end
        if head == "@media print":
            yield from _blocks(body)
        elif not head.startswith("@"):
            yield head, body


def _declarations(body: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in body.split(";") if ":" in line)
    return {name.strip(): value.strip() for name, _colon, value in pairs}


def _expanded(selectors: str) -> Iterator[str]:
    """Give each selector of a list, one for every choice of its `:is()`."""
    for selector in _COMMA.split(selectors):
        found = _IS.search(selector)
        if not found:
            yield selector.strip()
            continue
        before, after = selector[: found.start()], selector[found.end() :]
        for choice in found[1].split(","):
            yield from _expanded(f"{before}{choice.strip()}{after}")


def _steps(selector: str) -> tuple[Compound, ...]:
    """Return a selector's steps; nothing for one that is not understood."""
    steps = []
    for word in selector.split():
        found = _COMPOUND.fullmatch(word)
        if not found:
            return ()
        parts = _PART.findall(found[2])
        steps.append(
            Compound(
                found[1],
                frozenset(name for name, _attribute, _value in parts if name),
                tuple((attribute, value or None) for _name, attribute, value in parts if attribute),
            )
        )
    return tuple(steps)


def _weight(steps: tuple[Compound, ...]) -> tuple[int, int]:
    classes = sum(len(step.classes) + len(step.attributes) for step in steps)
    return classes, sum(bool(step.tag) for step in steps)


def _reaches(steps: tuple[Compound, ...], node: Node) -> bool:
    if not steps[-1].matches(node):
        return False
    rest, above = list(steps[:-1]), node.parent
    while rest and above is not None:
        if rest[-1].matches(above):
            rest.pop()
        above = above.parent
    return not rest
