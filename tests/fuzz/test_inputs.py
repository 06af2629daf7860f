"""Every form and every operation takes hostile input: no fault, nothing echoed raw, nothing stored
that was refused. A few inputs each in the suite; `python -m tests.fuzz` sends as many as asked.
"""

import io
import os
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assessments.api.description import description
from assessments.entry.operations import LISTS, LONGEST_TEXT
from mmt.accounts.models import Scope
from mmt.accounts.tokens import make_token
from tests.assessments.api.test_access import TABLE as OPERATIONS
from tests.assessments.saving import op, request_of
from tests.meta.test_access import TABLE, Things, address, browser_of

from .attack import send
from .forms import fields_of
from .values import JSON, TEXTS

EACH = int(os.environ.get("FUZZ_EACH", "2"))
TRIES = settings(
    max_examples=EACH,
    deadline=None,
    derandomize="FUZZ_EACH" not in os.environ,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# By whom an address is tried: the first whom the access table lets in.
BEST = ("lead", "admin", "physio", "clinician", "anonymous")
ORDER = ("anonymous", "physio", "lead", "clinician", "admin", "stranger")
POSTED = sorted(name for name, (_get, post) in TABLE.items() if "in" in post.split())
READ = sorted(
    name
    for name, (get, _post) in TABLE.items()
    # The last reads one word of the query, and 503 is what it says where no worker runs.
    if "in" in get.split() and "logout" not in name and name != "readyz"
)
QUERIES = st.dictionaries(
    st.sampled_from(["q", "from", "to", "page", "after", "show", "sort", "order", "next", "side",
                     "region", "movement", "kind", "clinic", "date", "days"]) | TEXTS,
    TEXTS,
    max_size=4,
)  # fmt: skip


def who_may(row: str) -> str:
    answers = dict(zip(ORDER, row.split(), strict=True))
    return next(who for who in BEST if answers[who] == "in")


def clean(text: str) -> str:
    """Lone surrogates cannot be written into a form's body: a browser sends U+FFFD."""
    return text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("name", POSTED)
def test_no_form_is_broken_by_what_is_sent(name: str, things: Things) -> None:
    get, post = TABLE[name]
    client = browser_of(who_may(post), things)
    path = address(name, things)
    usual = {}
    if "in" in get.split():
        page = client.get(path)
        usual = fields_of(page.content.decode(errors="replace")) if not page.streaming else {}
    others = TEXTS.map(clean)
    names = st.sampled_from(sorted(usual)) | others if usual else others

    @TRIES
    @given(wrong=st.dictionaries(names, st.lists(TEXTS, max_size=3), min_size=1))
    def attempt(wrong: dict[str, list[str]]) -> None:
        body = usual | {field: [clean(text) for text in texts] for field, texts in wrong.items()}
        send(client, "post", path, body)

    attempt()


@pytest.mark.parametrize("name", READ)
def test_no_page_is_broken_by_its_query(name: str, things: Things) -> None:
    client = browser_of(who_may(TABLE[name][0]), things)
    path = address(name, things)

    @TRIES
    @given(query=QUERIES)
    def attempt(query: dict[str, str]) -> None:
        send(client, "get", path, {clean(key): clean(value) for key, value in query.items()})

    attempt()


@pytest.mark.parametrize(("method", "path"), sorted(OPERATIONS))
def test_no_operation_is_broken_by_what_is_sent(method: str, path: str, things: Things) -> None:
    _row, body = OPERATIONS[method, path]
    scope = Scope.EXPORT if "exports" in path else Scope.WRITE
    who = things.people["admin" if "exports" in path else "physio"]
    _token, secret = make_token(name="fuzz", scope=scope, days=1, by=who)
    about = things.draft if path.endswith("draft") else things.signed
    where = "/api/v1" + path.format(patient_id=things.patient.pk, assessment_id=about.pk)
    client = browser_of("anonymous", things)

    @TRIES
    @given(wrong=st.dictionaries(st.sampled_from(sorted(body or {"q": 1})) | TEXTS, JSON))
    def attempt(wrong: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": str(uuid4())}
        if method == "get":
            query = {clean(key): clean(str(value)) for key, value in wrong.items()}
            send(client, "get", where, query, headers=headers)
            return
        more = {"If-Match": '"0"'} if method == "patch" else {}
        sent = (body or {}) | wrong
        send(client, method, where, sent, content_type="application/json", headers=headers | more)

    attempt()


@TRIES
@given(
    around=st.dictionaries(st.sampled_from(["client", "patient", "ops"]) | TEXTS, JSON),
    change=st.dictionaries(st.sampled_from(["seq", "key", "base", "value"]) | TEXTS, JSON),
    said=st.dictionaries(st.sampled_from([*LONGEST_TEXT, *LISTS, "entered", "quick"]), JSON),
)
def test_no_autosave_is_broken_by_what_is_sent(
    things: Things, around: dict[str, Any], change: dict[str, Any], said: dict[str, Any]
) -> None:
    where = address("assessments:save", things)
    usual = op("hip_flexion.right", "4")
    for each in (usual | change, usual | {"value": said}):
        body = request_of(things.patient.pk, each) | around
        send(browser_of("physio", things), "post", where, body, content_type="application/json")


@TRIES
@given(content=st.binary(max_size=300) | TEXTS.map(lambda text: clean(text).encode()), name=TEXTS)
def test_no_file_breaks_the_import(things: Things, content: bytes, name: str) -> None:
    file = io.BytesIO(content)
    file.name = clean(name)
    body = {"new_id": str(uuid4()), "clinic": things.slug, "file": file}
    send(browser_of("admin", things), "post", address("imports:index", things), body)


def test_every_operation_of_the_api_is_tried() -> None:
    described = {
        (method, path.removeprefix("/api/v1"))
        for path, operations in description()["paths"].items()
        for method in operations
    }
    assert described == set(OPERATIONS)
