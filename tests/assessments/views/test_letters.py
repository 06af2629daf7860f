"""Writing a letter: decide, look, keep; and what becomes of it when the record is corrected."""

import io
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from assessments.actions import amend_assessment, void_assessment
from assessments.models import Assessment, Letter
from mmt.accounts.models import User
from mmt.audit.models import Action, AuditEvent
from patients.models import CareContact, Patient
from tests.assessments.letters.reading import days_ago, make_letter, text
from tests.assessments.plain_page import PlainPage
from tests.assessments.views.visiting import (
    AsUser,
    address,
    answers_like_nothing,
    events,
    page,
    queries,
    refused_events,
)
from tests.people import grade, make_patient, make_signed

HIP = ("hip_flexion", "right")
WAYS = ("write_letter", "write_report")


@pytest.fixture
def visits(patient: Patient, physio: User) -> list[Assessment]:
    return [
        make_signed(patient, physio, {HIP: grade(level)}, tested_at=days_ago(days))
        for days, level in ((300, 12), (200, 9), (10, 0))
    ]


@pytest.fixture
def contact(patient: Patient, physio: User) -> CareContact:
    return CareContact.objects.create(
        patient=patient,
        profession="neurologist",
        name="Dr Grey",
        address="1 Quay",
        entered_by=physio,
    )


def decided(visits: list[Assessment], **fields: str) -> dict[str, str]:
    return {"to": "gp", "name": "", "line": "", "compare": str(visits[1].pk)} | fields


def looked_at(
    client: Client, record: Assessment, fields: dict[str, str], way: str = WAYS[0]
) -> Any:
    """Press "look at it" and return what the button "keep it" would send."""
    answer = client.post(address(way, record), fields | {"step": "preview"})
    assert answer.status_code == 200
    found = dict(re.findall(r'name="(seen|key)" value="([^"]+)"', answer.content.decode()))
    return fields | found | {"step": "keep"}


@pytest.mark.parametrize("way", WAYS)
def test_what_was_looked_at_is_what_is_kept(
    way: str, as_user: AsUser, clinician: User, visits: list[Assessment]
) -> None:
    client, fields = as_user(clinician), decided(visits, line="See you soon.")
    keep = looked_at(client, visits[2], fields, way)
    opened = client.post(address(way, visits[2]), fields | {"step": "open"})
    assert opened.headers["Content-Type"] == "application/pdf"
    assert Letter.objects.count() == 0
    client.post(address(way, visits[2]), keep)
    kept = Letter.objects.get()
    assert bytes(kept.pdf) == opened.content
    assert "See you soon." in text(PdfReader(io.BytesIO(opened.content)))
    assert (kept.kind, kept.addressee) == (way.removeprefix("write_"), "gp")
    assert (kept.compared_with, kept.made_by) == (visits[1], clinician)


def test_what_the_page_says_can_be_read_without_its_picture(
    as_user: AsUser, clinician: User, visits: list[Assessment]
) -> None:
    fields = decided(visits, line="See you <soon>.") | {"step": "preview"}
    answer = as_user(clinician).post(address(WAYS[0], visits[2]), fields)
    said = " ".join(PlainPage(answer.content.decode()).text.split())
    for words in (
        "Right hip flexion: 4 → 0",
        "worse, antigravity crossed, possible, not yet confirmed",
        "Left hip flexion: not assessed",
        "See you <soon>.",
        "Next review: Test again by",
        "Cleo Clinician",
    ):
        assert words in said


def test_it_is_on_the_record_and_on_the_patients_page(
    as_user: AsUser, clinician: User, patient: Patient, visits: list[Assessment]
) -> None:
    kept = make_letter(visits[2], clinician, name="Dr Grey")
    for name, about in (("read", visits[2]), ("person", patient)):
        found = page(as_user(clinician), name, about)
        assert reverse("assessments:letter", args=[kept.pk]) in found.links
        words = " ".join(found.text.split())
        assert "to GP, Dr Grey" in words
        assert "Cleo Clinician · revision 1, rule 1" in words
        assert "superseded" not in words


