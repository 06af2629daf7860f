"""What a browser fetches so that the product opens without a network."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client


@pytest.mark.django_db
def test_the_worker_governs_every_address_and_holds_nothing_of_anybody() -> None:
    response = Client().get("/service-worker.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    script = response.content.decode()
    facts = json.loads(re.search(r"start\((.*)\);", script)[1])
    assert facts.keys() == {"version", "files", "offline"}


@pytest.mark.django_db
def test_it_can_be_installed_with_icons_of_the_sizes_it_names() -> None:
    response = Client().get("/manifest.webmanifest")
    assert response.headers["Content-Type"] == "application/manifest+json"
    facts = response.json()
    assert (facts["display"], facts["start_url"]) == ("standalone", "/")
    for icon in facts["icons"]:
        content = Path(finders.find(icon["src"].removeprefix("/static/"))).read_bytes()
        width = int.from_bytes(content[16:20])
        assert icon["sizes"] == f"{width}x{width}"


@pytest.mark.django_db
def test_the_page_without_a_network_needs_no_sign_in() -> None:
    response = Client().get("/offline/")
    assert response.status_code == 200
    assert b"No network" in response.content
