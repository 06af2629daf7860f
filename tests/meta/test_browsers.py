"""What no script or sheet asks of a browser: it is younger than the oldest that work.

Those are named in docs/running.md. A tablet that gets no updates any more stays at its own.
"""

import re
from pathlib import Path

import pytest

from tests.guards.sites import ROOMS, ROOT

OLDEST = "Safari 15.4, Chrome and Edge 96 and Firefox 102"

# A thing and the first browser that came too late with it, how it is written, an example.
SCRIPTS = [
    ("signal by time, Safari 16", r"\bAbortSignal\.(?:timeout|any)\(", "AbortSignal.timeout(1)"),
    ("asking to submit, Safari 16", r"\.requestSubmit\b", "form.requestSubmit(button)"),
    ("changed copies, Safari 16", r"\.to(?:Sorted|Reversed|Spliced)\(", "days.toSorted()"),
    ("found from the end, Firefox 104", r"\.findLast(?:Index)?\(", "rows.findLast(isOpen)"),
    ("awaited list, Safari 16.4", r"\bArray\.fromAsync\b", "Array.fromAsync(rows)"),
    ("groups, Safari 17.4", r"\b(?:Object|Map)\.groupBy\b", "Object.groupBy(rows, sideOf)"),
    ("promises, Safari 17.4", r"\bPromise\.(?:withResolvers|try)\b", "Promise.withResolvers()"),
    (
        "sets together, Safari 17",
        r"\.(?:union|intersection|difference|symmetricDifference|isSubsetOf)\(",
        "chosen.union(others)",
    ),
    (
        "steps without a list, Safari 18.4",
        r"\.(?:keys|values|entries)\(\)\s*\.(?:map|filter|some|every|find)\(",
        "waiting.values().map(nameOf)",
    ),
    ("looking behind, Safari 16.4", r"\(\?<[=!]", "/(?<=a)b/"),
    ("static blocks, Safari 16.4", r"\bstatic\s*\{", "static { start(); }"),
    ("inert, Safari 15.5", r"\.inert\b", "page.inert = true"),
    ("popovers, Safari 17", r"\.(?:show|hide|toggle)Popover\(", "menu.showPopover()"),
    ("whether it shows, Safari 17.4", r"\.checkVisibility\(", "cell.checkVisibility()"),
    ("parts by what they hold, Chrome 105", r"""["'`][^"'`\n]*:has\(""", 'find("tr:has(a)")'),
    ("names as properties, Firefox 119", r"\.aria[A-Z]", "mark.ariaLabel"),
    ("idle time, every Safari", r"\brequestIdleCallback\b", "requestIdleCallback(tidy)"),
]
SHEETS = [
    ("nesting, Safari 16.5", r"^\s+&", "  &:hover {"),
    ("width of a part, Safari 16", r"@container\b", "@container (min-width: 40rem) {"),
    ("ranges, Safari 16.4", r"@media[^{]*[<>]", "@media (width < 40rem) {"),
    ("mixed colours, Safari 16.2", r"\bcolor-mix\(", "color: color-mix(in srgb, red, blue)"),
    ("colours for the dark, Safari 17.5", r"\blight-dark\(", "color: light-dark(black, white)"),
    ("layers, Chrome 99", r"@layer\b", "@layer base {"),
]


def breaches(kind: str, pattern: str) -> list[str]:
    wanted = re.compile(pattern, re.MULTILINE)
    paths: list[Path] = [
        path for room in ROOMS for path in (ROOT / room).rglob(f"static/**/*.{kind}")
    ]
    assert paths
    return [
        f"{path.relative_to(ROOT)}: {found.group().strip()}"
        for path in paths
        for found in wanted.finditer(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("rule", SCRIPTS, ids=[rule[0] for rule in SCRIPTS])
def test_no_script_is_too_young_by(rule: tuple[str, str, str]) -> None:
    _name, pattern, example = rule
    assert re.search(pattern, example)
    assert breaches("js", pattern) == []


@pytest.mark.parametrize("rule", SHEETS, ids=[rule[0] for rule in SHEETS])
def test_no_sheet_is_too_young_by(rule: tuple[str, str, str]) -> None:
    _name, pattern, example = rule
    assert re.search(pattern, example, re.MULTILINE)
    assert breaches("css", pattern) == []


def test_the_oldest_browsers_are_told_of() -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    assert OLDEST in " ".join(text.split())
