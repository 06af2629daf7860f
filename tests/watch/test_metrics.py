"""The figures of /metrics: closed by default, right, and without a word about anybody."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from mmt import env
from mmt.accounts.models import User
from mmt.audit.alarms import raise_alarm
from mmt.audit.models import AuditEvent
from mmt.audit.verify import verify_daily
from mmt.jobs.actions import ask_for
from mmt.jobs.models import DutyRun
from mmt.metrics import BUCKETS
from mmt.watch import figures
from patients.models import Patient
from tests.assessments.saving import HIP, OTHER_PAGE, op, request_of
from tests.audit.tampering import drop_triggers
from tests.jobs import kinds
from tests.people import make_draft, signed_in

pytestmark = pytest.mark.django_db
EDGES = [*map(str, BUCKETS), "+Inf"]
TOKEN = "a-token-of-twenty-signs"
OF_SOMEBODY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{32}|/|@")


@pytest.fixture(autouse=True)
def _open(settings: Any) -> Iterator[None]:
    settings.METRICS_TOKEN = TOKEN
    figures.remembered.forget()
    yield
    figures.remembered.forget()


def scrape() -> dict[tuple[str, ...], float]:
    """Return every sample by its name and the values of its labels, in the order of their names."""
    figures.remembered.forget()
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("sent", ["", "Bearer", f"Bearer {TOKEN}x", TOKEN, "Bearer \u00e9"])
def test_without_the_token_there_is_no_such_page(sent: str) -> None:
    missing = Client().get("/no-such-page", headers={"Authorization": sent})
    refused = Client().get("/metrics", headers={"Authorization": sent})
    assert (refused.status_code, refused.content) == (404, missing.content)


def test_no_token_is_no_key_and_an_address_opens_to_itself(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    monkeypatch.setenv("METRICS_ADDRESSES", "10.1.0.0/16, ::1")
    settings.METRICS_ADDRESSES = env.networks("METRICS_ADDRESSES")
    asked = {ip: Client(REMOTE_ADDR=ip).get("/metrics").status_code for ip in ("10.1.2.3", "::1")}
    assert asked == {"10.1.2.3": 200, "::1": 200}
    assert Client(REMOTE_ADDR="10.2.0.1").get("/metrics").status_code == 404


def test_requests_and_saves_are_counted_by_route_and_outcome(
    patient: Patient, physio: User
) -> None:
    draft = make_draft(patient, physio)
    browser, address = signed_in(physio), f"/assessments/{draft.pk}/save/"
    saved = ("strength_requests_total", "POST", "assessments:save", "200")
    before = scrape().get(saved, 0)
    outcomes = [("strength_saves_total", each) for each in ("saved", "repeated", "conflict")]
    before_each = [scrape().get(each, 0) for each in outcomes]
    first = request_of(patient.pk, op(HIP, "3"))
    for body in (first, first, request_of(patient.pk, op(HIP, "4"), client=OTHER_PAGE)):
        browser.post(address, body, content_type="application/json")
    found = scrape()
    assert [found[each] for each in outcomes] == [before + 1 for before in before_each]
    assert found[saved] == before + 2
    timed = [found["strength_request_seconds_bucket", le, "assessments:save"] for le in EDGES]
    assert timed == sorted(timed)
    assert timed[-1] == found["strength_request_seconds_count", "assessments:save"] >= 3


def test_what_waits_in_the_queue_is_told(physio: User) -> None:
    kinds.register()
    clinic = physio.memberships.get().clinic
    ask_for("write", {"words": ["one"]}, title="Words", clinic=clinic, by=physio)
    found = scrape()
    assert (found["strength_jobs", "waiting"], found["strength_jobs", "running"]) == (1, 0)
    assert found["strength_jobs_oldest_seconds", "waiting"] >= 0
    assert found["strength_database_up",] == 1


def test_a_broken_chain_and_a_broken_signature_are_told(patient: Patient) -> None:
    list(verify_daily())
    found = scrape()
    assert found["strength_audit_held",] == 1
    assert found["strength_audit_verified_timestamp_seconds",] > 1.7e9
    drop_triggers()
    AuditEvent.objects.filter(patient_id=patient.pk).update(actor="nobody")
    raise_alarm("house", "signature:x:1", "Look.", actor="signature check")
    DutyRun.objects.create(name="assessments.signing.verify_daily", error="ValueError: x")
    list(verify_daily())
    found = scrape()
    assert found["strength_audit_held",] == 0
    assert found["strength_alarms_open", "signature"] == 1
    assert found["strength_duty_failed", "assessments.signing.verify_daily"] == 1


def test_no_label_names_a_person_a_record_or_an_address(patient: Patient, physio: User) -> None:
    browser = signed_in(physio)
    browser.get(f"/patients/{patient.pk}/?q={patient.family_name}")
    browser.get(f"/{patient.family_name}/")
    browser.generic(patient.family_name, "/")
    told = [label for _name, *labels in scrape() for label in labels]
    assert "assessments:person" in told
    assert not [label for label in told if OF_SOMEBODY.search(label) or "Winter" in label]
