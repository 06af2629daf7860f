"""What the product is made of: a CycloneDX list (SBOM) and `docs/licences.md`.

    .venv/bin/python .ci/sbom.py var/sbom.cdx.json

The pins of requirements.txt are the whole of it; what only tests need is left out.
"""

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LICENCES = ROOT / "docs" / "licences.md"
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)( ; sys_platform == 'win32')?", re.M)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# Where the package's own metadata is silent or vague: read in the licence files that it brings.
READ_BY_HAND = {
    "django-allauth": "MIT",
    "django-csp": "BSD-3-Clause",
    "django-ninja": "MIT",
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
    "qrcode": "BSD-3-Clause",
    "resvg-py": "MIT",
    "sqlparse": "BSD-3-Clause",
    "waitress": "ZPL-2.1",
}
# Files of others inside these packages that browsers get from here.
SERVED = [
    ("bootstrap", "5.3.8", "MIT", "bootstrap-wrapper"),
    ("htmx.org", "2.0.10", "0BSD", "django-htmx"),
]
PAGE = """# Licences

Made by `make sbom` from `requirements.txt`; a test fails when it is stale. Everything that runs in
the product, with the licence under which it comes. None of them is changed here. `psycopg` (LGPL)
and the MPL parts are used as published libraries, which their licences allow for any product.

| part | version | licence |
|---|---|---|
{rows}

Sent to browsers from these packages, and held against the checksums that their makers publish:
Bootstrap {bootstrap} (MIT, from `bootstrap-wrapper`) and htmx {htmx} (0BSD, from `django-htmx`).
What only tests and checks need stands in `requirements-dev.txt` and is no part of the product.
"""


def pins() -> dict[str, str]:
    """Return the version of each part that is installed on this kind of machine."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return {
        name.lower(): version for name, version, elsewhere in PIN.findall(text) if not elsewhere
    }


def hashes() -> dict[str, list[str]]:
    """Return the SHA-256 of every file that a pin allows."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    parts = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    return {found[1].lower(): HASH.findall(part) for part in parts if (found := PIN.match(part))}


def licence(name: str) -> str:
    """Return an SPDX expression. Raises LookupError where none is known."""
    about = metadata.metadata(name)
    found = READ_BY_HAND.get(name) or about.get("License-Expression") or about.get("License") or ""
    if not re.fullmatch(r"[A-Za-z0-9.+() -]+", found):
        raise LookupError(f"{name}: read its licence and write it into READ_BY_HAND.")
    return found


def page() -> str:
    rows = "\n".join(
        f"| {name} | {version} | {licence(name)} |" for name, version in pins().items()
    )
    return PAGE.format(rows=rows, bootstrap=SERVED[0][1], htmx=SERVED[1][1])


def sbom() -> dict:
    """Return the list: made from the environment that runs this, cut down to the product."""
    made = subprocess.run(
        [
            *(sys.executable, "-m", "cyclonedx_py", "environment", sys.executable),
            *("--output-reproducible", "--sv", "1.6", "--of", "JSON", "--no-validate"),
        ],
        check=True,
        stdout=subprocess.PIPE,
    )
    found = json.loads(made.stdout)
    wanted, known = pins(), hashes()
    kept = [each for each in found["components"] if _key(each["name"]) in wanted]
    for each in kept:
        name = _key(each["name"])
        each["licenses"] = [{"expression": licence(name)}]
        each["properties"] = [
            {"name": "pinned:sha256", "value": digest} for digest in known.get(name, [])
        ]
        each["components"] = [
            {"type": "library", "name": part, "version": version, "bom-ref": f"{part}@{version}"}
            for part, version, _licence, inside in SERVED
            if inside == name
        ]
    references = {each["bom-ref"] for each in kept}
    found["components"] = kept
    found["dependencies"] = [
        {**each, "dependsOn": [ref for ref in each.get("dependsOn", []) if ref in references]}
        for each in found["dependencies"]
        if each["ref"] in references
    ]
    found["metadata"]["component"] = {
        "type": "application",
        "name": "strength-recorder",
        "bom-ref": "strength-recorder",
    }
    return found


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main(arguments: list[str]) -> None:
    target = Path(arguments[0])
    target.parent.mkdir(parents=True, exist_ok=True)
    found = sbom()
    target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    LICENCES.write_text(page(), encoding="utf-8")
    print(f"{len(found['components'])} parts are listed in {target} and {LICENCES}.")


if __name__ == "__main__":
    main(sys.argv[1:])
