"""The way through the pages: file, columns, check, done, undone."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.actions import void_assessment
from assessments.exchange.incoming import forms
from assessments.exchange.incoming.staging import forget_old
from assessments.models import Assessment, Import, RememberedMapping, StagedTable
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from mmt.audit.models import Action, AuditEvent, Outcome
from patients.models import Patient

from ..files import read as read_csv
from .sheets import bring_in, filed, row, sheet, stage_sheet

SignIn = Callable[[User], Client]
INDEX = "imports:index"
COLUMNS = {
    "column-0": "Record number",
    "column-1": "Family name",
    "column-2": "Given names",
    "column-3": "Birth date",
    "column-4": "Date tested",
    "column-5": "Tester",
    "column-6": "Movement",
    "column-7": "Side",
    "column-8": "Grade",
    "column-9": "Reason for no grade",
    "scale": "mrc_plus_minus",
    "direction": "up",
}


@pytest.fixture
def office(as_user: SignIn, admin: User) -> Client:
    return as_user(admin)


def send(client: Client, content: str, name: str = "sheet.csv", **more: Any) -> HttpResponse:
    file = SimpleUploadedFile(name, content.encode())
    data = {"new_id": str(uuid4()), "clinic": "harbour", "file": file} | more
    return client.post(reverse(INDEX), data)


def page(name: str, found: Import) -> str:
    return reverse(f"imports:{name}", args=[found.pk])


def test_a_file_goes_from_upload_to_records(office: Client, harbour: Clinic) -> None:
    response = send(office, sheet(row(grade="4-"), row(side="L", grade="0")))
    found = Import.objects.get()
    assert response.headers["Location"] == page("columns", found)
    form = office.get(page("columns", found)).context["form"]
    assert {name: form[name].value() for name in COLUMNS if name.startswith("column")} == {
        name: text for name, text in COLUMNS.items() if name.startswith("column")
    }
    assert (form["scale"].value(), form["direction"].value()) == ("", "")
    response = office.post(page("columns", found), COLUMNS)
    assert response.headers["Location"] == page("check", found)
    said = office.get(page("check", found)).content.decode()
    assert "Right knee extension 4-" in said
    assert not Patient.objects.exists()
    response = office.post(page("check", found), {"rows": "all"})
    assert response.headers["Location"] == page("read", found)
    assert Assessment.objects.get().scores.count() == 2
    assert "Winters, Alma" in office.get(page("read", found)).content.decode()
    assert not StagedTable.objects.exists()


def test_the_record_says_where_it_came_from(office: Client, harbour: Clinic, admin: User) -> None:
    bring_in(filed(row()), harbour, admin)
    record = Assessment.objects.get()
    said = office.get(reverse("assessments:read", args=[record.pk])).content.decode()
    assert "from row 2 of “sheet.csv” by Ada Admin" in " ".join(said.split())
    assert "Jane Smith as the tester, who did not sign" in said
    assert "at a time that is not known" in said
    assert "signed by Ada" not in said
    assert "imported, not signed by the tester" in said
    assert "Single movements" in said
    person = office.get(reverse("assessments:person", args=[record.patient_id])).content.decode()
    assert "imported by Ada Admin" in person


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scale": ""}, "scale"),
        ({"direction": ""}, "direction"),
        ({"column-5": ""}, "tester"),
        ({"column-4": ""}, "tested_on"),
        ({"column-0": ""}, "__all__"),
        ({"column-6": ""}, "__all__"),
        ({"column-7": "Grade"}, "__all__"),
        ({"column-7": "quads R"}, "__all__"),
        ({"column-7": "quads"}, "column-7"),
        ({"column-7": "tail wag"}, "column-7"),
        ({"column-7": "x" * 300}, "column-7"),
        ({"scale": "none such"}, "scale"),
        ({"tested_on": "31/31/2020"}, "tested_on"),
        ({"battery": "\0"}, "battery"),
    ],
)
def test_what_is_missing_or_wrong_about_columns_is_said_and_kept(
    change: dict[str, str], field: str, office: Client, harbour: Clinic
) -> None:
    send(office, sheet(row()))
    found = Import.objects.get()
    response = office.post(page("columns", found), COLUMNS | change)
    form = response.context["form"]
    assert list(form.errors) == [field]
    assert all(form[name].value() == value for name, value in change.items())
    found.refresh_from_db()
    assert found.mapping is None


def test_the_order_of_dates_is_asked_for_when_it_matters(office: Client, harbour: Clinic) -> None:
    send(office, sheet(row(day="03/04/2025")))
    found = Import.objects.get()
    form = office.post(page("columns", found), COLUMNS).context["form"]
    assert "03/04/2025" in form.errors["date_order"][0]
    office.post(page("columns", found), COLUMNS | {"date_order": "month"})
    office.post(page("check", found), {"rows": "all"})
    assert Assessment.objects.get().local_tested_at.date().isoformat() == "2025-03-04"


def test_columns_are_remembered_for_the_clinic_and_the_rejects(
    office: Client, harbour: Clinic
) -> None:
    send(office, sheet(row(), row(grade="4-5", day="2025-05-05")))
    found = Import.objects.get()
    office.post(page("columns", found), COLUMNS)
    response = office.post(page("check", found), {"rows": "all"})
    assert "Some rows cannot be imported" in response.content.decode()
    office.post(page("check", found), {"rows": "good"})
    response = office.get(page("rejected", found))
    [left] = read_csv(response.content)
    assert (left["Grade"], "range" in left["Why it was not imported"]) == ("4-5", True)
    send(office, response.content.decode().replace("4-5", "4-"), "rejected.csv")
    again = Import.objects.latest("uploaded_at")
    form = office.get(page("columns", again)).context["form"]
    assert form["scale"].value() == "mrc_plus_minus"
    assert form["column-10"].value() == ""
    office.post(page("columns", again), COLUMNS)
    office.post(page("check", again), {"rows": "all"})
    assert Assessment.objects.count() == 2
    assert RememberedMapping.objects.count() == 1


def test_many_problems_are_told_by_their_kind_and_few_row_by_row(
    office: Client, harbour: Clinic, admin: User
) -> None:
    def problems(*grades: str) -> tuple[str, bool]:
        rows = [row(grade=grade, day=f"2025-05-{n + 1:02}") for n, grade in enumerate(grades)]
        found = stage_sheet(filed(*rows), harbour, admin)
        said = office.get(page("check", found)).content.decode()
        _before, _heading, rest = said.partition('id="problems-heading"')
        kinds, _open, table = rest.partition("<details")
        return " ".join(kinds.split()), table.partition(">")[0].endswith(" open")

    kinds, is_open = problems("4-5", "?", "4-5", "4", "4-5", "4-5", "?")
    assert "4 ×</b> Grade: “4-5” may be a range" in kinds
    assert "row 2 “4-5”, row 4 “4-5”, row 6 “4-5” and 1 more" in kinds
    assert kinds.index("4 ×") < kinds.index("2 ×")
    assert not is_open
    kinds, _is_open = problems("4-5", "3-4", "3-4", "2-3", "1-2", "3-4")
    assert "6 ×</b> Grade: “…” may be a range" in kinds
    assert "4+, 5-, 5. <span" in kinds
    kinds, is_open = problems("4-5", "?")
    assert "×" not in kinds
    assert is_open


def test_sending_anything_twice_does_it_once(office: Client, harbour: Clinic, admin: User) -> None:
    new_id = str(uuid4())
    for _again in range(2):
        send(office, sheet(row()), new_id=new_id)
    found = Import.objects.get()
    for _again in range(2):
        office.post(page("columns", found), COLUMNS)
    for _again in range(2):
        assert office.post(page("check", found), {"rows": "all"}).status_code == 302
    for _again in range(2):
        assert office.post(page("undo", found), {"reason": "Wrong."}).status_code == 302
    assert Assessment.objects.count() == 1
    for action in (Action.IMPORT_UPLOADED, Action.IMPORTED, Action.IMPORT_UNDONE):
        assert AuditEvent.objects.filter(action=action, actor=admin.email).count() == 1


def test_an_undo_needs_a_reason_and_says_when_it_is_too_late(
    office: Client, harbour: Clinic, admin: User, physio: User
) -> None:
    found = bring_in(filed(row()), harbour, admin)
    assert office.post(page("undo", found), {"reason": " "}).context["form"].errors
    record = Assessment.objects.get()
    void_assessment(record, reason="Not hers.", by=physio, revision=1)
    response = office.post(page("undo", found), {"reason": "Wrong."}, follow=True)
    assert "cannot be undone any more" in response.content.decode()
    found.refresh_from_db()
    assert found.status == "imported"


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [
        ("", "a.csv", "is empty"),
        ("MRN,Grade\n1,\0", "a.csv", "NUL"),
        ("MRN,Grade\n1,4\n", "a.xlsx", "no Excel workbook"),
        ("MRN,Grade\n1,4\n", "a.pdf", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_page(
    content: str, name: str, word: str, office: Client, harbour: Clinic
) -> None:
    response = send(office, content, name)
    assert word in response.content.decode()
    assert not Import.objects.exists()


def test_a_file_that_is_too_large_is_refused(
    monkeypatch: pytest.MonkeyPatch, office: Client, harbour: Clinic
) -> None:
    monkeypatch.setattr(forms, "LARGEST_UPLOAD", 10)
    assert "larger than 9 MB" in send(office, sheet(row())).content.decode()


def test_no_file_and_another_clinic_are_named(
    office: Client, harbour: Clinic, hillside: Clinic
) -> None:
    response = office.post(reverse(INDEX), {"new_id": str(uuid4()), "clinic": "hillside"})
    assert set(response.context["form"].errors) == {"clinic", "file"}


def test_a_name_with_a_folder_or_unseen_signs_is_shown_tame(
    office: Client, harbour: Clinic
) -> None:
    send(office, sheet(row()), "C:\\work\\\u202eevil<script>.csv")
    assert Import.objects.get().file_name == "evil<script>.csv"
    said = office.get(reverse(INDEX)).content.decode()
    assert "<script>.csv" not in said


@pytest.mark.parametrize("person", ["physio", "lead", "clinician", "stranger"])
def test_others_may_not_and_the_attempt_is_on_the_log(
    person: str, as_user: SignIn, request: pytest.FixtureRequest, harbour: Clinic
) -> None:
    other = request.getfixturevalue(person)
    assert as_user(other).get(reverse(INDEX)).status_code == 403
    event = AuditEvent.objects.get(action=Action.IMPORT_UPLOADED)
    assert (event.outcome, event.actor) == (Outcome.REFUSED, other.email)


def test_an_administrator_elsewhere_finds_nothing(
    as_user: SignIn, harbour: Clinic, hillside: Clinic, admin: User, stranger: User
) -> None:
    Membership.objects.create(user=stranger, clinic=hillside, role=Role.ADMINISTRATOR)
    found = stage_sheet(filed(row()), harbour, admin)
    client = as_user(stranger)
    for name in ("read", "columns", "check", "rejected", "undo"):
        assert client.get(page(name, found)).status_code == 404
    assert client.post(page("forget", found)).status_code == 404
    assert "sheet.csv" not in client.get(reverse(INDEX)).content.decode()


def test_what_was_not_imported_is_forgotten_after_a_day(
    office: Client, harbour: Clinic, admin: User
) -> None:
    kept = bring_in(filed(row(), row(grade="?", day="2025-05-05")), harbour, admin, only_good=True)
    stage_sheet(filed(row()), harbour, admin)
    forget_old()
    assert StagedTable.objects.count() == 2
    Import.objects.update(uploaded_at=timezone.now() - timedelta(hours=25))
    office.get(reverse(INDEX))
    assert list(Import.objects.all()) == [kept]
    assert not StagedTable.objects.exists()
    assert office.get(page("rejected", kept)).status_code == 404


def test_a_file_can_be_deleted_at_once_but_not_what_was_imported(
    office: Client, harbour: Clinic, admin: User
) -> None:
    office.post(page("forget", stage_sheet(filed(row()), harbour, admin)))
    assert not Import.objects.exists()
    found = bring_in(filed(row()), harbour, admin)
    office.post(page("forget", found))
    assert Import.objects.filter(pk=found.pk).exists()


def test_rows_to_correct_cannot_run_as_formulas(
    office: Client, harbour: Clinic, admin: User
) -> None:
    found = stage_sheet(filed(row(tester="=cmd|x", grade="9-")), harbour, admin)
    [left] = read_csv(office.get(page("rejected", found)).content)
    assert (left["Tester"], left["Grade"]) == ("'=cmd|x", "9-")


@pytest.mark.parametrize("many", [1, 30])
def test_the_pages_ask_the_database_as_often_whatever_the_file_holds(
    many: int,
    office: Client,
    harbour: Clinic,
    admin: User,
    django_assert_num_queries: Callable[[int], AbstractContextManager[None]],
) -> None:
    rows = [
        row(who=[f"H-{n}", "W", f"A{n}", "1980-04-12"], day=f"2025-01-{n + 1:02}")
        for n in range(many)
    ]
    staged = stage_sheet(filed(*rows), harbour, admin)
    with django_assert_num_queries(8):
        office.get(page("check", staged))
    with django_assert_num_queries(3):
        office.get(page("columns", staged))
    done = bring_in(filed(*rows), harbour, admin)
    with django_assert_num_queries(6):
        office.get(page("read", done))


def test_a_workbook_goes_the_same_way(office: Client, harbour: Clinic) -> None:
    book = openpyxl.Workbook()
    book.active.append(["MRN", "Surname", "First name", "DOB", "Date", "Tester", "R quads"])
    born, tested = date(1980, 4, 12), date(2025, 4, 3)
    book.active.append(["007", "Winters", "Alma", born, tested, "Jo", 4])
    content = io.BytesIO()
    book.save(content)
    file = SimpleUploadedFile("b.xlsx", content.getvalue())
    office.post(reverse(INDEX), {"new_id": str(uuid4()), "clinic": "harbour", "file": file})
    found = Import.objects.get()
    names = office.get(page("columns", found)).context["form"].initial
    columns = {key: value for key, value in names.items() if key.startswith("column")}
    office.post(page("columns", found), columns | {"scale": "mrc", "direction": "up"})
    office.post(page("check", found), {"rows": "all"})
    assert Assessment.objects.get().scores.get().level == 9
