"""Saving as scripts do: the protocol in JSON, its answers and its refusals."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Assessment, Draft, Score
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.saving import HIP, KNEE, OTHER_PAGE, op, put, request_of, sign, texts
from tests.assessments.views.visiting import AsUser, address, queries, send, signature
from tests.people import grade, make_draft, make_signed


@pytest.fixture
def draft(patient: Patient, physio: User) -> Assessment:
    return make_draft(patient, physio)


def body(draft: Assessment, *ops: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**request_of(draft.patient_id, *(ops or [op(HIP, "4")])), **more}


def test_a_save_is_answered_with_the_revision_and_the_clinics_time(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    response = send(as_user(physio), draft, body(draft))
    answer = response.json()
    wall = timezone.now().astimezone(draft.clinic.zone)
    assert (response.status_code, answer["revision"]) == (200, 1)
    assert answer["saved_at"].endswith(wall.strftime("%z")[:3] + ":00")
    assert answer["saved"] in answer["saved_at"]
    assert texts(draft) == {HIP: "4"}


def test_the_same_request_twice_has_the_same_answer(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    first, second = (send(client, draft, body(draft)).json() for _time in range(2))
    assert first == second
    assert Draft.objects.get(pk=draft.pk).revision == 1


def test_text_that_is_no_grade_is_saved_as_well(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    send(as_user(physio), draft, body(draft, op(HIP, "4 or 5"), op("context.pain", "lots", seq=2)))
    assert texts(draft) == {HIP: "4 or 5", "context.pain": "lots"}


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"NaN",
        b"\xff\xfe{}",
        b"\0",
        DEEP,
        f'{{"ops": {DEEP}}}',
        '{"ops": ' + "9" * 5000 + "}",
        '{"ops": 1e309}',
        b"ops=1",
    ],
    ids=lambda junk: str(junk[:12]),
)
def test_what_is_no_request_is_a_bad_request_in_words(
    as_user: AsUser, draft: Assessment, physio: User, junk: bytes
) -> None:
    response = send(as_user(physio), draft, junk)
    assert response.status_code == 400
    assert response.json()["error"] == "content"
    assert response.json()["message"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"ops": {}}, "ops:"),
        ({"client": "x"}, "client:"),
        ({"patient": 7}, "patient:"),
        ({"ops": [op("toe_wriggling.right", "4")]}, "key:"),
        ({"ops": [op("neck_flexion.midline", "4")]}, "key:"),
        ({"ops": [{**op(HIP), "seq": 10**400}]}, "seq:"),
        ({"ops": [op(HIP, "\0")]}, "Right hip flexion: text:"),
        ({"ops": [op(HIP, "\ud800")]}, "Right hip flexion: text:"),
        ({"ops": [op(HIP, "4", limiters=["cold"])]}, "Right hip flexion: limiters:"),
    ],
)
def test_a_bad_request_names_the_field(
    as_user: AsUser, draft: Assessment, physio: User, wrong: dict[str, Any], named: str
) -> None:
    response = send(as_user(physio), draft, body(draft) | wrong)
    assert response.status_code == 400
    assert response.json()["message"].startswith(named)
    assert texts(draft) == {}


def test_a_request_too_large_to_read_is_refused_in_words(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    response = send(as_user(physio), draft, b" " * (1024 * 1024 + 1))
    assert (response.status_code, response.json()["message"]) == (400, "This is too long.")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_another_content_type_is_refused_whatever_it_holds(
    draft: Assessment, physio: User, kind: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(physio)
    client.get(address("record", draft))
    token = client.cookies["csrf"].value
    form = (
        f'--x\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n--x--'
    )
    data = form if kind.startswith("multipart") else f"csrfmiddlewaretoken={token}"
    response = send(client, draft, data, content_type=kind, headers={"X-CSRFToken": token})
    assert response.status_code == 400
    assert response.json()["message"] == "This is not JSON."


def test_without_the_pages_token_nothing_is_saved(draft: Assessment, physio: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(physio)
    assert send(client, draft, body(draft)).status_code == 403
    client.get(address("record", draft))
    token = client.cookies["csrf"].value
    assert texts(draft) == {}
    assert send(client, draft, body(draft), headers={"X-CSRFToken": token}).status_code == 200


def test_a_page_of_another_patient_is_told_apart(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    response = send(as_user(physio), draft, body(draft, patient=str(uuid4())))
    assert (response.status_code, response.json()["error"]) == (409, "patient")
    assert texts(draft) == {}


def test_a_conflict_is_answered_with_both_versions(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    send(client, draft, body(draft))
    request = request_of(draft.patient_id, op(HIP, "2"), op(KNEE, "3", seq=2), client=OTHER_PAGE)
    response = send(client, draft, request)
    answer = response.json()
    [cell] = answer["conflicts"]
    assert (response.status_code, answer["error"], answer["revision"]) == (409, "conflict", 1)
    assert (cell["key"], cell["yours"]["text"], cell["theirs"]["text"]) == (HIP, "2", "4")
    assert cell["theirs"]["by"] == "Pia Physio"
    assert texts(draft) == {HIP: "4"}


@pytest.mark.parametrize("role", ["colleague", "clinician"])
def test_a_draft_of_someone_else_is_refused_in_words_and_unseen(
    request: pytest.FixtureRequest, as_user: AsUser, draft: Assessment, physio: User, role: str
) -> None:
    put(draft, {HIP: "1", "context.note": "canary"}, by=physio)
    response = send(as_user(request.getfixturevalue(role)), draft, body(draft))
    assert (response.status_code, response.json()["error"]) == (403, "refused")
    assert "canary" not in response.content.decode()
    assert texts(draft)[HIP] == "1"


def test_a_save_is_not_told_to_the_audit_log_and_a_refused_one_is(
    as_user: AsUser, draft: Assessment, physio: User, colleague: User
) -> None:
    hers, theirs = as_user(physio), as_user(colleague)
    for client in (hers, theirs):
        client.get(address("person", draft.patient))
    before = AuditEvent.objects.count()
    assert send(hers, draft, body(draft)).status_code == 200
    assert send(theirs, draft, body(draft)).status_code == 403
    assert AuditEvent.objects.count() == before + 1
    assert AuditEvent.objects.latest("at").action == Action.ACCESS_REFUSED


def test_who_saves_unseen_has_seen_the_patient_which_is_told_once(
    as_user: AsUser, draft: Assessment, lead: User
) -> None:
    seen = AuditEvent.objects.filter(action=Action.PATIENT_VIEWED, patient_id=draft.patient_id)
    for seq in (1, 2):
        assert send(as_user(lead), draft, body(draft, op(HIP, "4", seq=seq))).status_code == 200
        assert [event.actor_id for event in seen] == [lead.pk]
        seen = seen.all()


def test_a_lead_physiotherapist_may_save_into_a_colleagues_draft(
    as_user: AsUser, draft: Assessment, lead: User
) -> None:
    assert send(as_user(lead), draft, body(draft)).status_code == 200
    assert Draft.objects.get(pk=draft.pk).cells[HIP]["by"] == "Lea Lead"


def test_a_role_taken_away_stops_an_open_page(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    assert send(client, draft, body(draft)).status_code == 200
    physio.memberships.update(role="clinician")
    assert send(client, draft, body(draft, op(HIP, "1", seq=2))).status_code == 403
    assert texts(draft) == {HIP: "4"}


def test_a_signed_record_takes_nothing_and_says_so(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    sign(put(draft, {HIP: "2"}, by=physio), physio)
    response = send(as_user(physio), draft, body(draft))
    assert (response.status_code, response.json()["error"]) == (409, "signed")
    assert Assessment.objects.get(pk=draft.pk).scores.get().level == 3


SAID = (op(HIP, "2"), op(KNEE, "NT", reason="pain", seq=2), op("context.pain", "3", seq=3))


def test_what_the_signed_record_says_already_is_answered_with_yes(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    send(client, draft, body(draft, *SAID))
    assert client.post(address("sign", draft), signature(draft)).status_code == 302
    for said in (*SAID, op("hip_extension.left"), op("context.note")):
        assert send(client, draft, body(draft, said)).status_code == 200, said


def test_a_score_that_was_asked_about_at_signing_is_no_news(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    """Signing keeps that the fall was meant; the page that sends it again does not know."""
    before = timezone.now() - timedelta(days=100)
    make_signed(draft.patient, physio, {("hip_flexion", "right"): grade(12)}, tested_at=before)
    client = as_user(physio)
    send(client, draft, body(draft, op(HIP, "2")))
    client.post(address("sign", draft), signature(draft))
    assert Score.objects.get(assessment=draft).confirmed == "jump"
    assert send(client, draft, body(draft, op(HIP, "2"))).status_code == 200


@pytest.mark.parametrize(
    "other",
    [
        op(HIP, "3"),
        op(HIP, "2", limiters=["pain"]),
        op(HIP),
        op(KNEE, "NT", reason="refused"),
        op("hip_extension.left", "0"),
        op("hip_extension.left", "9"),
        op("context.pain", "4"),
        op("context.note", "tired"),
    ],
)
def test_what_the_signed_record_does_not_say_comes_too_late(
    as_user: AsUser, draft: Assessment, physio: User, other: dict[str, Any]
) -> None:
    client = as_user(physio)
    send(client, draft, body(draft, *SAID))
    client.post(address("sign", draft), signature(draft))
    response = send(client, draft, body(draft, other))
    assert (response.status_code, response.json()["error"]) == (409, "signed")


@pytest.mark.parametrize("who", ["stranger", "missing"])
def test_outside_the_clinic_there_is_nothing(
    as_user: AsUser, draft: Assessment, physio: User, stranger: User, who: str
) -> None:
    client = as_user(stranger if who == "stranger" else physio)
    url = address("save", draft if who == "stranger" else uuid4())
    response = client.post(url, json.dumps(body(draft)), content_type="application/json")
    assert response.status_code == 404
    assert b"Winters" not in response.content


def test_without_a_session_it_leads_to_the_sign_in(draft: Assessment) -> None:
    assert send(Client(), draft, body(draft)).status_code == 302
    assert texts(draft) == {}


def test_saving_asks_the_same_however_much_there_is(
    as_user: AsUser, draft: Assessment, physio: User
) -> None:
    client = as_user(physio)
    queries(client, address("record", draft))
    counts = []
    for many in (1, 24):
        keys = [f"{movement}.{side}" for movement, side in draft.cells[:many]]
        ops = [op(key, "3", seq=many * 100 + seq) for seq, key in enumerate(keys)]
        with CaptureQueriesContext(connection) as asked:
            assert send(client, draft, body(draft, *ops)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
