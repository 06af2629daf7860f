"""The data-quality board: each number, and the list behind it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.actions import amend_assessment, void_assessment
from assessments.entry.drafts import discard_draft
from assessments.models import Assessment
from assessments.quality import board
from mmt.accounts.models import Clinic, User
from patients.actions import archive_patient
from patients.models import Patient
from tests.assessments.pairs import begin
from tests.assessments.plain_page import PlainPage
from tests.assessments.views.visiting import AsUser, queries
from tests.people import grade, make_draft, make_patient, make_signed

KINDS = ["old-drafts", "unsigned", "under-half", "one-grade", "open-pairs", "overdue", "duplicates"]
BOARD = "/quality/harbour/"
LONG_AGO = timedelta(days=400)


def everything(record: Assessment, level: int, *, but: int = 0) -> dict[Any, Any]:
    """Return a grade for each cell of the record's form, the last `but` cells left blank."""
    cells = record.cells
    return {(key, str(side)): grade(level) for key, side in cells[: len(cells) - but]}


@pytest.fixture
def form(patient: Patient, physio: User) -> Assessment:
    """A draft to read the cells from, put aside at once."""
    draft = make_draft(patient, physio)
    discard_draft(draft, by=physio)
    return draft


def numbers(client: Client) -> dict[str, int]:
    """Return the board's numbers, each of which must be that of its list."""
    found, board = {}, client.get(BOARD)
    shown = PlainPage(board.content.decode())
    text = " ".join(shown.text.split())
    for kind in KINDS:
        response = client.get(f"{BOARD}{kind}/")
        assert response.status_code == 200
        found[kind] = response.context["page"].total
        assert f" {found[kind]} " in f" {text} "
        assert f"{BOARD}{kind}/" in shown.links
    assert {each.kind.key: each.count for each in board.context["board"]} == found
    return found


def names(client: Client, kind: str, query: str = "") -> list[str]:
    page = client.get(f"{BOARD}{kind}/{query}").context
    rows = page.get("records") or [patient for patient, _twins in page["patients"]]
    return [getattr(row, "patient", row).family_name for row in rows]


def shown(client: Client, kind: str) -> str:
    return " ".join(PlainPage(client.get(f"{BOARD}{kind}/").content.decode()).text.split())


def backdate(draft: Assessment, **ago: int) -> None:
    Assessment.objects.filter(pk=draft.pk).update(entered_at=timezone.now() - timedelta(**ago))


def test_no_number_and_no_list_holds_anything_for_a_stranger(
    patient: Patient, physio: User, lead: User, stranger: User, form: Assessment
) -> None:
    """Whatever the page before them let pass."""
    make_signed(patient, physio, everything(form, 6), tested_at=timezone.now() - LONG_AGO)
    backdate(make_draft(patient, physio), hours=25)
    make_patient(patient.clinic, physio, family_name="Winters", given_names="Álma")
    held = {kind for kind in KINDS if board.KINDS[kind].count(lead, patient.clinic)}
    assert held == {"old-drafts", "unsigned", "one-grade", "overdue", "duplicates"}
    assert {kind.count(stranger, patient.clinic) for kind in board.KINDS.values()} == {0}


def test_drafts_unsigned_and_over_a_day(
    patient: Patient, physio: User, lead: User, form: Assessment, as_user: AsUser
) -> None:
    young, old = make_draft(patient, physio), make_draft(patient, physio)
    backdate(young, hours=23)
    backdate(old, hours=25)
    found = numbers(as_user(lead))
    assert (found["unsigned"], found["old-drafts"]) == (2, 1)
    assert "2 records of Harbour Test" in shown(as_user(lead), "unsigned")
    assert shown(as_user(lead), "unsigned").count("Winters, Álma") == 2


def test_under_half_tested_counts_grades_and_0_is_one(
    patient: Patient, physio: User, lead: User, form: Assessment, as_user: AsUser
) -> None:
    half = len(form.cells) // 2
    client = as_user(lead)
    make_signed(patient, physio, everything(form, 0, but=half))
    assert numbers(client)["under-half"] == 0
    few = make_signed(patient, physio, everything(form, 0, but=half + 1))
    assert numbers(client)["under-half"] == 1
    last = form.cells[-1]
    amended = {(last[0], str(last[1])): grade(3)}
    amend_assessment(few, amended, reason="Found.", by=physio, revision=few.revision)
    assert numbers(client)["under-half"] == 0


@pytest.mark.parametrize("level", [0, 12])
def test_the_same_grade_everywhere(
    level: int, patient: Patient, physio: User, lead: User, form: Assessment, as_user: AsUser
) -> None:
    client = as_user(lead)
    same = everything(form, level)
    first, *_rest = same
    make_signed(patient, physio, same | {first: grade(6)})
    assert numbers(client)["one-grade"] == 0
    record = make_signed(patient, physio, same)
    assert numbers(client)["one-grade"] == 1
    void_assessment(record, reason="Wrong.", by=physio, revision=record.revision)
    assert numbers(client)["one-grade"] == 0


