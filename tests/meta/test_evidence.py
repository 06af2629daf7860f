"""The documents that point at tests point at tests that exist, and their numbers add up."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
POINTING = ("clinical-safety.md", "asvs.md", "security.md", "privacy.md")
RISK = re.compile(r"\*\*(?:Initial|Residual) risk\*\*: (\w+), ([\w ]+), ([1-5])\b")
PARTS = ("Hazard", "Cause", "Effect", "Initial risk", "Control", "Evidence", "Residual risk")
WANTED = {"Wrong patient", "Wrong side", "Wrong scale", "Lost score", "Stale picture",
          "Misread flag", "Printed old letter"}  # fmt: skip
REQUIREMENT = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([123]) \| (.*) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def tests() -> set[str]:
    return {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", POINTING)
def test_every_test_that_is_named_exists(name: str, tests: set[str]) -> None:
    named = set(re.findall(r"`(test_\w+)`", text_of(name)))
    assert named - tests == set()


def hazards() -> dict[str, str]:
    parts = re.split(r"^### H\d+ (.+)$", text_of("clinical-safety.md"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_hazard_has_every_part_and_its_evidence() -> None:
    found = hazards()
    assert found.keys() >= WANTED
    for title, text in found.items():
        assert re.findall(r"^- \*\*(.+?)\*\*:", text, re.MULTILINE) == list(PARTS), title
        assert re.search(r"\*\*Evidence\*\*:[^*]*`test_", text), title


def test_every_risk_is_that_of_the_matrix_and_none_stays_high() -> None:
    text = text_of("clinical-safety.md")
    [heads] = re.findall(r"^\| likelihood \| (.+) \|$", text, re.MULTILINE)
    rows = re.findall(r"^\| (Very high|High|Medium|Low|Very low) \| (.+) \|$", text, re.MULTILINE)
    matrix = {
        (severity, likelihood): number
        for likelihood, numbers in rows
        for severity, number in zip(heads.split(" | "), numbers.split(" | "), strict=True)
    }
    told = RISK.findall(text)
    assert len(told) == 2 * len(hazards())
    assert [each for each in told if matrix[each[:2]] != each[2]] == []
    assert all(number <= "3" for _severity, _likelihood, number in told[1::2])


def test_every_requirement_of_level_2_is_met_or_answered() -> None:
    rows = REQUIREMENT.findall(text_of("asvs.md"))
    numbers = [number for number, _level, _text in rows]
    assert len(numbers) == len(set(numbers))
    assert sum(level in "12" for _number, level, _text in rows) == ASVS_LEVEL_2
    silent = [number for number, _level, text in rows if not text.rpartition(" | ")[2].strip()]
    assert silent == []


ASVS_LEVEL_2 = 253  # requirements of levels 1 and 2 in ASVS 5.0.0
