"""The files of others that we serve are those that their makers published."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

# SHA-384, as the makers state them for delivery networks (integrity attributes):
# Bootstrap 5.3.8's introduction, htmx 2.0.10's README.
PUBLISHED = {
    "bootstrap/css/bootstrap.min.css": (
        "sRIl4kxILFvY47J16cr9ZwB07vP4J8+LH7qKQnuqkuIAvNWLzeN8tE5YBujZqJLB"
    ),
    "django_htmx/htmx-2.min.js": "H5SrcfygHmAuTDZphMHqBJLc3FhssKjG7w/CeCpFReSfwBWDTKpkzPP8c+cLsK+V",
}
OURS = {"mmt", "jobs", "assessments"}
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@pytest.mark.parametrize(("name", "published"), PUBLISHED.items())
def test_it_is_as_published(name: str, published: str) -> None:
    content = Path(str(finders.find(name))).read_bytes()
    assert base64.b64encode(hashlib.sha384(content).digest()).decode() == published


def test_every_file_of_others_in_use_is_checked() -> None:
    used = {
        name
        for page in TEMPLATES.rglob("*.html")
        for name in re.findall(r"\{% static '([^'{]+)'", page.read_text(encoding="utf-8"))
    }
    assert {name for name in used if name.partition("/")[0] not in OURS} == set(PUBLISHED)
