"""The files of others that we serve are those that their makers published."""

import base64
import hashlib
from pathlib import Path

import pytest
from bootstrap_wrapper import get_bootstrap_dir

# As Bootstrap 5.3.8 states them for its own delivery network (integrity attributes, SHA-384).
PUBLISHED = {
    "css/bootstrap.min.css": (
        "sha384-sRIl4kxILFvY47J16cr9ZwB07vP4J8+LH7qKQnuqkuIAvNWLzeN8tE5YBujZqJLB"
    ),
    "js/bootstrap.bundle.min.js": (
        "sha384-FKyoEForCGlyvwx9Hj09JcYn3nv7wiPVlz7YYwJrWVcXK/BmnVDxM+D2scQbITxI"
    ),
}
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@pytest.mark.parametrize(("name", "published"), PUBLISHED.items())
def test_bootstrap_is_as_published(name: str, published: str) -> None:
    content = (Path(get_bootstrap_dir()) / name).read_bytes()
    digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
    assert f"sha384-{digest}" == published


def test_every_bootstrap_file_in_use_is_checked() -> None:
    used = {
        line.split("'bootstrap/")[1].split("'")[0]
        for page in TEMPLATES.rglob("*.html")
        for line in page.read_text(encoding="utf-8").splitlines()
        if "'bootstrap/" in line
    }
    assert used
    assert used <= PUBLISHED.keys()
