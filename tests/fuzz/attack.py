"""One input sent, and what must hold of the answer."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from .values import ELEMENT

RAW = re.compile(rb"<" + ELEMENT.encode(), re.IGNORECASE)
# The audit log tells of refusals too, a session of a notice, and the door counts who tries.
OUR_APPS = ("accounts", "jobs", "patients", "assessments")
NOT_KEPT = {"accounts.session", "accounts.doorcount"}
REFUSED = {400, 401, 403, 404, 405, 409, 413, 415, 422, 429}


class Hole(AssertionError):
    """What was sent and what came of it."""


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def rows() -> dict[str, int]:
    """Return how many rows each table has, but for those that tell of the request itself."""
    with connection.cursor() as cursor:
        cursor.execute(_counting())
        return dict(cursor.fetchall())


@cache
def _counting() -> str:
    """Return one question about all tables: it is asked before and after each input."""
    counted = {
        model._meta.label_lower: model._meta.db_table
        for label in OUR_APPS
        for model in apps.get_app_config(label).get_models()
        if model._meta.label_lower not in NOT_KEPT and model._meta.managed
    }
    return " UNION ALL ".join(
        f"SELECT '{name}', COUNT(*) FROM \"{table}\""  # noqa: S608 (names of our own tables)
        for name, table in counted.items()
    )


def send(client: Client, method: str, path: str, body: Any, **more: Any) -> HttpResponse:
    """Send and take back what it did. Raises Hole."""
    with taken_back():
        before = rows()
        try:
            answer = getattr(client, method)(path, body, **more)
            content = b"".join(answer) if answer.streaming else answer.content
        except Exception as fault:
            raise Hole(f"{method} {path} {_shown(body)}: {fault!r}") from fault
        problem = _problem(answer, content, before)
    if problem:
        raise Hole(f"{method} {path} {_shown(body)}: {answer.status_code}, {problem}")
    return answer


def _problem(answer: HttpResponse, content: bytes, before: dict[str, int]) -> str:
    kind = answer.headers.get("Content-Type", "")
    if answer.status_code >= 500:
        return "a fault"
    if kind.startswith(("text/html", "image/svg")) and RAW.search(content):
        return "an element that was typed"
    if any(("\r" in value or "\n" in value) for value in answer.headers.values()):
        return "a broken header"
    if "evil.example" in answer.headers.get("Location", "").partition("?")[0]:
        return "led away"
    was_refused = answer.status_code in REFUSED or b"is-invalid" in content
    if was_refused and (more := {name for name, count in rows().items() if count != before[name]}):
        return f"refused, and yet stored: {', '.join(sorted(more))}"
    return ""


def _shown(body: Any) -> str:
    return json.dumps(body, default=str)[:2000]
