"""`docs/settings.md` lists every setting that the code reads, with the default that it has there.

python -m pytest tests/meta/test_settings_page.py --write-settings
"""

import ast
from pathlib import Path

import pytest

from mmt.declared import SETTINGS, Setting

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "settings.md"
READERS = {"text", "flag", "number", "level", "address", "words", "secret", "networks"}
BOUNDS = {"least", "most"}
DECLARED = {each.name: each for group in SETTINGS.values() for each in group}
HEAD = """# Settings

Written by `python -m pytest tests/meta/test_settings_page.py --write-settings` from
`mmt/declared.py`, which a test holds against the code that reads them. Do not edit it by hand.

All come from the environment; none is needed to try the product. Any may stand in a file instead,
whose path is given as `NAME_FILE`: `SECRET_KEY_FILE=/run/secrets/key`, `DATABASE_URL_FILE=…`.
[Running](running.md) says how they belong together.
"""


def page() -> str:
    parts = [HEAD]
    for title, group in SETTINGS.items():
        rows = [f"| `{each.name}` | {shown(each)} | {each.meaning} |" for each in group]
        parts += [f"## {title}\n", "| name | default | meaning |", "|---|---|---|", *rows, ""]
    return "\n".join(parts)


def shown(setting: Setting) -> str:
    return setting.instead or f"`{setting.default}`"


def read_by_the_code() -> dict[str, set[str]]:
    """Return the defaults with which each setting is read; "" for none."""
    found: dict[str, set[str]] = {}
    for room in ("mmt", "patients", "assessments"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and (name := name_of(node, path)):
                    found.setdefault(name, set()).add(default_of(node))
    return found


def name_of(call: ast.Call, path: Path) -> str | None:
    """Return the setting that a call of `env` reads; in env.py itself, of its own functions."""
    match call.func, call.args:
        case ast.Attribute(value=ast.Name(id="env"), attr=kind), [
            ast.Constant(value=str(name)),
            *_,
        ]:
            return name if kind in READERS else None
        case ast.Name(id=kind), [ast.Constant(value=str(name)), *_] if path.name == "env.py":
            return name if kind in READERS else None
    return None


def default_of(call: ast.Call) -> str:
    named = [word.value for word in call.keywords if word.arg not in BOUNDS]
    given = [*call.args[1:], *named]
    match given:
        case [ast.Constant(value=bool(value))]:
            return "yes" if value else "no"
        case [ast.Constant(value=value)]:
            return str(value)
    return ""  # none, or the folder in which a secret is made


def test_the_page_is_current(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--write-settings"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "Write it anew: see the top of this file."


def test_every_setting_that_is_read_is_declared_with_its_default() -> None:
    declared = {name: {each.default} for name, each in DECLARED.items()}
    assert read_by_the_code() == declared
    assert all(each.default or each.instead for each in DECLARED.values())
    assert len(DECLARED) == sum(map(len, SETTINGS.values()))
