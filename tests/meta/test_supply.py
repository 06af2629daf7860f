"""Every part is pinned, hashed, licensed in a way that a clinic may use, and listed."""

import json
import runpy
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ("spdx", "cryptography-defs", "jsf-0.82")
MAY_BE_USED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-3.0-only", "MIT", "MIT-0",
    "MPL-2.0", "PSF-2.0", "ZPL-2.1",
}  # fmt: skip


def validator() -> jsonschema_rs.Draft7Validator:
    """Return the schema with which CycloneDX comes, formats included. Its own validator takes ten
    seconds over the addresses.
    """
    folder = files("cyclonedx.schema") / "_res"
    others = [
        (f"http://cyclonedx.org/schema/{name}", json.loads((folder / name).read_text()))
        for name in (f"{part}.SNAPSHOT.schema.json" for part in SCHEMAS)
    ]
    return jsonschema_rs.Draft7Validator(
        json.loads((folder / "bom-1.6.SNAPSHOT.schema.json").read_text()),
        registry=jsonschema_rs.Registry(others),
        validate_formats=True,
    )


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / ".ci" / "sbom.py"))


def test_every_part_may_be_used_and_stands_in_the_list(parts: dict[str, Any]) -> None:
    names = parts["pins"]()
    found = {word for name in names for word in parts["licence"](name).split()}
    assert found - {"AND", "OR"} <= MAY_BE_USED
    assert (ROOT / "docs" / "licences.md").read_text(encoding="utf-8") == parts["page"]()


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_its_hashes_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n") if "==" in block and not block.startswith(" ")]
    assert blocks
    assert all(block.rstrip().endswith("\\") for block in blocks)  # a hash follows
    assert "://" not in text


def test_the_list_of_parts_is_valid_and_whole(parts: dict[str, Any]) -> None:
    found = parts["sbom"]()
    assert [error.message for error in validator().iter_errors(found)] == []
    assert {parts["_key"](each["name"]) for each in found["components"]} == set(parts["pins"]())
    assert all(each["properties"] for each in found["components"])
