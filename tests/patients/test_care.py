"""Events, interventions, referrals, the care team: added, edited, taken back; one way for all."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from mmt.accounts.models import User
from mmt.accounts.roles import ROLE_PERMISSIONS, Permission, Role
from mmt.audit.models import AuditEvent
from patients.cards import CARE_CONTACT, EVENT, INTERVENTION, KINDS, REFERRAL, Kind, cards_of
from patients.happenings import TOLD, as_text
from patients.models import CareContact, Patient, Referral
from tests.patients.happened import KNOWN, make, typed

AsUser = Callable[[User], Client]
EVERY_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
# A field of each kind, changed.
CHANGED = {"event": "note", "intervention": "dose", "referral": "reason", "care_contact": "name"}


@pytest.fixture
def as_physio(as_user: AsUser, physio: User) -> Client:
    return as_user(physio)


def address(act: str, kind: Kind, patient: Patient, *more: Any) -> str:
    return reverse(f"assessments:{act}_{kind.name}", args=[patient.pk, *more])


def edited(row: Any, of: Kind, /, **fields: Any) -> dict[str, Any]:
    return typed(of, **fields) | {"seen": json.dumps(as_text(row))}


def told(kind: Kind) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action__in=kind.told[:3]))


def marked(row: Any, by: User) -> Any:
    row.voided_by, row.voided_at, row.void_reason = by, row.entered_at, "other patient's"
    row.save(update_fields=["voided_by", "voided_at", "void_reason"])
    return row


@EVERY_KIND
def test_one_is_added_and_told_once(
    kind: Kind, as_physio: Client, patient: Patient, physio: User
) -> None:
    sent = typed(kind) | {"new_id": str(uuid4())}
    answers = [as_physio.post(address("add", kind, patient), sent) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    row = kind.model._default_manager.get()
    assert (row.patient, row.entered_by, str(row.pk)) == (patient, physio, sent["new_id"])
    [event] = told(kind)
    assert (event.action, event.target) == (kind.told.added, str(row.pk))


@EVERY_KIND
def test_an_edit_tells_before_and_after(
    kind: Kind, as_physio: Client, patient: Patient, physio: User
) -> None:
    row, name = make(kind, patient, physio), CHANGED[kind.name]
    sent = edited(row, kind, **{name: "anew"})
    assert as_physio.post(address("edit", kind, patient, row.pk), sent).status_code == 302
    row.refresh_from_db()
    assert getattr(row, name) == "anew"
    [event] = told(kind)
    assert event.action == kind.told.edited
    assert event.detail == {"before": {name: KNOWN[kind.name][name]}, "after": {name: "anew"}}


@EVERY_KIND
def test_an_edit_that_changes_nothing_tells_nothing(
    kind: Kind, as_physio: Client, patient: Patient, physio: User
) -> None:
    row = make(kind, patient, physio)
    sent = edited(row, kind)
    assert as_physio.post(address("edit", kind, patient, row.pk), sent).status_code == 302
    assert told(kind) == []


@EVERY_KIND
def test_an_edit_opens_what_was_entered(
    kind: Kind, as_physio: Client, patient: Patient, physio: User
) -> None:
    row = make(kind, patient, physio)
    page = as_physio.get(address("edit", kind, patient, row.pk))
    form = page.context["form"]
    shown = {name: str(form[name].value() or "") for name in as_text(row)}
    assert shown == as_text(row)
    assert address("void", kind, patient, row.pk) in page.content.decode()


@EVERY_KIND
def test_somebody_faster_is_told_and_what_was_typed_stays(
    kind: Kind, as_physio: Client, patient: Patient, physio: User
) -> None:
    row, name = make(kind, patient, physio), CHANGED[kind.name]
    sent = edited(row, kind, **{name: "mine"})
    kind.model._default_manager.filter(pk=row.pk).update(**{name: "theirs"})
    form = as_physio.post(address("edit", kind, patient, row.pk), sent).context["form"]
    assert "theirs" in form.non_field_errors()[0]
    assert form[name].value() == "mine"
    again = sent | {"seen": form["seen"].value()}
    assert as_physio.post(address("edit", kind, patient, row.pk), again).status_code == 302
    row.refresh_from_db()
    assert getattr(row, name) == "mine"


@EVERY_KIND
@pytest.mark.parametrize("seen", ["", "nonsense", "[]", '"x"', "1" * 5000, "[" * 9000])
def test_a_form_that_saw_nothing_saves_nothing(
    kind: Kind, seen: str, as_physio: Client, patient: Patient, physio: User
) -> None:
    row, name = make(kind, patient, physio), CHANGED[kind.name]
    sent = edited(row, kind, **{name: "mine"}) | {"seen": seen}
    assert as_physio.post(address("edit", kind, patient, row.pk), sent).status_code == 200
    assert told(kind) == []


@EVERY_KIND
def test_one_entered_in_error_stays_with_who_and_why(
    kind: Kind, as_physio: Client, patient: Patient, physio: User
) -> None:
    row = make(kind, patient, physio)
    for reason in ("typing slip", "second click"):
        answer = as_physio.post(address("void", kind, patient, row.pk), {"reason": reason})
        assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.voided_by, row.void_reason) == (physio, "typing slip")
    [event] = told(kind)
    assert (event.action, event.detail) == (kind.told.voided, {"reason": "typing slip"})


@EVERY_KIND
def test_an_error_needs_its_reason(
    kind: Kind, as_physio: Client, patient: Patient, physio: User
) -> None:
    row = make(kind, patient, physio)
    answer = as_physio.post(address("void", kind, patient, row.pk), {"reason": " "})
    assert answer.context["form"].errors["reason"] == ["This field is required."]
    row.refresh_from_db()
    assert row.voided_at is None


@EVERY_KIND
def test_what_is_in_error_is_edited_no_more(
    kind: Kind, as_physio: Client, patient: Patient, physio: User
) -> None:
    row = marked(make(kind, patient, physio), physio)
    sent = edited(row, kind, **{CHANGED[kind.name]: "anew"})
    assert as_physio.post(address("edit", kind, patient, row.pk), sent).status_code == 302
    row.refresh_from_db()
    assert as_text(row)[CHANGED[kind.name]] == KNOWN[kind.name][CHANGED[kind.name]]


@EVERY_KIND
@pytest.mark.parametrize("act", ["edit", "void"])
def test_another_patients_row_is_not_there(
    kind: Kind, act: str, as_physio: Client, patient: Patient, foreign_patient: Patient
) -> None:
    stranger = foreign_patient.clinic.memberships.first().user
    row = make(kind, foreign_patient, stranger)
    for whose in (patient, foreign_patient):
        sent = edited(row, kind) | {"reason": "mine"}
        assert as_physio.post(address(act, kind, whose, row.pk), sent).status_code == 404
    row.refresh_from_db()
    assert row.voided_at is None


@EVERY_KIND
def test_only_who_may_edit_patients_adds_one(
    kind: Kind, as_physio: Client, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeing = frozenset({Permission.SEE_PATIENTS})
    monkeypatch.setitem(ROLE_PERMISSIONS, Role.PHYSIOTHERAPIST, seeing)
    assert as_physio.post(address("add", kind, patient), {}).status_code == 403


@pytest.mark.parametrize(
    ("kind", "field", "value", "problem"),
    [
        (REFERRAL, "reason", "", "This field is required."),
        (REFERRAL, "kind", "barber", "Select a valid choice"),
        (REFERRAL, "started", "2999-01-01", "This is in the future."),
        (REFERRAL, "ended", "2024-05-01", "This is before the first day."),
        (REFERRAL, "ended", "2999-01-01", "This is in the future."),
        (CARE_CONTACT, "name", "", "This field is required."),
        (CARE_CONTACT, "name", "…", "Enter at least one letter or digit."),
        (CARE_CONTACT, "profession", "", "This field is required."),
        (CARE_CONTACT, "started", "1980-04-11", "This is before the patient was born."),
        (CARE_CONTACT, "ended", "1980-04-11", "This is before the patient was born."),
        (CARE_CONTACT, "address", "x" * 301, "at most 300 characters"),
        (INTERVENTION, "name", "", "This field is required."),
        (EVENT, "started", "soon", "Enter a valid date."),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(
    kind: Kind, field: str, value: str, problem: str, as_physio: Client, patient: Patient
) -> None:
    sent = typed(kind, **{field: value}) | {"status": "seen", "new_id": str(uuid4())}
    form = as_physio.post(address("add", kind, patient), sent).context["form"]
    assert problem in form.errors[field][0]
    assert form[field].value() == value
    assert not kind.model._default_manager.exists()


def test_a_referral_that_was_answered_says_how(as_physio: Client, patient: Patient) -> None:
    sent = typed(REFERRAL, ended="2024-05-20") | {"new_id": str(uuid4())}
    form = as_physio.post(address("add", REFERRAL, patient), sent).context["form"]
    assert form.errors["status"] == ["It was answered: choose seen or declined."]
    as_physio.post(address("add", REFERRAL, patient), sent | {"status": "seen"})
    assert Referral.objects.get().ended == date(2024, 5, 20)


def test_a_person_of_the_care_team_needs_no_day(as_physio: Client, patient: Patient) -> None:
    sent = typed(CARE_CONTACT) | {"new_id": str(uuid4())}
    as_physio.post(address("add", CARE_CONTACT, patient), sent)
    assert CareContact.objects.get().started is None


def test_every_kind_has_its_words_in_the_log() -> None:
    assert set(TOLD) == {kind.model for kind in KINDS}
    for kind in KINDS:
        assert set(kind.told.fields) == set(kind.form._meta.fields)


def test_the_page_lists_each_kind_and_strikes_errors(
    as_physio: Client, patient: Patient, physio: User
) -> None:
    for kind in KINDS:
        make(kind, patient, physio)
        marked(make(kind, patient, physio, **{CHANGED[kind.name]: "wrong one"}), physio)
    html = as_physio.get(reverse("assessments:person", args=[patient.pk])).content.decode()
    for kind in KINDS:
        assert address("add", kind, patient) in html
        assert KNOWN[kind.name][CHANGED[kind.name]] in html
    struck = re.findall("<del>(.*?)</del>", html)
    assert ["wrong one" in words.lower() for words in struck] == [True] * 4
    assert html.count("marked by") == 4


def test_older_rows_fold_away(patient: Patient, physio: User) -> None:
    for day in range(1, 8):
        make(EVENT, patient, physio, started=date(2024, 5, day))
    [card] = [card for card in cards_of(patient) if card.kind is EVENT]
    assert [len(card.shown), len(card.earlier)] == [4, 3]
    assert card.shown[0].days == "2024-05-07"
