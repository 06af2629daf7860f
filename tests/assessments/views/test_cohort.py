"""Questions across patients: planted cases come back, and nothing else."""

from typing import Any

import pytest
from django.urls import reverse

from assessments.models import SavedQuestion
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from mmt.audit.models import Action, AuditEvent, Outcome
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.views.asking import HIP, URL, ask, exported, named, names, visits
from tests.assessments.views.visiting import AsUser
from tests.people import make_harbour, make_person


@pytest.fixture(scope="module")
def planted(module_db: None) -> list[str]:
    """Patients whose knee extension is known: what each did stands in the name."""
    grades: dict[str, list[tuple[int, int | None]]] = {
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
    harbour = make_harbour()
    physio, colleague = make_person("physio", harbour), make_person("colleague", harbour)
    for name, steps in grades.items():
        visits(named(harbour, physio, name), colleague if name == "Zzjump" else physio, *steps)
    return list(grades)


@pytest.fixture
def cohort(db: None, planted: list[str]) -> dict[str, Patient]:
    return {name: Patient.objects.get(family_name=name) for name in planted}


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
    assert "Direction: fell · by at least: 2 grades" in text  # for paper, without what is open
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


def test_rows_and_question_speak_the_scale_of_the_clinic(
    cohort: dict[str, Patient], as_user: AsUser, physio: User
) -> None:
    clinic = cohort["Zzjump"].clinic
    Clinic.objects.filter(pk=clinic.pk).update(scale_profile="kendall")
    text = ask(as_user(physio), direction="rose", by="2").text
    assert "Only from 5 or better to below 5" in text
    assert "from 5 or better to below 5, or back" in text
    hillside = Clinic.objects.create(name="Hillside", slug="hillside", time_zone="Europe/London")
    Membership.objects.create(user=physio, clinic=hillside, role=Role.PHYSIOTHERAPIST)
    assert "Only from MRC 3 or better to below MRC 3" in ask(as_user(physio)).text


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
    # The choice in the form, above it where it folds and on paper; in each of two rows the word and
    # the text of its rule.
    assert text.count("confirmed by repeat") == 7
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
