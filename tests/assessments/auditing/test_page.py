"""The audit log as its readers meet it: filtered, in pages, exported."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.auditing import files, found
from assessments.auditing.phrases import DID, OTHERS
from assessments.exchange.export import ExportWithdrawn
from mmt.accounts.actions import deactivate_membership
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from mmt.audit.alarms import raise_alarm
from mmt.audit.log import Told, record, record_many
from mmt.audit.models import Action, Alarm, AuditEvent, Outcome
from patients.models import Patient
from tests.people import make_patient, make_user

AsUser = Callable[[User], Client]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # 23:00 in Sydney


@pytest.fixture
def log(harbour: Clinic, patient: Patient, physio: User, colleague: User) -> None:
    """A few things that happened at the clinic over two of its days."""
    about = {"clinic_id": harbour.pk, "patient_id": patient.pk}
    with time_machine.travel(NOON, tick=False):
        record(Action.PATIENT_VIEWED, by=physio, **about)
    with time_machine.travel(NOON.replace(hour=13), tick=False):  # the next day at the clinic
        record(Action.ASSESSMENT_SIGNED, by=colleague, **about)
        reason = {"reason": "Not mine."}
        record(
            Action.ASSESSMENT_AMENDED, by=colleague, detail=reason, outcome=Outcome.REFUSED, **about
        )
        record(Action.ROLE_CHANGED, by=None, actor="=cmd()", clinic_id=harbour.pk)


def shown(client: Client, query: str = "") -> list[str]:
    """Return who did what, newest first."""
    response = client.get(f"/audit/?{query}")
    assert response.status_code == 200
    return [f"{line.who} {line.did}" for line in response.context["lines"]]


@pytest.mark.usefixtures("log")
def test_each_filter_narrows_and_days_are_the_clinics(
    admin: User, physio: User, patient: Patient, as_user: AsUser
) -> None:
    client = as_user(admin)
    signed, refused = (
        "Cora Colleague signed an assessment",
        "Cora Colleague was not allowed this: “amended a signed assessment”",
    )
    assert shown(client, "first_day=2026-03-02&last_day=2026-03-02") == [
        "Pia Physio opened the record"
    ]
    assert shown(client, "first_day=2026-03-03&last_day=2026-03-03&action=assessment_signed") == [
        signed
    ]
    assert shown(client, "outcome=refused") == [refused]
    assert shown(client, f"person={physio.pk}&action=patient_viewed") == [
        "Pia Physio opened the record"
    ]
    assert set(shown(client, f"patient={patient.pk}")) >= {signed, refused}
    assert "=cmd() role changed" not in shown(client, f"patient={patient.pk}")
    page = client.get("/audit/?first_day=2026-03-03&last_day=2026-03-02&person=x").content.decode()
    assert "This is before the first day." in page
    assert "is not a valid UUID" in page


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_says_so(admin: User, as_user: AsUser, day: str) -> None:
    page = as_user(admin).get(f"/audit/?first_day={day}&last_day={day}").context
    assert set(page["form"].errors) == {"first_day", "last_day"}
    assert (page["wanted"].first_day, page["wanted"].last_day) == (None, None)


@pytest.mark.usefixtures("log")
def test_a_patient_is_asked_for_by_post_and_stands_in_no_address(
    admin: User, patient: Patient, foreign_patient: Patient, as_user: AsUser
) -> None:
    client = as_user(admin)
    answer = client.post("/audit/", {"record_number": patient.record_number.lower()})
    assert answer.headers["Location"] == f"/audit/?patient={patient.pk}"
    for number in (foreign_patient.record_number, "nobody", "\0", ""):
        answer = client.post("/audit/", {"record_number": number})
        assert answer.status_code == 200
    assert (
        "There is no such patient"
        in client.get(f"/audit/?patient={foreign_patient.pk}").content.decode()
    )


def test_of_two_clinics_with_the_same_number_the_one_that_is_shown_is_meant(
    harbour: Clinic, hillside: Clinic, admin: User, physio: User, stranger: User, as_user: AsUser
) -> None:
    Membership.objects.create(user=admin, clinic=hillside, role=Role.ADMINISTRATOR)
    here, there = (
        make_patient(clinic, by, record_number="100")
        for clinic, by in ((harbour, physio), (hillside, stranger))
    )
    client = as_user(admin)
    for slug, patient in (("harbour", here), ("hillside", there)):
        answer = client.post(f"/audit/?clinic={slug}", {"record_number": "100"})
        assert answer.headers["Location"] == f"/audit/?clinic={slug}&patient={patient.pk}"
    other = make_patient(hillside, stranger)
    answer = client.post("/audit/?clinic=harbour", {"record_number": other.record_number})
    assert "No patient of Harbour Test has this record number." in answer.content.decode()


def test_a_patient_of_another_clinic_than_the_chosen_one_is_an_error(
    hillside: Clinic, admin: User, foreign_patient: Patient, as_user: AsUser
) -> None:
    Membership.objects.create(user=admin, clinic=hillside, role=Role.ADMINISTRATOR)
    address = f"/audit/?clinic=harbour&patient={foreign_patient.pk}"
    page = as_user(admin).get(address)
    assert page.context["form"].errors["patient"] == ["This is a patient of another clinic."]
    assert page.context["wanted"].patient is None
    assert "This is a patient of another clinic." in page.content.decode()


@pytest.mark.usefixtures("log")
def test_one_reads_the_log_of_ones_own_clinics_alone(
    hillside: Clinic, foreign_patient: Patient, admin: User, as_user: AsUser
) -> None:
    other = make_user("admin@hillside.test", hillside, "administrator", "Otto Other")
    assert shown(as_user(other)) == ["Stan Stranger registered the patient"]
    mine = shown(as_user(admin), "clinic=hillside")
    assert "Stan Stranger registered the patient" not in mine
    assert "Cora Colleague signed an assessment" in mine


def test_sign_ins_of_the_clinics_people_are_on_it(
    admin: User, physio: User, stranger: User, as_user: AsUser
) -> None:
    record(Action.SIGN_IN, by=physio)
    record(Action.SIGN_IN, by=stranger)
    record(Action.SIGN_IN_FAILED, by=None, actor=physio.email, outcome=Outcome.REFUSED)
    record(Action.SIGN_IN_FAILED, by=None, actor="who@ever.test", outcome=Outcome.REFUSED)
    assert shown(as_user(admin), "log=sign-ins")[:2] == [
        "physio@harbour.test tried to sign in",
        "Pia Physio signed in",
    ]
    assert "Stan Stranger signed in" not in shown(as_user(admin), "log=sign-ins")


def test_what_somebody_does_elsewhere_who_has_left_is_not(
    admin: User, physio: User, as_user: AsUser
) -> None:
    record(Action.SIGN_IN, by=physio)
    deactivate_membership(physio.memberships.get(), by=admin)
    record(Action.SIGN_OUT, by=physio)
    found = shown(as_user(admin), "log=sign-ins")
    assert "Pia Physio signed in" in found
    assert "Pia Physio signed out" not in found


def many(clinic: Clinic, by: User, number: int) -> None:
    told = [Told(Action.EXPORTED, detail={"rows": rows}) for rows in range(number)]
    record_many(told, by=by, clinic_id=clinic.pk)  # all of one moment


def test_pages_hold_each_event_once_there_and_back(
    harbour: Clinic, admin: User, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "SIZE", 3)
    many(harbour, admin, 8)
    client, pages, query = as_user(admin), [], ""
    while True:
        response = client.get(f"/audit/?{query}")
        pages.append([line.event.sequence for line in response.context["lines"]])
        page = response.context["page"]
        if not page.on:
            break
        query = f"after={page.on}"
    assert pages == [[8, 7, 6], [5, 4, 3], [2, 1]]
    back = client.get(f"/audit/?before={page.back}").context
    assert [line.event.sequence for line in back["lines"]] == [5, 4, 3]
    assert shown(client, "after=99999999999999999999&before=x") != []


def test_the_page_asks_as_much_of_many_events_as_of_few(
    harbour: Clinic, admin: User, physio: User, as_user: AsUser
) -> None:
    client = as_user(admin)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            shown(client)
        return len(asked)

    make_patient(harbour, physio)
    many(harbour, admin, 2)
    few = queries()
    for _patient in range(3):
        make_patient(harbour, physio)
    many(harbour, admin, 40)
    assert queries() == few


@pytest.mark.usefixtures("log")
def test_the_filtered_log_is_exported_harmlessly_and_told(
    harbour: Clinic, admin: User, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 1)
    client = as_user(admin)
    before = AuditEvent.objects.filter(chain=str(harbour.pk)).count()
    answer = client.post("/audit/export/?first_day=2026-03-03", {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    assert [row["action"] for row in rows][-3:] == [
        "role_changed", "assessment_amended", "assessment_signed",
    ]  # fmt: skip
    assert {row["account"] for row in rows} >= {"'=cmd()"}
    answer = client.post("/audit/export/?outcome=refused", {"format": "jsonl"})
    [line] = [json.loads(line) for line in b"".join(answer).splitlines()]
    assert (line["details"], line["outcome"]) == ({"reason": "Not mine."}, "refused")
    assert line["hash"] == AuditEvent.objects.get(sequence=line["number"], chain=harbour.pk).hash
    told = AuditEvent.objects.filter(action=Action.AUDIT_EXPORTED).order_by("sequence")
    assert [event.detail["rows"] for event in told] == [len(rows), 1]
    assert told[1].detail["outcome"] == "refused"
    assert AuditEvent.objects.filter(chain=str(harbour.pk)).count() == before + 2
    assert client.post("/audit/export/", {"format": "exe"}).status_code == 302


def test_an_alarm_stands_on_the_start_page_until_a_reason_is_given(
    harbour: Clinic, hillside: Clinic, admin: User, physio: User, as_user: AsUser
) -> None:
    raise_alarm(str(harbour.pk), "ours", "The audit log is broken.", actor="daily check")
    raise_alarm("house", "all", "The house is broken.", actor="daily check")
    raise_alarm(str(hillside.pk), "theirs", "Theirs is broken.", actor="daily check")
    client = as_user(admin)
    start = client.get("/").content.decode()
    assert ("log is broken." in start, "house is" in start, "Theirs" in start) == (
        True,
        True,
        False,
    )
    assert "broken" not in as_user(physio).get("/").content.decode()
    ours = Alarm.objects.get(key="ours")
    for reason in ("", "short", " " * 20):
        assert client.post(f"/audit/alarms/{ours.pk}/", {"reason": reason}).status_code == 200
    client.post(f"/audit/alarms/{ours.pk}/", {"reason": "Restored on Monday."})
    assert "log is broken." not in client.get("/").content.decode()
    assert client.get(f"/audit/alarms/{ours.pk}/").status_code == 404
    theirs = Alarm.objects.get(key="theirs")
    assert client.get(f"/audit/alarms/{theirs.pk}/").status_code == 404
    event: Any = AuditEvent.objects.get(action=Action.ALARM_ACKNOWLEDGED)
    assert (event.actor_id, event.detail["reason"]) == (admin.pk, "Restored on Monday.")


@pytest.mark.usefixtures("log")
def test_a_role_taken_away_ends_the_file_on_its_way(
    admin: User, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 1)
    file = iter(as_user(admin).post("/audit/export/", {"format": "csv"}).streaming_content)
    assert next(file).startswith(b"number")
    admin.memberships.update(active=False)
    with pytest.raises(ExportWithdrawn):
        next(file)
    told = AuditEvent.objects.filter(action=Action.AUDIT_EXPORTED).order_by("pk")
    assert [event.outcome for event in told] == [Outcome.DONE, Outcome.REFUSED]


def test_every_action_of_the_log_is_told_behind_a_name() -> None:
    assert set(DID) | set(OTHERS) == set(Action)
    assert not set(DID) & set(OTHERS)
