"""What weakness comes from: judged by a person with a reason; the newest of a region stands."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from assessments.models import Weakness
from assessments.weakness import judge_weakness, judgements_of
from mmt.accounts.models import User
from mmt.accounts.roles import ROLE_PERMISSIONS, Permission, Role
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.views.visiting import AsUser, address, page, queries

DAY = date(2024, 5, 2)


def typed(**fields: Any) -> dict[str, str]:
    known = {"region": "hips", "kind": "primary", "rationale": "since the relapse"}
    return {"new_id": str(uuid4()), "judged_on": "2024-05-02"} | known | fields


def made(patient: Patient, by: User, **fields: Any) -> Weakness:
    known = {"region": "hips", "kind": "primary", "rationale": "relapse", "judged_on": DAY}
    return judge_weakness(Weakness(patient=patient, **known | fields), by=by)


def test_a_judgement_is_kept_and_told_once(as_user: AsUser, patient: Patient, physio: User) -> None:
    client, sent = as_user(physio), typed()
    for _time in range(2):
        assert client.post(address("judge_weakness", patient), sent).status_code == 302
    row = Weakness.objects.get()
    assert (row.patient, row.judged_by, row.kind) == (patient, physio, "primary")
    event = AuditEvent.objects.get(action=Action.WEAKNESS_JUDGED)
    assert (event.target, event.detail["rationale"]) == (str(row.pk), "since the relapse")


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("region", "", "This field is required."),
        ("region", "tail", "Select a valid choice"),
        ("kind", "", "This field is required."),
        ("kind", "tertiary", "Select a valid choice"),
        ("rationale", " ", "This field is required."),
        ("rationale", "x" * 301, "at most 300 characters"),
        ("judged_on", "", "This field is required."),
        ("judged_on", "2999-01-01", "This is in the future."),
        ("judged_on", "1980-04-11", "This is before the patient was born."),
    ],
)
def test_a_wrong_field_is_named(
    field: str, value: str, problem: str, as_user: AsUser, patient: Patient, physio: User
) -> None:
    sent = typed(**{field: value})
    form = as_user(physio).post(address("judge_weakness", patient), sent).context["form"]
    assert list(form.errors) == [field]
    assert problem in form.errors[field][0]
    assert not Weakness.objects.exists()


def test_no_kind_is_chosen_beforehand(as_user: AsUser, patient: Patient, physio: User) -> None:
    html = as_user(physio).get(address("judge_weakness", patient)).content.decode()
    assert html.count('type="radio"') == 4
    assert "checked" not in html


def test_the_newest_of_a_region_stands(patient: Patient, physio: User) -> None:
    newest = made(patient, physio, kind="mixed")
    older = made(patient, physio, judged_on=DAY - timedelta(days=9))
    knees = made(patient, physio, region="knees")
    found = judgements_of(patient)
    assert [judged.stands for judged in found] == [newest, knees]
    assert found[0].earlier == [older]


def test_of_one_day_the_last_entered_stands(patient: Patient, physio: User) -> None:
    made(patient, physio)
    last = made(patient, physio, kind="mixed", entered_at=timezone.now() + timedelta(minutes=1))
    assert judgements_of(patient)[0].stands == last


def test_the_patients_page_says_who_and_when(
    as_user: AsUser, patient: Patient, physio: User, clinician: User
) -> None:
    made(patient, physio, rationale="tone <high>")
    found = page(as_user(clinician), "person", patient)
    assert "primary (nerve damage). tone <high>" in found.text
    assert f"{physio}, 2024-05-02" in found.text
    assert address("judge_weakness", patient) in found.links


def test_only_who_may_edit_patients_judges(
    as_user: AsUser, patient: Patient, physio: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeing = frozenset({Permission.SEE_PATIENTS})
    monkeypatch.setitem(ROLE_PERMISSIONS, Role.PHYSIOTHERAPIST, seeing)
    client = as_user(physio)
    assert client.post(address("judge_weakness", patient), typed()).status_code == 403
    assert not Weakness.objects.exists()


def test_the_questions_asked_do_not_grow(as_user: AsUser, patient: Patient, physio: User) -> None:
    made(patient, physio)
    client = as_user(physio)
    few = len(queries(client, address("person", patient)))
    for region in ("hips", "knees", "arms"):
        made(patient, physio, region=region)
    assert len(queries(client, address("person", patient))) == few
