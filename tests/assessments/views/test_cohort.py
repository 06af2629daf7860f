"""Questions across patients: planted cases come back, and nothing else."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.history import Cell, Result
from assessments.models import SavedQuestion
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from mmt.audit.models import Action, AuditEvent, Outcome
from patients.models import Event, Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.views.visiting import AsUser, queries
from tests.people import grade, make_patient, make_signed

KNEE: Cell = ("knee_extension", "left")
HIP: Cell = ("hip_flexion", "right")
NOT_TESTED = Result("not_testable", reason="pain")
URL = "/cohort/"


def visits(patient: Patient, by: User, *grades: tuple[int, int | None], cell: Cell = KNEE) -> None:
    """Sign visits of (days ago, level), None for not testable."""
    for days, level in grades:
        result = NOT_TESTED if level is None else grade(level)
        at = timezone.now() - timedelta(days=days)
        make_signed(patient, by, {cell: result}, tested_at=at)


def named(clinic: Clinic, by: User, name: str, **more: Any) -> Patient:
    return make_patient(clinic, by, family_name=name, **more)


def ask(client: Client, **question: Any) -> PlainPage:
    response = client.get(URL, question)
    assert response.status_code == 200
    return PlainPage(response.content.decode())


def names(page: PlainPage) -> list[str]:
    """Return the family names of the planted patients on a page, in order."""
    found = [word for word in page.text.replace(",", " ").split() if word.startswith("Zz")]
    return list(dict.fromkeys(found))


@pytest.fixture
def cohort(harbour: Clinic, physio: User, colleague: User) -> dict[str, Patient]:
    """Patients whose knee extension is known: what each did stands in the name."""
    grades = {
        "Zzfelltozero": [(400, 6), (10, 0)],
        "Zzfellonce": [(400, 9), (200, 6), (10, 6)],
        "Zzthird": [(400, 12), (10, 11)],
        "Zzjump": [(400, 3), (200, 0), (10, 12)],
        "Zzrose": [(400, 0), (10, 1)],
        "Zztie": [(400, 0), (10, 0)],
        "Zzlost": [(400, 9), (10, None)],
        "Zzrepeated": [(400, 9), (200, 3), (10, 3)],
        "Zzold": [(900, 9), (800, 3)],
    }
    found = {name: named(harbour, physio, name) for name in grades}
    for name, steps in grades.items():
        visits(found[name], colleague if name == "Zzjump" else physio, *steps)
    return found


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({"direction": "fell"}, "fellonce felltozero old repeated third"),
        ({"direction": "fell", "by": "1"}, "fellonce felltozero old repeated"),
        ({"direction": "fell", "by": "2"}, "felltozero old repeated"),
        ({"direction": "rose"}, "jump rose"),
        ({"direction": "rose", "by": "2"}, "jump"),
        ({"direction": "either"}, "fellonce felltozero jump old repeated rose third"),
        ({"since": "previous"}, "felltozero old third"),
        ({"since": "previous", "direction": "rose"}, "jump rose"),
        ({"within": "12"}, "fellonce felltozero repeated third"),
        ({"within": "24", "by": "2"}, "felltozero repeated"),
        ({"crossed": "on"}, "felltozero old repeated"),
        ({"only": "flagged"}, "fellonce felltozero old repeated"),
        ({"only": "confirmed"}, "fellonce repeated"),
        ({"movement": "knee_extension", "side": "left"}, "fellonce felltozero old repeated third"),
        ({"movement": "knee_extension", "side": "right"}, ""),
        ({"movement": "hip_flexion"}, ""),
        ({"movement": "hips"}, ""),
        ({"movement": "knees"}, "fellonce felltozero old repeated third"),
        ({"movement": "knees", "side": "left", "by": "2"}, "felltozero old repeated"),
    ],
)
def test_planted_cases_come_back_exactly(
    question: dict[str, str], answer: str, cohort: Any, as_user: AsUser, clinician: User
) -> None:
    assert names(ask(as_user(clinician), **question)) == [f"Zz{each}" for each in answer.split()]


def test_it_counts_patients_results_and_those_who_could_have_changed(
    cohort: dict[str, Patient], as_user: AsUser, physio: User
) -> None:
    visits(cohort["Zzfelltozero"], physio, (300, 9), (5, 3), cell=HIP)
    text = ask(as_user(physio), direction="fell", by="2").text
    assert "3 patients, 4 results, of 9 patients with a visit" in text
    assert "%" not in text


def test_a_row_says_grades_dates_flag_and_tester(
    cohort: dict[str, Patient], as_user: AsUser, physio: User
) -> None:
    page = ask(as_user(physio), direction="rose", by="2")
    assert "Left knee extension" in page.text
    assert "antigravity crossed" in page.text
    assert "possible, not yet repeated" in page.text
    assert "Cora Colleague" in page.text
    assert "from 3 or better to below 3, or back" in page.text
    [picture] = [known for tag, known in page.tags if tag == "svg" and known["class"] == "spark"]
    assert [part[0] for part in picture["aria-label"].split(", ")] == ["2", "0", "5"]
    trends = reverse("assessments:trends", args=[cohort["Zzjump"].pk])
    assert f"{trends}?region=knees&side=left" in page.links


def test_a_row_says_that_its_flag_coincides_with_a_change_of_tester(
    cohort: dict[str, Patient], as_user: AsUser, physio: User, colleague: User
) -> None:
    client = as_user(physio)
    assert "change of tester" not in ask(client, direction="either").text
    visits(cohort["Zzfellonce"], colleague, (2, 5))
    visits(cohort["Zzthird"], colleague, (2, 11))  # within noise: no flag, and nothing to say
    text = ask(client, direction="either").text
    assert text.count("coincides with a change of tester: Pia Physio → Cora Colleague") == 1


def test_what_is_still_there_at_a_repeat_is_confirmed(
    cohort: Any, as_user: AsUser, physio: User
) -> None:
    text = ask(as_user(physio), only="confirmed").text
    # Once the choice in the form; in each of two rows the word and the text of its rule.
    assert text.count("confirmed by repeat") == 5
    assert "possible, not yet repeated" not in text


def test_grades_are_in_the_words_of_the_clinic(
    cohort: Any, harbour: Clinic, as_user: AsUser, physio: User
) -> None:
    harbour.scale_profile = "kendall"
    harbour.save(update_fields=["scale_profile"])
    page = ask(as_user(physio), direction="rose", by="any")
    labels = [
        known["aria-label"] for tag, known in page.tags if tag == "svg" and "aria-label" in known
    ]
    assert [label.split(" on ")[0] for label in labels if " on " in label] == ["2", "0"]
    assert "T on" in labels[-1]


def test_only_results_of_the_tester_asked_for(
    cohort: Any, as_user: AsUser, physio: User, colleague: User
) -> None:
    client = as_user(physio)
    assert names(ask(client, direction="rose", tester=str(colleague.pk))) == ["Zzjump"]
    assert names(ask(client, direction="rose", tester=str(physio.pk))) == ["Zzrose"]
    Membership.objects.filter(user=colleague).delete()
    assert names(ask(client, direction="rose", tester="mine")) == ["Zzrose"]


def test_a_clinic_that_shows_no_flags_has_none_here(
    cohort: Any, harbour: Clinic, as_user: AsUser, physio: User
) -> None:
    harbour.change_flags = False
    harbour.save(update_fields=["change_flags"])
    client = as_user(physio)
    assert names(ask(client, only="flagged")) == []
    assert "antigravity crossed" not in ask(client, direction="fell").text


def test_nobody_sees_another_clinic(
    cohort: Any, as_user: AsUser, stranger: User, hillside: Clinic, physio: User
) -> None:
    visits(named(hillside, stranger, "Zzforeign"), stranger, (400, 9), (10, 0))
    assert names(ask(as_user(stranger), direction="fell")) == ["Zzforeign"]
    page = ask(as_user(physio), clinic="hillside")
    assert names(page) == []
    assert "Choose one of the list." in page.text
    Membership.objects.create(user=physio, clinic=hillside, role=Role.CLINICIAN)
    assert names(ask(as_user(physio), clinic="hillside")) == ["Zzforeign"]


HOSTILE = ["x", "9" * 400, "-1", "1e5", "' OR 1=1 --", "<b>", "\u202e", "%ED%A0%80", "[]", " "]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_wrong_value_is_refused_beside_its_field(
    value: str, cohort: Any, as_user: AsUser, physio: User
) -> None:
    client = as_user(physio)
    for name in ("movement", "side", "direction", "by", "since", "within", "tester", "only"):
        page = ask(client, **{name: value})
        assert names(page) == []
        assert f"id_{name}_error" in page.marked
    ask(client, ready=value, after=value, before=value, crossed=value, unknown=value)


def test_odd_addresses_are_answered(cohort: Any, as_user: AsUser, physio: User) -> None:
    client = as_user(physio)
    assert client.get(f"{URL}?side=%00").status_code == 400
    for odd in ("side=left&side=right", "side=%ED%A0%80", "&&==&", "direction", "after=%ff"):
        assert client.get(f"{URL}?{odd}").status_code == 200
    twice = client.get(f"{URL}?direction=rose&direction=fell").content.decode()
    assert "Zzfelltozero" in twice


def test_pages_hold_every_patient_once(harbour: Clinic, as_user: AsUser, physio: User) -> None:
    for number in range(30):
        patient = named(harbour, physio, f"Zz{number:02}")
        visits(patient, physio, (100, 9), (10, 0))
    client = as_user(physio)
    first = ask(client, direction="fell")
    [on] = [link for link in first.links if "after=" in link]
    second = PlainPage(client.get(on).content.decode())
    assert names(first) + names(second) == [f"Zz{number:02}" for number in range(30)]
    [back] = [link for link in second.links if "before=" in link]
    assert names(PlainPage(client.get(back).content.decode())) == names(first)
    assert "direction=fell" in on


@pytest.mark.parametrize(
    "question", ["?direction=fell", "?ready=new", "?ready=overdue", "?ready=relapse"]
)
def test_it_asks_the_database_the_same_number_of_things(
    question: str, harbour: Clinic, as_user: AsUser, physio: User
) -> None:
    as_user(physio)  # an earlier sign-in, for what is new since
    client = as_user(physio)

    def plant() -> None:
        patient = named(harbour, physio, "Zzmore")
        visits(patient, physio, (500, 9), (300, 0))
        visits(patient, physio, (500, 9), (300, 0), cell=HIP)
        relapse(patient, physio, 100)

    plant()
    few = len(queries(client, URL + question))
    for _more in range(12):
        plant()
    assert len(queries(client, URL + question)) == few


def relapse(patient: Patient, by: User, days: int, **more: Any) -> Event:
    day = timezone.now().date() - timedelta(days=days)
    return Event.objects.create(patient=patient, kind="relapse", started=day, entered_by=by, **more)


def test_flagged_since_the_sign_in_before_this_one(
    harbour: Clinic, as_user: AsUser, physio: User, clinician: User
) -> None:
    visits(named(harbour, physio, "Zzbefore"), physio, (400, 9), (10, 0))
    client = as_user(clinician)
    assert "first sign-in on record" in ask(client, ready="new").text
    visits(named(harbour, physio, "Zzsince"), physio, (400, 9), (10, 0))
    visits(named(harbour, physio, "Zzquiet"), physio, (400, 9), (10, 9))
    assert names(ask(as_user(clinician), ready="new")) == ["Zzsince"]


def test_overdue_are_the_active_ones_past_the_interval(
    harbour: Clinic, as_user: AsUser, physio: User
) -> None:
    for name, days in (("Zzlate", 190), ("Zzsoon", 170), ("Zzgone", 400)):
        visits(named(harbour, physio, name), physio, (days, 0))
    Patient.objects.filter(family_name="Zzgone").update(archived_at=timezone.now())
    page = ask(as_user(physio), ready="overdue")
    assert names(page) == ["Zzlate"]
    assert "re-test after 180 days" in page.text
    late = Patient.objects.get(family_name="Zzlate")
    assert late.last_seen
    assert str(late.last_seen + timedelta(days=180)) in page.text


def test_not_re_tested_after_a_relapse(harbour: Clinic, as_user: AsUser, physio: User) -> None:
    for name, tested, struck in (
        ("Zzwaits", 200, 100),
        ("Zztested", 50, 100),
        ("Zzvoided", 200, 100),
        ("Zznever", None, 100),
    ):
        patient = named(harbour, physio, name)
        if tested:
            visits(patient, physio, (tested, 9))
        void = {"voided_by": physio, "voided_at": timezone.now(), "void_reason": "r"}
        event = relapse(patient, physio, struck, **(void if name == "Zzvoided" else {}))
    page = ask(as_user(physio), ready="relapse")
    assert names(page) == ["Zznever", "Zzwaits"]
    assert str(event.started) in page.text


def test_a_question_is_saved_under_a_name_of_ones_own(
    cohort: Any, as_user: AsUser, physio: User, colleague: User
) -> None:
    client = as_user(physio)
    asked = f"{URL}?direction=rose&side=left&by=any"
    assert client.post(asked, {"name": "Knees up"}).status_code == 302
    [kept] = SavedQuestion.objects.all()
    assert (kept.owner, kept.query) == (physio, "side=left&direction=rose")
    assert f"{URL}?{kept.query}" in ask(client).links
    again = client.post(asked, {"name": "Knees up"}).content.decode()
    assert "You have a question of this name." in again
    assert 'value="Knees up"' in again
    assert as_user(colleague).post(asked, {"name": "Knees up"}).status_code == 302


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\0b"])
def test_a_name_that_will_not_do_saves_nothing(name: str, as_user: AsUser, physio: User) -> None:
    response = as_user(physio).post(f"{URL}?direction=rose", {"name": name})
    assert response.status_code == 200
    assert "id_name_error" in PlainPage(response.content.decode()).marked
    assert not SavedQuestion.objects.exists()


def test_a_wrong_question_is_not_saved(as_user: AsUser, physio: User) -> None:
    assert as_user(physio).post(f"{URL}?side=up", {"name": "n"}).status_code == 200
    assert not SavedQuestion.objects.exists()


def test_deleting_asks_first_and_is_the_owners(
    as_user: AsUser, physio: User, colleague: User
) -> None:
    kept = SavedQuestion.objects.create(owner=physio, name="Mine", query="direction=rose")
    url = reverse("assessments:cohort_delete", args=[kept.pk])
    assert as_user(colleague).post(url).status_code == 404
    assert "Mine" not in ask(as_user(colleague)).text
    assert as_user(physio).get(url).status_code == 200
    assert SavedQuestion.objects.exists()
    assert as_user(physio).post(url).status_code == 302
    assert not SavedQuestion.objects.exists()


def exported(client: Client, question: str) -> list[dict[str, str]]:
    response = client.post(f"{URL}export/?{question}")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))  # type: ignore[attr-defined]


def test_the_list_is_exported_as_it_stands_and_told(
    harbour: Clinic, as_user: AsUser, physio: User, admin: User
) -> None:
    patient = named(harbour, physio, "=cmd()", record_number="R-1", birth_date=date(1970, 1, 2))
    visits(patient, physio, (400, 6), (10, 0))
    visits(named(harbour, physio, "Zzrose"), physio, (400, 0), (10, 1))
    [row] = exported(as_user(admin), "direction=fell&by=2")
    assert (row["family_name"], row["birth_date"]) == ("'=cmd()", "1970-01-02")
    assert (row["from_grade"], row["to_grade"]) == ("3", "0")
    assert row["to_date"] == str((harbour.now() - timedelta(days=10)).date())
    assert (row["flag_since_baseline"], row["confirmed_by_repeat"]) == ("crossed", "no")
    [event] = AuditEvent.objects.filter(action=Action.EXPORTED)
    assert event.detail == {"question": "by=2", "rows": 1}
    assert event.chain == str(harbour.pk)


def test_who_is_overdue_is_exported_with_the_window(
    harbour: Clinic, as_user: AsUser, physio: User, admin: User
) -> None:
    late = named(harbour, physio, "=Late")
    for patient, days in ((late, 190), (named(harbour, physio, "Zzsoon"), 170)):
        visits(patient, physio, (days, 0))
    client = as_user(admin)
    assert "Export as CSV" in ask(client, ready="overdue").text
    [row] = exported(client, "ready=overdue")
    late.refresh_from_db()
    assert late.last_seen
    assert (row["family_name"], row["last_visit"]) == ("'=Late", str(late.last_seen))
    assert row["retest_interval_days"] == "180"
    assert row["retest_due"] == str(late.last_seen + timedelta(days=180))
    told = AuditEvent.objects.get(action=Action.EXPORTED)
    assert told.detail == {"question": "ready=overdue", "rows": 1}


def test_who_was_not_re_tested_after_a_relapse_is_exported(
    harbour: Clinic, as_user: AsUser, physio: User, admin: User
) -> None:
    struck = relapse(named(harbour, physio, "Zznever"), physio, 100)
    [row] = exported(as_user(admin), "ready=relapse")
    assert row["family_name"] == "Zznever"
    assert (row["relapse"], row["last_visit"]) == (str(struck.started), "")
    told = AuditEvent.objects.get(action=Action.EXPORTED)
    assert told.detail == {"question": "ready=relapse", "rows": 1}


def test_what_is_new_is_exported_as_it_stands(
    harbour: Clinic, as_user: AsUser, physio: User, admin: User
) -> None:
    visits(named(harbour, physio, "Zzbefore"), physio, (400, 9), (10, 0))
    client = as_user(admin)
    assert client.post(f"{URL}export/?ready=new").status_code == 302  # the first sign-in on record
    visits(named(harbour, physio, "Zzsince"), physio, (400, 9), (10, 0))
    [row] = exported(as_user(admin), "ready=new")
    assert (row["family_name"], row["flag_since_baseline"]) == ("Zzsince", "crossed")
    told = AuditEvent.objects.get(action=Action.EXPORTED)
    assert told.detail["question"].startswith("ready=new&since=")


def test_a_ready_list_leaves_only_clinics_one_may_export(
    harbour: Clinic, as_user: AsUser, admin: User, hillside: Clinic, stranger: User
) -> None:
    Membership.objects.create(user=admin, clinic=hillside, role=Role.PHYSIOTHERAPIST)
    foreign = named(hillside, stranger, "Zzforeign")
    visits(foreign, stranger, (400, 9), (300, 0))
    relapse(foreign, stranger, 100)
    client = as_user(admin)
    assert names(ask(client, ready="overdue")) == ["Zzforeign"]
    assert exported(client, "ready=overdue") == exported(client, "ready=relapse") == []


@pytest.mark.parametrize("person", ["physio", "lead", "clinician"])
def test_others_have_no_button_and_are_refused(
    person: str, cohort: Any, as_user: AsUser, request: pytest.FixtureRequest
) -> None:
    client = as_user(request.getfixturevalue(person))
    assert "Export as CSV" not in ask(client, direction="fell").text
    assert client.post(f"{URL}export/?direction=fell").status_code == 403
    assert AuditEvent.objects.get(action=Action.EXPORTED).outcome == Outcome.REFUSED


def test_an_administrator_takes_out_only_what_she_administers(
    cohort: Any, as_user: AsUser, admin: User, hillside: Clinic, stranger: User
) -> None:
    Membership.objects.create(user=admin, clinic=hillside, role=Role.PHYSIOTHERAPIST)
    visits(named(hillside, stranger, "Zzforeign"), stranger, (400, 9), (10, 0))
    client = as_user(admin)
    assert "Zzforeign" in names(ask(client, direction="fell"))
    assert {row["clinic"] for row in exported(client, "direction=fell")} == {"Harbour Test"}
    assert client.post(f"{URL}export/?clinic=hillside").status_code == 302


def test_the_page_names_nobody_before_a_question(
    cohort: Any, as_user: AsUser, clinician: User
) -> None:
    assert names(ask(as_user(clinician))) == []
    assert URL in PlainPage(as_user(clinician).get("/").content.decode()).links
