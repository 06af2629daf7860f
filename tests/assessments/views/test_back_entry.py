"""Typing in a pile of paper sheets: who tested and who typed stand apart."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from mmt.audit.models import Action, AuditEvent
from patients.actions import archive_patient
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.saving import HIP, KNEE, put
from tests.assessments.views.visiting import AsUser, address, page, signature
from tests.people import grade, make_draft, make_patient, make_signed

SETTINGS = reverse("assessments:back_entry")
PATIENT = reverse("assessments:back_entry_patient")
WHEN = "2024-03-05T10:30"  # daylight-saving time at the clinic, eleven hours ahead of UTC


def begin(client: Client, tester: User, **other: str) -> str:
    """Choose what the sheets have in common; return where that leads."""
    form = PlainPage(client.get(SETTINGS).content.decode()).form(method="post", novalidate="")
    sent = form | {"tested_at": WHEN, "tester": str(tester.pk)} | other
    response = client.post(SETTINGS, sent)
    return response.headers.get("Location", "")


def start(client: Client, patient: Patient, **other: str) -> str:
    """Start the sheet of a patient; return where that leads."""
    url = reverse("assessments:back_entry_start", args=[patient.pk])
    return client.post(url, {"id": str(uuid4()), **other}).headers.get("Location", "")


def found(client: Client, text: str) -> PlainPage:
    return PlainPage(client.post(PATIENT, {"q": text}).content.decode())


@pytest.fixture
def typist(as_user: AsUser, physio: User, colleague: User) -> Client:
    """Pia types in what Cora tested."""
    client = as_user(physio)
    assert begin(client, colleague) == PATIENT
    return client


def test_the_sheet_opens_with_its_tester_its_typist_and_its_time(
    typist: Client, patient: Patient, physio: User, colleague: User
) -> None:
    where = start(typist, patient)
    draft = Assessment.objects.get()
    assert where == address("record", draft)
    assert (draft.tester, draft.entered_by) == (colleague, physio)
    assert draft.tested_at == datetime(2024, 3, 4, 23, 30, tzinfo=UTC)
    assert (draft.battery, draft.profile) == ("ms_clinic_screen", "mrc")


def test_the_log_names_the_tester_beside_who_typed(
    typist: Client, patient: Patient, physio: User, colleague: User
) -> None:
    start(typist, patient)
    event = AuditEvent.objects.get(action=Action.DRAFT_STARTED)
    assert (event.actor_id, event.detail) == (physio.pk, {"tester": str(colleague.pk)})


def test_the_typist_signs_and_the_record_names_all_of_them(
    typist: Client, patient: Patient, physio: User
) -> None:
    start(typist, patient)
    draft = put(Assessment.objects.get(), {HIP: "0", KNEE: "4"}, by=physio)
    typist.post(address("sign", draft), signature(draft))
    shown = page(typist, "read", draft)
    assert "tested by Cora Colleague at 10:30, typed in by Pia Physio" in shown.text
    assert "signed by Pia Physio" in shown.text
    assert PATIENT in shown.links
    assert Assessment.objects.get().signed_by == physio


def test_what_was_chosen_stays_from_sheet_to_sheet(
    typist: Client, harbour: Clinic, patient: Patient, physio: User, colleague: User
) -> None:
    other = make_patient(harbour, physio)
    for each in (patient, other):
        start(typist, each)
    sheets = Assessment.objects.values_list("tester", "entered_by", "tested_at", "battery")
    assert len(sheets) == 2
    assert len(set(sheets)) == 1
    text = PlainPage(typist.get(PATIENT).content.decode()).text
    assert "2024-03-05 10:30" in text
    assert "Cora Colleague" in text
    form = PlainPage(typist.get(SETTINGS).content.decode()).form(method="post", novalidate="")
    assert (form["tested_at"], form["tester"]) == (WHEN, str(colleague.pk))


def test_a_sheet_sent_twice_is_one_record(typist: Client, patient: Patient) -> None:
    sheet_id = str(uuid4())
    first, second = (start(typist, patient, id=sheet_id) for _time in range(2))
    assert first == second != ""
    assert Assessment.objects.count() == 1


def test_a_day_that_is_recorded_already_is_asked_about_first(
    typist: Client, patient: Patient, colleague: User
) -> None:
    when = datetime(2024, 3, 5, 1, 0, tzinfo=UTC)
    signed = make_signed(patient, colleague, {("hip_flexion", "right"): grade(0)}, tested_at=when)
    url = reverse("assessments:back_entry_start", args=[patient.pk])
    shown = PlainPage(typist.post(url, {"id": str(uuid4())}).content.decode())
    assert "Already recorded that day at 12:00" in shown.text
    assert address("read", signed) in shown.links
    assert Assessment.objects.count() == 1
    assert start(typist, patient, second="yes").startswith("/assessments/")
    assert Assessment.objects.count() == 2


def test_nobody_is_the_tester_until_chosen(as_user: AsUser, physio: User) -> None:
    client = as_user(physio)
    form = PlainPage(client.get(SETTINGS).content.decode()).form(method="post", novalidate="")
    assert (form["tester"], form["tested_at"]) == ("", "")
    assert "This field is required." in client.post(SETTINGS, form).content.decode()


def test_testers_are_who_recorded_at_this_clinic_the_departed_marked(
    as_user: AsUser, physio: User, colleague: User, lead: User, clinician: User, stranger: User
) -> None:
    colleague.memberships.update(active=False)
    text = PlainPage(as_user(physio).get(SETTINGS).content.decode()).text
    for name in ("Pia Physio", "Lea Lead", "Cora Colleague (no longer here)"):
        assert name in text
    for name in ("Cleo Clinician", "Stan Stranger"):
        assert name not in text
    assert begin(as_user(physio), colleague) == PATIENT


@pytest.mark.parametrize("who", ["clinician", "stranger"])
def test_a_tester_who_never_recorded_here_is_refused(
    as_user: AsUser, physio: User, request: pytest.FixtureRequest, who: str
) -> None:
    assert begin(as_user(physio), request.getfixturevalue(who)) == ""


def test_sheets_of_the_future_are_refused(as_user: AsUser, physio: User) -> None:
    assert begin(as_user(physio), physio, tested_at="2999-01-01T10:00") == ""


def test_the_search_finds_patients_of_this_clinic_in_force(
    typist: Client, harbour: Clinic, patient: Patient, foreign_patient: Patient, physio: User
) -> None:
    gone = make_patient(harbour, physio, family_name="Winterfeld")
    archive_patient(gone, by=physio)
    shown = found(typist, "winter")
    assert reverse("assessments:back_entry_start", args=[patient.pk]) in {
        form.attributes.get("action") for form in shown.forms
    }
    assert "Winterfeld" not in shown.text
    assert "Nobody found" in found(typist, "Elsewhere").text
    assert "Álma" in found(typist, patient.record_number).text


def test_a_sheet_from_before_the_patient_was_born_is_refused(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    client = as_user(physio)
    begin(client, physio, tested_at="1975-01-01T10:00")
    assert start(client, patient) == PATIENT
    assert not Assessment.objects.exists()


def test_a_patient_of_my_other_clinic_is_not_of_this_pile(
    typist: Client, hillside: Clinic, foreign_patient: Patient, physio: User
) -> None:
    Membership.objects.create(user=physio, clinic=hillside, role=Role.PHYSIOTHERAPIST)
    assert start(typist, foreign_patient) == SETTINGS
    assert not Assessment.objects.exists()


def test_who_works_in_two_clinics_chooses_one(
    as_user: AsUser, hillside: Clinic, physio: User, stranger: User
) -> None:
    Membership.objects.create(user=physio, clinic=hillside, role=Role.PHYSIOTHERAPIST)
    client = as_user(physio)
    asked = PlainPage(client.get(SETTINGS).content.decode())
    assert f"?clinic={hillside.pk}" in asked.links
    assert "tester" not in asked.text.lower()
    chosen = PlainPage(client.get(f"{SETTINGS}?clinic={hillside.pk}").content.decode())
    assert "Stan Stranger" in chosen.text


def test_without_a_pile_the_patients_lead_back_to_the_choice(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    client = as_user(physio)
    assert client.get(PATIENT)["Location"] == SETTINGS
    assert start(client, patient) == SETTINGS


def test_losing_the_clinic_ends_the_pile(typist: Client, patient: Patient, physio: User) -> None:
    physio.memberships.update(active=False)
    assert typist.get(PATIENT).status_code == 403
    assert start(typist, patient) == ""
    assert not Assessment.objects.exists()


def test_a_record_of_no_pile_offers_no_next_sheet(
    typist: Client, patient: Patient, physio: User
) -> None:
    signed = make_signed(patient, physio, {("hip_flexion", "right"): grade(0)})
    shown = page(typist, "read", signed)
    assert PATIENT not in shown.links
    assert "typed in by" not in shown.text


def test_the_draft_says_on_the_start_page_who_tested(
    typist: Client, patient: Patient, as_user: AsUser, colleague: User
) -> None:
    start(typist, patient)
    for client in (typist, as_user(colleague)):
        shown = PlainPage(client.get("/").content.decode())
        assert "tested 2024-03-05 · tested by Cora Colleague, typed in by Pia Physio" in shown.text


def test_a_draft_of_ones_own_says_nothing_of_typing(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    make_draft(patient, physio)
    assert "typed in" not in as_user(physio).get("/").content.decode()


def test_a_sheet_of_the_past_is_compared_with_what_was_before_it_not_after(
    typist: Client, patient: Patient, colleague: User
) -> None:
    hip = ("hip_flexion", "right")
    for year, level in ((2023, 3), (2025, 12)):
        when = datetime(year, 3, 5, tzinfo=UTC)
        make_signed(patient, colleague, {hip: grade(level)}, tested_at=when)
    start(typist, patient)
    draft = Assessment.objects.get(status="draft")
    assert page(typist, "record", draft).cells[HIP]["data-was"] == "2"
    assert "was 5" in page(typist, "sheet", patient).text  # the next visit comes after all
