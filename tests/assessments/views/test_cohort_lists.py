"""Questions across patients: what is ready to be asked, long lists, files, questions kept."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.cohort.export import tell
from assessments.history import Cell
from assessments.models import Progress, SavedQuestion
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from mmt.audit.log import record
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.views.asking import (
    HIP,
    URL,
    ask,
    exported,
    named,
    names,
    relapse,
    visits,
)
from tests.assessments.views.visiting import AsUser, queries
from tests.people import grade, make_signed, signed_in


def arrives(user: User) -> Client:
    """Return the browser of somebody who signs in now, of which the log is told."""
    record(Action.SIGN_IN, by=user)
    return signed_in(user)


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


# From, to; the worst first: crossed before changed before watch, then the farthest.
WORST_FIRST = {
    ("knee_extension", "left"): (9, 0),
    ("elbow_flexion", "left"): (6, 3),
    ("great_toe_extension", "right"): (12, 6),
    ("ankle_dorsiflexion", "left"): (9, 6),
    ("hip_flexion", "right"): (12, 9),
}


def cells(response: Any, patient: Patient) -> list[Cell]:
    [rows] = [each.rows for each in response.context["answer"].people if each.patient == patient]
    return [(row.movement, row.side) for row in rows]


def test_of_each_patient_the_worst_come_first_and_the_rest_at_a_word(
    harbour: Clinic, as_user: AsUser, admin: User, physio: User
) -> None:
    patient, other = (named(harbour, physio, name) for name in ("Zzmany", "Zzother"))
    for place, days in enumerate((400, 10)):
        at = timezone.now() - timedelta(days=days)
        found = {cell: grade(steps[place]) for cell, steps in reversed(WORST_FIRST.items())}
        for each in (patient, other):
            make_signed(each, physio, found, tested_at=at)
    client = as_user(admin)
    first = client.get(f"{URL}?direction=fell")
    assert cells(first, patient) == list(WORST_FIRST)[:3]
    page = PlainPage(first.content.decode())
    assert "2 patients, 10 results" in page.text
    assert page.text.count("and 2 more results of") == 2
    [rest] = [link for link in page.links if f"whole={patient.pk}#patient-{patient.pk}" in link]
    whole = client.get(URL + rest.partition("#")[0])
    assert cells(whole, patient) == list(WORST_FIRST)
    page = PlainPage(whole.content.decode())
    assert page.text.count("and 2 more results of") == 1
    assert f"patient-{patient.pk}" in page.marked
    assert f"?direction=fell#patient-{patient.pk}" in page.links  # and back
    assert len(exported(client, "direction=fell")) == 10


def test_without_flags_the_farthest_come_first(
    harbour: Clinic, as_user: AsUser, physio: User
) -> None:
    harbour.change_flags = False
    harbour.save(update_fields=["change_flags"])
    patient = named(harbour, physio, "Zzboth")
    for cell, (old, new) in {**WORST_FIRST, ("wrist_flexion", "left"): (0, 12)}.items():
        visits(patient, physio, (400, old), (10, new), cell=cell)
    response = as_user(physio).get(f"{URL}?direction=either&whole={patient.pk}")
    [listed] = response.context["answer"].people
    ways = [row.latest.level - row.before.level for row in listed.rows]
    assert ways == [-9, -6, -3, -3, -3, 12]


def test_flagged_since_the_sign_in_before_this_one(
    harbour: Clinic, physio: User, clinician: User
) -> None:
    visits(named(harbour, physio, "Zzbefore"), physio, (400, 9), (10, 0))
    client = arrives(clinician)
    assert "first sign-in on record" in ask(client, ready="new").text
    visits(named(harbour, physio, "Zzsince"), physio, (400, 9), (10, 0))
    visits(named(harbour, physio, "Zzquiet"), physio, (400, 9), (10, 9))
    assert names(ask(arrives(clinician), ready="new")) == ["Zzsince"]


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
    assert event.detail.items() >= {"question": "by=2", "rows": 1}.items()
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
    assert told.detail.items() >= {"question": "ready=overdue", "rows": 1}.items()


def test_who_was_not_re_tested_after_a_relapse_is_exported(
    harbour: Clinic, as_user: AsUser, physio: User, admin: User
) -> None:
    struck = relapse(named(harbour, physio, "Zznever"), physio, 100)
    [row] = exported(as_user(admin), "ready=relapse")
    assert row["family_name"] == "Zznever"
    assert (row["relapse"], row["last_visit"]) == (str(struck.started), "")
    told = AuditEvent.objects.get(action=Action.EXPORTED)
    assert told.detail.items() >= {"question": "ready=relapse", "rows": 1}.items()


def test_what_is_new_is_exported_as_it_stands(harbour: Clinic, physio: User, admin: User) -> None:
    visits(named(harbour, physio, "Zzbefore"), physio, (400, 9), (10, 0))
    client = arrives(admin)
    assert client.post(f"{URL}export/?ready=new").status_code == 302  # the first sign-in on record
    visits(named(harbour, physio, "Zzsince"), physio, (400, 9), (10, 0))
    [row] = exported(arrives(admin), "ready=new")
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


def test_several_clinics_are_told_of_an_export_in_the_one_order(
    harbour: Clinic, hillside: Clinic, admin: User
) -> None:
    """Each clinic's chain is held until all are told."""
    for clinics in ([harbour, hillside], [hillside, harbour]):
        tell(Progress.objects.all(), "by=2", clinics, by=admin)
    told = AuditEvent.objects.filter(action=Action.EXPORTED).order_by("pk")
    chains = list(told.values_list("chain", flat=True))
    assert chains == sorted([str(harbour.pk), str(hillside.pk)]) * 2
