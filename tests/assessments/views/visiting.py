"""How the tests of views ask for pages."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Assessment, Draft
from mmt.audit.models import Action, AuditEvent, Outcome
from patients.models import Patient
from tests.assessments.plain_page import PlainPage

AsUser = Callable[..., Client]
# What every signed-in page asks before its own questions.
OF_THE_SESSION = ("accounts_session", "accounts_user", "accounts_membership")


def address(name: str, about: Assessment | Patient | UUID) -> str:
    return reverse(f"assessments:{name}", args=[about if isinstance(about, UUID) else about.pk])


def page(client: Client, name: str, about: Assessment | Patient, query: str = "") -> PlainPage:
    """Return the page, which must be there."""
    response = client.get(address(name, about) + query)
    assert response.status_code == 200, (response.status_code, response.headers)
    return PlainPage(response.content.decode())


def send(client: Client, assessment: Assessment, body: Any, **more: Any) -> Any:
    """Send a body to the saving address, as JSON unless it is text or bytes already."""
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    url = address("save", assessment)
    return client.post(url, data, **{"content_type": "application/json", **more})


def form_of(client: Client, way: str, record: Assessment) -> dict[str, str]:
    """Return what the form of a correction would send as it is opened."""
    [form] = [
        each
        for each in page(client, way, record).forms
        if "revision" in each.fields and each.attributes.get("method") == "post"
    ]
    return form.fields


def corrected(client: Client, way: str, record: Assessment, **typed: str) -> Any:
    """Open the page of a correction, type, and press the button."""
    return client.post(address(way, record), form_of(client, way, record) | typed)


def signature(draft: Assessment, revision: object = None, **more: str) -> dict[str, str]:
    """Return what "Sign" sends from a page that shows the draft at this revision, or as it is."""
    shown = Draft.objects.get(pk=draft.pk).revision if revision is None else revision
    return {"patient": str(draft.patient_id), "revision": str(shown), **more}


def queries(client: Client, url: str) -> list[str]:
    """Return what a page asks of the database, the session's own questions left out."""
    client.get(url)  # the first look of the hour is told to the audit log
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    asked = [query["sql"] for query in captured]
    return [sql for sql in asked if not any(f'FROM "{own}' in sql for own in OF_THE_SESSION)]


def answers_like_nothing(client: Client, name: str, about: Assessment | Patient) -> None:
    """Assert that this page is the same to the person as one that does not exist."""
    missing = uuid4()
    for ask in (client.get, client.post):
        there, nowhere = ask(address(name, about)), ask(address(name, missing))
        assert there.status_code == nowhere.status_code
        assert there.status_code in {404, 405}
        assert there.content == nowhere.content
        assert set(there.headers) == set(nowhere.headers)


def refused_events() -> list[tuple[str, str]]:
    refused = AuditEvent.objects.filter(outcome=Outcome.REFUSED).order_by("sequence")
    return list(refused.values_list("action", "target"))


def events(action: Action) -> int:
    return AuditEvent.objects.filter(action=action, outcome=Outcome.DONE).count()
