from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.test import Client

from mmt.accounts.models import Scope, User
from mmt.accounts.tokens import make_token
from tests.fhir import valid


class Program:
    """A program with a key."""

    def __init__(self, secret: str) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path: str, body: Any, key: Any = None) -> Any:
        return self._send("post", path, body, {"Idempotency-Key": str(key or uuid4())})

    def patch(self, path: str, body: Any, key: Any = None, **headers: str) -> Any:
        return self._send("patch", path, body, {"Idempotency-Key": str(key or uuid4()), **headers})

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        send = getattr(self.client, method)
        return send(
            f"/api/v1{path}",
            body,
            content_type="application/json",
            headers=self.headers | headers,
        )


class Reader(Program):
    """A program that reads FHIR, and holds each resource against the standard."""

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/fhir/{path}", query, headers=self.headers)

    def read(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content
        assert answer.headers["Content-Type"].startswith("application/fhir+json")
        return valid(answer.json())

    def entries(self, path: str, **query: Any) -> list[dict[str, Any]]:
        return [each["resource"] for each in self.read(path, **query).get("entry", [])]


@pytest.fixture(autouse=True)
def _no_memory_of_rates() -> None:
    caches["process"].clear()


@pytest.fixture
def program() -> Callable[..., Program]:
    """Return a function that gives a program with a key of someone."""

    def with_key(user: User, scope: Scope = Scope.READ) -> Program:
        _token, secret = make_token(name="test", scope=scope, days=30, by=user)
        return Program(secret)

    return with_key


@pytest.fixture
def reader(program: Callable[..., Program], physio: User) -> Reader:
    return Reader(program(physio).headers["Authorization"].removeprefix("Bearer "))