def test_the_kept_page_is_downloaded_as_it_is_and_told_to_the_log(
    as_user: AsUser, physio: User, patient: Patient, visits: list[Assessment]
) -> None:
    kept = make_letter(visits[2], physio)
    answer = as_user(physio).get(reverse("assessments:letter", args=[kept.pk]))
    assert answer.content == bytes(kept.pdf)
    assert answer.headers["Cache-Control"] == "no-store"
    day = visits[2].local_tested_at.date()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{day}-letter.pdf"'
    for action in (Action.LETTER_MADE, Action.LETTER_READ):
        event = AuditEvent.objects.get(action=action)
        assert (event.patient_id, event.target) == (patient.pk, str(kept.pk))
        assert event.detail["sha256"] == kept.sha256


def test_an_amendment_supersedes_it_and_a_new_one_does_not(
    as_user: AsUser, physio: User, lead: User, patient: Patient, visits: list[Assessment]
) -> None:
    make_letter(visits[2], physio)
    amend_assessment(visits[2], {HIP: grade(6)}, reason="Typed wrong.", by=lead, revision=1)
    client = as_user(physio)
    assert "superseded: the assessment was amended" in page(client, "read", visits[2]).text
    make_letter(visits[2], physio)
    assert page(client, "person", patient).text.count("superseded") == 1


@pytest.mark.parametrize("which", [1, 2])
def test_a_voided_visit_supersedes_what_tells_of_it(
    which: int, as_user: AsUser, physio: User, patient: Patient, visits: list[Assessment]
) -> None:
    kept = make_letter(visits[2], physio)
    void_assessment(visits[which], reason="Another person.", by=physio, revision=1)
    client = as_user(physio)
    told = {1: "the visit it compares with was voided", 2: "the assessment was voided"}[which]
    assert f"superseded: {told}" in page(client, "person", patient).text
    answer = client.get(reverse("assessments:letter", args=[kept.pk]))
    assert "-superseded.pdf" in answer.headers["Content-Disposition"]


def test_an_amendment_of_the_visit_before_supersedes_it_too(
    as_user: AsUser, physio: User, patient: Patient, visits: list[Assessment]
) -> None:
    make_letter(visits[2], physio)
    amend_assessment(visits[1], {HIP: grade(12)}, reason="Typed wrong.", by=physio, revision=1)
    words = page(as_user(physio), "person", patient).text
    assert "superseded: the visit it compares with was amended" in words


def test_nothing_is_kept_that_was_not_looked_at(
    as_user: AsUser, physio: User, visits: list[Assessment]
) -> None:
    client, way = as_user(physio), address("write_letter", visits[2])
    for seen in ("", "0" * 64, "nonsense"):
        sent = decided(visits) | {"step": "keep", "seen": seen, "key": str(uuid4())}
        assert "Look" in client.post(way, sent).content.decode()
    keep = looked_at(client, visits[2], decided(visits))
    client.post(way, keep | {"line": "Slipped in afterwards."})
    assert Letter.objects.count() == 0
    assert events(Action.LETTER_MADE) == 0


def test_a_record_amended_since_the_look_is_looked_at_again(
    as_user: AsUser, physio: User, lead: User, visits: list[Assessment]
) -> None:
    client = as_user(physio)
    keep = looked_at(client, visits[2], decided(visits))
    amend_assessment(visits[2], {HIP: grade(6)}, reason="Typed wrong.", by=lead, revision=1)
    answer = client.post(address("write_letter", visits[2]), keep)
    assert "The page has changed since you looked at it" in answer.content.decode()
    assert Letter.objects.count() == 0


def test_keeping_twice_keeps_one(as_user: AsUser, physio: User, visits: list[Assessment]) -> None:
    client = as_user(physio)
    keep = looked_at(client, visits[2], decided(visits))
    for _again in range(2):
        assert client.post(address("write_letter", visits[2]), keep).status_code == 302
    assert Letter.objects.count() == events(Action.LETTER_MADE) == 1


def test_the_care_team_is_offered_with_its_address(
    as_user: AsUser, physio: User, visits: list[Assessment], contact: CareContact
) -> None:
    client, fields = as_user(physio), decided(visits, to=f"contact-{contact.pk}")
    client.post(address("write_letter", visits[2]), looked_at(client, visits[2], fields))
    kept = Letter.objects.get()
    assert (kept.addressee, kept.addressee_name) == ("neurologist", "Dr Grey")
    found = text(PdfReader(io.BytesIO(bytes(kept.pdf))))
    assert "Dr Grey Neurologist 1 Quay" in found
    assert "Dear Dr Grey," in found


