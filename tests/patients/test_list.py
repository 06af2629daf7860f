"""The page that lists and finds patients."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from mmt.audit.models import Action, AuditEvent
from patients import paging, views
from patients.models import Patient
from tests.people import make_patient, make_user

AsUser = Callable[[User], Client]
LIST = reverse("patients:list")


@pytest.fixture
def as_physio(as_user: AsUser, physio: User) -> Client:
    return as_user(physio)


@pytest.fixture
def archived(harbour: Clinic, physio: User) -> Patient:
    gone = make_patient(harbour, physio, family_name="Formerly")
    Patient.objects.filter(pk=gone.pk).update(archived_at=timezone.now())
    return gone


def test_lists_the_patients_of_ones_own_clinics(
    as_physio: Client, patient: Patient, foreign_patient: Patient
) -> None:
    html = as_physio.get(LIST).content.decode()
    assert "Winters, Álma" in html
    assert reverse("assessments:person", args=[patient.pk]) in html
    assert "Elsewhere" not in html
    assert "1 patient" in html


def test_more_than_are_counted_are_said_to_be_more(
    as_physio: Client, harbour: Clinic, physio: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (paging, views):
        monkeypatch.setattr(module, "COUNTED", 2)
    for _number in range(2):
        make_patient(harbour, physio)
    assert "2 patients" in as_physio.get(LIST).content.decode()
    make_patient(harbour, physio)
    make_patient(harbour, physio)
    assert "More than 2 patients" in as_physio.get(LIST).content.decode()
    assert "More than 2 patients" in as_physio.post(LIST, {"q": "test"}).content.decode()


def test_a_search_is_a_post_and_answers_at_once(as_physio: Client, patient: Patient) -> None:
    answer = as_physio.post(LIST, {"q": "alma"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Winters, Álma" in answer.content.decode()


def test_a_search_does_not_look_into_other_clinics(
    as_physio: Client, patient: Patient, foreign_patient: Patient
) -> None:
    assert "Elsewhere, Edda" not in as_physio.post(LIST, {"q": "edda"}).content.decode()


def test_words_in_the_address_find_nothing(as_physio: Client, patient: Patient) -> None:
    assert "1 patient" in as_physio.get(LIST, {"q": "nobody"}).content.decode()


def test_no_link_of_the_page_holds_what_was_looked_for(
    as_physio: Client, harbour: Clinic, physio: User
) -> None:
    for _number in range(30):
        make_patient(harbour, physio, family_name="Manyfold")
    html = as_physio.post(LIST, {"q": "manyfold"}).content.decode()
    addresses = [piece.split('"')[0] for piece in html.split('action="')[1:]]
    assert any("after=" in address for address in addresses)
    assert not any("manyfold" in address.lower() for address in addresses)


def test_the_next_page_of_a_search_goes_on_with_the_search(
    as_physio: Client, harbour: Clinic, physio: User, patient: Patient
) -> None:
    for _number in range(30):
        make_patient(harbour, physio, family_name="Manyfold")
    first = as_physio.post(LIST, {"q": "manyfold"}).context["page"]
    second = as_physio.post(f"{LIST}?after={first.on}", {"q": "manyfold"}).context["page"]
    assert len(first.patients), len(second.patients) == (25, 5)
    assert second.back is not None


def test_typing_renews_the_part_alone(as_physio: Client, patient: Patient) -> None:
    html = as_physio.post(LIST, {"q": "alma"}, headers={"HX-Request": "true"}).content.decode()
    assert "Winters, Álma" in html
    assert "<html" not in html
    assert 'hx-swap-oob="innerHTML"' in html


@pytest.mark.parametrize(
    ("show", "names"),
    [
        ("", {"Winters"}),
        ("active", {"Winters"}),
        ("archived", {"Formerly"}),
        ("all", {"Winters", "Formerly"}),
        ("nonsense", {"Winters"}),
    ],
)
def test_filters(
    as_physio: Client, patient: Patient, archived: Patient, show: str, names: set[str]
) -> None:
    found = as_physio.get(LIST, {"show": show}).context["page"].patients
    assert {patient.family_name for patient in found} == names


def test_an_archived_patient_is_marked(as_physio: Client, archived: Patient) -> None:
    assert (
        '<span class="tag tag-here">archived</span>'
        in as_physio.get(LIST, {"show": "all"}).content.decode()
    )


def test_nothing_found_says_what_to_do(as_physio: Client, archived: Patient) -> None:
    html = as_physio.post(LIST, {"q": "formerly"}).content.decode()
    assert "No patient found" in html
    assert "Look among all patients" in html
    assert "Formerly" not in html


def test_an_empty_clinic_says_what_to_do(as_physio: Client) -> None:
    html = as_physio.get(LIST).content.decode()
    assert "No patients yet" in html
    assert reverse("patients:register") in html


def test_a_person_without_a_clinic_sees_an_empty_list(
    as_physio: Client, patient: Patient, physio: User
) -> None:
    Membership.objects.filter(user=physio).update(active=False)
    html = as_physio.get(LIST).content.decode()
    assert "You belong to no clinic at present" in html
    assert "Winters" not in html


def test_the_clinic_is_named_where_there_are_several(
    as_physio: Client, physio: User, patient: Patient, foreign_patient: Patient
) -> None:
    assert "Hillside Test" not in as_physio.get(LIST).content.decode()
    Membership.objects.create(user=physio, clinic=foreign_patient.clinic, role=Role.CLINICIAN)
    html = as_physio.get(LIST).content.decode()
    assert "Hillside Test" in html
    assert "Elsewhere, Edda" in html


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "x" * 60_000, "\u202eevil", "%", "'; DROP TABLE", "9" * 400, "\ud7ff"]
)
def test_odd_words_are_answered_calmly(as_physio: Client, patient: Patient, text: str) -> None:
    assert as_physio.post(LIST, {"q": text}).status_code == 200


def test_what_cannot_be_looked_for_says_so_and_lists_nobody(
    as_physio: Client, patient: Patient
) -> None:
    html = as_physio.post(LIST, {"q": "x" * 201}).content.decode()
    assert "at most 200 characters" in html
    assert "Winters" not in html


def test_names_are_escaped(as_physio: Client, harbour: Clinic, physio: User) -> None:
    make_patient(harbour, physio, family_name="<script>alert(1)</script>")
    assert "<script>alert" not in as_physio.get(LIST).content.decode()


def test_shows_age_today_at_the_clinic_and_last_visit(as_physio: Client, patient: Patient) -> None:
    Patient.objects.filter(pk=patient.pk).update(last_seen=date(2024, 5, 6))
    html = as_physio.get(LIST).content.decode()
    patient.refresh_from_db()
    assert f"({patient.age} y)" in html
    assert "2024-05-06" in html


def test_as_many_queries_for_many_patients_as_for_few(
    as_physio: Client,
    harbour: Clinic,
    hillside: Clinic,
    physio: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    Membership.objects.create(user=physio, clinic=hillside, role=Role.PHYSIOTHERAPIST)
    for clinic in (harbour, hillside):
        make_patient(clinic, physio)
    as_physio.get(LIST)
    with django_assert_num_queries(3):  # session with person and roles, count, page
        as_physio.get(LIST)
    for number in range(24):
        make_patient(harbour if number % 2 else hillside, physio)
    with django_assert_num_queries(3):
        as_physio.get(LIST)
    with django_assert_num_queries(4):  # and how many have the word
        as_physio.post(LIST, {"q": "test"})


def test_a_list_is_no_viewing_of_a_patient(as_physio: Client, patient: Patient) -> None:
    as_physio.get(LIST)
    assert not AuditEvent.objects.filter(action=Action.PATIENT_VIEWED).exists()


def test_a_stranger_sees_their_own(as_user: AsUser, hillside: Clinic, patient: Patient) -> None:
    stranger = make_user("x@hillside.test", hillside, Role.CLINICIAN)
    assert "Winters" not in as_user(stranger).get(LIST).content.decode()