def test_an_open_blind_pair_is_listed_to_a_lead_and_not_opened(
    patient: Patient, physio: User, colleague: User, lead: User, as_user: AsUser
) -> None:
    first = make_signed(patient, physio, {("hip_flexion", "right"): grade(0)})
    second = begin(first, colleague)
    client = as_user(lead)
    found = numbers(client)
    assert (found["open-pairs"], found["unsigned"], found["under-half"]) == (1, 1, 0)
    page = PlainPage(client.get(f"{BOARD}open-pairs/").content.decode())
    assert reverse("assessments:pair", args=[second.pk]) in page.links
    assert reverse("assessments:read", args=[second.pk]) not in page.links


def test_overdue_is_the_window_of_the_clinic(
    harbour: Clinic, physio: User, lead: User, as_user: AsUser
) -> None:
    for name, days in (("Zzlate", 200), ("Zznot", 100)):
        patient = make_patient(harbour, physio, family_name=name)
        at = timezone.now() - timedelta(days=days)
        make_signed(patient, physio, {("hip_flexion", "right"): grade(3)}, tested_at=at)
    client = as_user(lead)
    assert names(client, "overdue") == ["Zzlate"]
    assert "1 patient of Harbour Test Re-test after 180 days." in shown(client, "overdue")
    assert "Zzlate, Person" in shown(client, "overdue")
    assert numbers(client)["overdue"] == 1


def test_possible_duplicates_are_listed_with_whom_they_may_be(
    harbour: Clinic, physio: User, admin: User, hillside: Clinic, as_user: AsUser
) -> None:
    born = date(1970, 2, 3)
    one = make_patient(harbour, physio, family_name="Ní Ṁurchú", given_names="Áine")
    same_name = make_patient(
        harbour, physio, family_name="ni murchu", given_names="Aine", birth_date=born
    )
    make_patient(harbour, physio, family_name="Zzaine", given_names="Aine", birth_date=born)
    make_patient(harbour, physio, family_name="Zzother", given_names="Berta", birth_date=born)
    make_patient(hillside, physio, family_name="Ni Murchu", given_names="Áine")
    client = as_user(admin)
    assert set(names(client, "duplicates")) == {"Ní Ṁurchú", "ni murchu", "Zzaine"}
    rows = dict(client.get(f"{BOARD}duplicates/").context["patients"])
    assert rows[one] == [same_name]
    assert "Ní Ṁurchú, Áine" in shown(client, "duplicates")
    assert f"ni murchu, Aine , {same_name.record_number}" in shown(client, "duplicates")
    assert len(rows[same_name]) == 2
    archive_patient(one, by=admin)
    assert numbers(client)["duplicates"] == 2


def test_a_list_goes_page_by_page_both_ways(
    patient: Patient, physio: User, lead: User, as_user: AsUser
) -> None:
    for minutes in range(60):
        make_draft(patient, physio, tested_at=timezone.now() - timedelta(minutes=minutes // 2))
    client, seen, query = as_user(lead), [], ""
    for size in (25, 25, 10):
        page = client.get(f"{BOARD}unsigned/{query}").context["page"]
        assert len(page.records) == size
        seen += [record.pk for record in page.records]
        query = f"?after={page.on}"
    assert len(set(seen)) == 60
    back = client.get(f"{BOARD}unsigned/?before={page.back}").context["page"]
    assert [record.pk for record in back.records] == seen[25:50]
    for nonsense in ("?after=none", "?before=" + "9" * 400, f"?after={patient.pk}"):
        assert len(client.get(f"{BOARD}unsigned/{nonsense}").context["page"].records) == 25


def test_what_is_no_kind_is_not_there(harbour: Clinic, lead: User, as_user: AsUser) -> None:
    assert as_user(lead).get(f"{BOARD}gossip/").status_code == 404


def test_of_another_clinic_nothing_is_counted(
    foreign_patient: Patient, stranger: User, harbour: Clinic, lead: User, as_user: AsUser
) -> None:
    make_draft(foreign_patient, stranger)
    assert set(numbers(as_user(lead)).values()) == {0}


def test_the_questions_asked_do_not_grow_with_the_records(
    harbour: Clinic, physio: User, lead: User, as_user: AsUser
) -> None:
    client = as_user(lead)

    def fill(count: int) -> None:
        for _each in range(count):
            patient = make_patient(harbour, physio)
            make_draft(patient, physio)
            make_signed(patient, physio, {("hip_flexion", "right"): grade(0)})

    fill(3)
    urls = [BOARD, *(f"{BOARD}{kind}/" for kind in ("unsigned", "under-half", "duplicates"))]
    few = [len(queries(client, url)) for url in urls]
    fill(6)
    assert [len(queries(client, url)) for url in urls] == few
    assert few[0] <= 10