def test_one_of_another_patients_care_team_is_no_choice(
    as_user: AsUser, physio: User, visits: list[Assessment], contact: CareContact
) -> None:
    other = make_signed(make_patient(visits[0].clinic, physio), physio, {HIP: grade(3)})
    sent = {"to": f"contact-{contact.pk}", "step": "preview"}
    answer = as_user(physio).post(address("write_letter", other), sent)
    assert "Select a valid choice" in answer.content.decode()


def test_what_is_wrong_is_named_and_what_was_typed_is_kept(
    as_user: AsUser, physio: User, visits: list[Assessment], contact: CareContact
) -> None:
    client, way = as_user(physio), address("write_letter", visits[2])
    for fields, problem in (
        ({"to": ""}, "This field is required"),
        ({"to": f"contact-{contact.pk}", "name": "Dr Other"}, "Leave this empty"),
        ({"compare": str(visits[2].pk)}, "Select a valid choice"),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"line": "a\0b"}, "Null characters"),
        ({"line": "\U000e0041\U0001f9ff"}, "This server has no font"),
    ):
        sent = decided(visits, **({"line": "Typed."} | fields)) | {"step": "preview"}
        answer = client.post(way, sent).content.decode()
        assert problem in answer
        assert "line" in fields or "Typed." in answer


def test_a_name_for_which_there_is_no_font_is_told_and_nothing_is_kept(
    as_user: AsUser, patient: Patient, physio: User, visits: list[Assessment]
) -> None:
    patient.given_names = "Zo\U000e0041\U0001f9ff"
    patient.save(update_fields=["given_names"])
    client, fields = as_user(physio), decided(visits, line="Typed.")
    for step in ("preview", "open", "keep"):
        answer = client.post(address("write_letter", visits[2]), fields | {"step": step})
        assert "This server has no font for a letter that is in it" in answer.content.decode()
        assert "Typed." in answer.content.decode()
    assert not Letter.objects.exists()


def test_the_baseline_can_be_compared_with(
    as_user: AsUser, physio: User, visits: list[Assessment]
) -> None:
    fields = decided(visits, compare=str(visits[0].pk), step="open")
    answer = as_user(physio).post(address("write_letter", visits[2]), fields)
    assert "Right hip flexion: 5 → 0" in text(PdfReader(io.BytesIO(answer.content)))


def test_back_to_what_was_decided(as_user: AsUser, physio: User, visits: list[Assessment]) -> None:
    sent = decided(visits, line="Nearly right.") | {"step": "edit"}
    answer = as_user(physio).post(address("write_letter", visits[2]), sent).content.decode()
    assert "Nearly right." in answer
    assert "Look at it" in answer


@pytest.mark.parametrize("way", WAYS)
def test_a_voided_record_has_no_letter_and_the_attempt_is_told(
    way: str, as_user: AsUser, physio: User, visits: list[Assessment]
) -> None:
    void_assessment(visits[2], reason="Another person.", by=physio, revision=1)
    answer = as_user(physio).post(address(way, visits[2]), decided(visits) | {"step": "preview"})
    assert answer.status_code == 403
    assert refused_events() == [("letter_made", str(visits[2].pk))]
    assert address(way, visits[2]) not in page(as_user(physio), "read", visits[2]).links


def test_an_administrator_reads_letters_and_writes_none(
    as_user: AsUser, admin: User, physio: User, visits: list[Assessment]
) -> None:
    kept = make_letter(visits[2], physio)
    client = as_user(admin)
    assert client.get(reverse("assessments:letter", args=[kept.pk])).status_code == 200
    assert address("write_letter", visits[2]) not in page(client, "read", visits[2]).links


def test_to_a_stranger_there_is_no_letter(
    as_user: AsUser, stranger: User, physio: User, visits: list[Assessment]
) -> None:
    kept = make_letter(visits[2], physio)
    for name, about in (("letter", kept), ("write_letter", visits[2]), ("write_report", visits[2])):
        answers_like_nothing(as_user(stranger), name, about.pk)


def test_the_questions_asked_do_not_grow_with_letters(
    as_user: AsUser, physio: User, patient: Patient, visits: list[Assessment]
) -> None:
    client = as_user(physio)
    make_letter(visits[2], physio)
    few = [len(queries(client, address(*at))) for at in (("person", patient), ("read", visits[2]))]
    for _more in range(3):
        make_letter(visits[2], physio)
    many = [len(queries(client, address(*at))) for at in (("person", patient), ("read", visits[2]))]
    assert few == many
