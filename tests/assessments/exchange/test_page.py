"""The page of exports."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from assessments.exchange import export
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from mmt.audit.models import Action, AuditEvent, Outcome
from patients.models import Patient
from tests.people import grade, make_signed

from .files import Rows, read

KNEE = ("knee_extension", "right")
CHOICE = {"clinic": "harbour", "status": "in_force", "layout": "long"}
SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(db: None) -> str:
    return reverse("exports:index")


def rows_of(response: HttpResponse) -> Rows:
    return read(b"".join(response.streaming_content))


def events() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=Action.EXPORTED))


def test_the_file_comes_down(
    page: str, as_user: SignIn, admin: User, harbour: Clinic, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(0)})
    response = as_user(admin).post(page, CHOICE)
    today = harbour.now().date().isoformat()
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="mmt-scores-{today}.csv"'
    )
    assert response.headers["Cache-Control"] == "no-store"
    [row] = rows_of(response)
    assert (row["grade"], row["family_name"]) == ("0", "Winters")


def test_it_is_on_the_log_once_with_its_filter_and_count(
    page: str, as_user: SignIn, admin: User, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(0)})
    as_user(admin).post(page, CHOICE | {"first_day": "2020-01-31", "bom": "on"})
    [event] = events()
    assert event.actor == admin.email
    assert event.request_id
    assert event.detail["rows"] == 1
    assert (event.detail["from"], event.detail["bom"]) == ("2020-01-31", True)


@pytest.mark.parametrize("person", ["physio", "lead", "stranger"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_others_may_not_and_the_attempt_is_on_the_log(
    person: str, method: str, page: str, as_user: SignIn, request: pytest.FixtureRequest
) -> None:
    other = request.getfixturevalue(person)
    client = as_user(other)
    assert getattr(client, method)(page, CHOICE).status_code == 403
    [event] = events()
    assert (event.outcome, event.actor) == (Outcome.REFUSED, other.email)


def test_nobody_gets_in_without_signing_in(page: str, client: Client) -> None:
    assert client.post(page, CHOICE).status_code == 302
    assert client.get(page).headers["Location"].startswith(reverse("account_login"))


def test_another_clinic_cannot_be_chosen(
    page: str, as_user: SignIn, admin: User, hillside: Clinic
) -> None:
    client = as_user(admin)
    assert hillside.name not in client.get(page).content.decode()
    response = client.post(page, CHOICE | {"clinic": hillside.slug})
    assert "clinic" in response.context["form"].errors
    assert events() == []


def test_a_clinic_where_one_is_no_administrator_cannot_be_chosen(
    page: str, as_user: SignIn, admin: User, hillside: Clinic
) -> None:
    Membership.objects.create(user=admin, clinic=hillside, role=Role.PHYSIOTHERAPIST)
    response = as_user(admin).post(page, CHOICE | {"clinic": hillside.slug})
    assert "clinic" in response.context["form"].errors


def test_a_role_taken_away_counts_at_once(page: str, as_user: SignIn, admin: User) -> None:
    client = as_user(admin)
    assert client.get(page).status_code == 200
    Membership.objects.filter(user=admin).update(active=False)
    assert client.post(page, CHOICE).status_code == 403


def test_a_role_taken_away_stops_the_file_on_its_way(
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    as_user: SignIn,
    admin: User,
    patient: Patient,
    physio: User,
) -> None:
    make_signed(patient, physio, {KNEE: grade(0)})
    make_signed(patient, physio, {KNEE: grade(0)})
    monkeypatch.setattr(export, "BLOCK", 1)
    monkeypatch.setattr(export, "LOOK_AGAIN_SECONDS", -1)
    file = iter(as_user(admin).post(page, CHOICE).streaming_content)
    next(file)
    Membership.objects.filter(user=admin).update(active=False)
    with pytest.raises(export.ExportWithdrawn):
        next(file)


@pytest.mark.parametrize("rows", [1, 5])
def test_the_page_asks_the_database_as_often_whatever_it_holds(
    rows: int,
    page: str,
    as_user: SignIn,
    admin: User,
    patient: Patient,
    physio: User,
    django_assert_num_queries: Callable[[int], AbstractContextManager[None]],
) -> None:
    for _visit in range(rows):
        make_signed(patient, physio, {KNEE: grade(0)})
    client = as_user(admin)
    with django_assert_num_queries(2):  # session with person and roles, saved questions
        client.get(page)
    with django_assert_num_queries(4):
        client.get(page, CHOICE, headers=HTMX)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("clinic", ""),
        ("clinic", "no\0such"),
        ("first_day", "31/31/2020"),
        ("first_day", "0001-01-01"),
        ("last_day", "9999-12-31"),
        ("last_day", "1" * 400),
        ("battery", "none such"),
        ("status", "draft"),
        ("layout", "narrow"),
    ],
)
def test_bad_input_is_named_kept_and_not_exported(
    field: str, value: str, page: str, as_user: SignIn, admin: User
) -> None:
    response = as_user(admin).post(page, CHOICE | {field: value})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert response.context["form"][field].value() == value
    assert events() == []


def test_days_the_wrong_way_round_are_said_at_the_last(
    page: str, as_user: SignIn, admin: User
) -> None:
    days = {"first_day": "2026-02-02", "last_day": "2026-02-01"}
    response = as_user(admin).post(page, CHOICE | days)
    assert list(response.context["form"].errors) == ["last_day"]


def test_a_years_export_is_one_file(
    page: str, as_user: SignIn, admin: User, harbour: Clinic, patient: Patient, physio: User
) -> None:
    for month in range(1, 13):
        tested_at = datetime(2025, month, 1, tzinfo=harbour.zone)
        make_signed(patient, physio, {KNEE: grade(9)}, tested_at=tested_at)
    year = {"first_day": "2025-01-01", "last_day": "2025-12-31"}
    assert len(rows_of(as_user(admin).post(page, CHOICE | year))) == 12


def test_the_page_begins_with_the_only_clinic_and_for_excel(
    page: str, as_user: SignIn, admin: User
) -> None:
    form = as_user(admin).get(page).context["form"]
    assert {name: form[name].value() for name in CHOICE} == CHOICE
    assert form["bom"].value() is True
    assert not form["blanks"].value()


def test_of_several_clinics_none_is_chosen_beforehand(
    page: str, as_user: SignIn, admin: User, hillside: Clinic
) -> None:
    Membership.objects.create(user=admin, clinic=hillside, role=Role.ADMINISTRATOR)
    form = as_user(admin).get(page).context["form"]
    assert form["clinic"].value() is None
    assert [slug for slug, _name in form.fields["clinic"].choices] == ["", "harbour", "hillside"]


def test_the_choice_is_counted_ahead_and_leaves_no_trace(
    page: str, as_user: SignIn, admin: User, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {KNEE: grade(9)})
    said = as_user(admin).get(page, CHOICE | {"blanks": "on"}, headers=HTMX).content.decode()
    assert "<b>1</b> visit," in said
    assert "<b>24</b> rows" in said
    assert events() == []


def test_several_movements_and_a_whole_region_can_be_chosen_as_in_a_question(
    page: str, as_user: SignIn, admin: User, patient: Patient, physio: User
) -> None:
    results = {
        KNEE: grade(9),
        ("hip_flexion", "left"): grade(8),
        ("elbow_flexion", "left"): grade(8),
    }
    make_signed(patient, physio, results)
    client, chosen = as_user(admin), CHOICE | {"movement": ["knee_extension", "hips"]}
    said = client.get(page, chosen, headers=HTMX).content.decode()
    assert "<b>2</b> rows" in said
    found = {row["movement"] for row in rows_of(client.post(page, chosen))}
    assert found == {"knee_extension", "hip_flexion"}
    [event] = events()
    assert {"hip_flexion", "hip_extension", "knee_extension"} < set(event.detail["movement"])
    wrong = client.post(page, CHOICE | {"movement": ["knee_extension", "wings"]})
    assert list(wrong.context["form"].errors) == ["movement"]
    assert wrong.content.decode().count("checked") >= 2


def test_an_incomplete_choice_is_counted_as_nothing(
    page: str, as_user: SignIn, admin: User
) -> None:
    response = as_user(admin).get(page, CHOICE | {"clinic": ""}, headers=HTMX)
    assert response.content.strip() == b""


def test_the_page_says_what_the_columns_mean(page: str, as_user: SignIn, admin: User) -> None:
    said = as_user(admin).get(page).content.decode()
    assert "<code>result_note</code>" in said
    assert "csrfmiddlewaretoken" in said
