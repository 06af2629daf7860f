"""Two visits side by side: every cell, how each was tested, and what weakens the comparison."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assessments.history import Result
from assessments.models import Assessment
from mmt.accounts.models import User
from patients.models import Patient
from tests.assessments.views.visiting import AsUser, address, answers_like_nothing, page, queries
from tests.people import grade, make_patient, make_signed

HIP, HIP_LEFT = ("hip_flexion", "right"), ("hip_flexion", "left")
KNEE, ANKLE = ("knee_extension", "left"), ("ankle_dorsiflexion", "right")
NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def visits(patient: Patient, physio: User, colleague: User) -> list[Assessment]:
    """Three visits with a zero, a tie, a jump, a missing grade, another tester and fatigue."""
    first = {HIP: grade(9), HIP_LEFT: grade(0), KNEE: grade(6), ANKLE: grade(12)}
    second = {HIP: grade(9), HIP_LEFT: grade(1), KNEE: grade(0, limiters=("pain",))}
    third = {HIP: grade(4), HIP_LEFT: grade(1), KNEE: grade(0), ANKLE: grade(11)}
    missing = {ANKLE: Result("not_testable", reason="pain")}
    return [
        make_signed(patient, physio, first, tested_at=NOW - timedelta(days=400), fatigue_before=1),
        make_signed(
            patient,
            colleague,
            second | missing,
            tested_at=NOW - timedelta(days=200),
            fatigue_before=7,
        ),
        make_signed(patient, physio, third, tested_at=NOW - timedelta(days=10)),
    ]


def rows(text: str) -> str:
    return " ".join(text.split())


def compared(client: Client, patient: Patient, before: Assessment, after: Assessment) -> str:
    return rows(page(client, "compare", patient, f"?from={before.pk}&to={after.pk}").text)


def test_planted_cases_come_back(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    text = compared(as_user(clinician), patient, visits[0], visits[1])
    assert "Right hip flexion 4 4 same" in text
    assert "Left hip flexion 0 1 changed better confirmed by repeat" in text
    assert "Left knee extension 3 0 Limited by pain antigravity crossed worse confirmed" in text
    assert "Right ankle dorsiflexion 5 NT NT Pain Pain not comparable" in text


def test_every_grade_opens_the_record_that_it_stands_in(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    client = as_user(clinician)
    links = page(client, "compare", patient, f"?from={visits[0].pk}&to={visits[1].pk}").links
    for visit in visits[:2]:
        for movement, side in (HIP_LEFT, ANKLE):
            assert f"{address('read', visit)}#{movement}-{side}" in links
            assert f"{movement}-{side}" in page(client, "read", visit).marked
    assert f"{address('trends', patient)}#strip-hip_flexion" in links
    assert "#strip-hip_flexion" in page(client, "trends", patient).links


def test_what_differed_around_the_visits_is_said(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    text = compared(as_user(clinician), patient, visits[0], visits[1])
    assert "Tested by Pia Physio → Cora Colleague Mind, at every line: fatigue differs" in text
    assert "Tester Pia Physio" in text
    assert "Fatigue before, 0-10 1 7 differs" in text


def test_what_one_visit_alone_tells_of_is_not_recorded_at_the_other(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    query = f"?from={visits[1].pk}&to={visits[2].pk}"
    found = page(as_user(clinician), "compare", patient, query)
    assert "Fatigue before, 0-10 7 not recorded" in rows(found.text)
    assert "Tester Cora Colleague Pia Physio differs" in rows(found.text)
    assert [tag for tag, known in found.tags if known.get("class") == "differs"] == ["tr"]


@pytest.mark.parametrize("order", [(0, 2), (2, 0)])
def test_the_choices_stand_in_the_order_of_the_comparison(
    as_user: AsUser,
    patient: Patient,
    clinician: User,
    visits: list[Assessment],
    order: tuple[int, int],
) -> None:
    since, to = (visits[place].pk for place in order)
    shown = page(as_user(clinician), "compare", patient, f"?from={since}&to={to}")
    [sent] = [each.fields for each in shown.forms if "from" in each.fields]
    assert sent == {"from": str(visits[0].pk), "to": str(visits[2].pk)}


def test_a_flag_says_that_it_coincides_with_a_change_of_tester(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    client = as_user(clinician)
    said = "coincides with a change of tester: Pia Physio → Cora Colleague"
    text = compared(client, patient, *visits[:2])
    assert f"Mind, at every line: fatigue differs · {said}" in text
    assert text.count(said) == 1
    assert "change of tester" not in compared(client, patient, visits[0], visits[2])
    for name in ("trends", "person"):
        assert "change of tester" not in page(client, name, patient).text
    trends = rows(page(client, "trends", patient, "?reference=previous").text)
    assert "coincides with a change of tester: Cora Colleague → Pia Physio" in trends


def test_the_order_of_the_address_does_not_turn_a_loss_into_a_gain(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    client = as_user(clinician)
    there = compared(client, patient, visits[0], visits[1])
    back = compared(client, patient, visits[1], visits[0])
    assert there.partition("What changed,")[2] == back.partition("What changed,")[2]


def test_the_rule_of_a_flag_is_told_in_the_scale_of_its_grades(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    first, second, third = (
        make_signed(
            patient, physio, {HIP: grade(at)}, profile=profile, tested_at=NOW - timedelta(days=days)
        )
        for days, profile, at in ((90, "kendall", 9), (60, "kendall", 5), (30, "mrc", 9))
    )
    client = as_user(physio)
    alike = compared(client, patient, first, second)
    assert alike.count("from 5 or better to below 5, or back") == 2
    mixed = compared(client, patient, second, third)
    assert mixed.count("from MRC 3 or better to below MRC 3, or back") == 2
    person = rows(page(client, "person", patient).text)
    assert "from 3 or better" not in person + alike + mixed


def test_two_visits_of_one_day_are_told_apart_by_their_time(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    noon = patient.clinic.now().replace(hour=12, minute=0) - timedelta(days=30)
    for hours, level in ((0, 9), (2, 6)):
        at = noon + timedelta(hours=hours)
        make_signed(patient, physio, {HIP: grade(level)}, tested_at=at)
    text = rows(page(as_user(physio), "compare", patient).text)
    assert f"What changed, {noon.date()} 12:00 → {noon.date()} 14:00" in text
    assert f"Movement {noon.date()} 12:00 {noon.date()} 14:00 Flag" in text


def test_unasked_it_is_the_latest_and_the_one_before(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    text = rows(page(as_user(clinician), "compare", patient).text)
    assert "Right hip flexion 4 2+ antigravity crossed worse possible" in text


def test_a_later_visit_alone_is_compared_with_the_one_before_it(
    as_user: AsUser, patient: Patient, clinician: User, visits: list[Assessment]
) -> None:
    text = rows(page(as_user(clinician), "compare", patient, f"?to={visits[1].pk}").text)
    assert "Left knee extension 3 0" in text


def test_profiles_of_two_kinds_say_how_they_meet(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    for days, profile, level in ((20, "mrc", 9), (5, "mrc_plus_minus", 5)):
        make_signed(
            patient,
            physio,
            {HIP: grade(level)},
            profile=profile,
            tested_at=NOW - timedelta(days=days),
        )
    text = rows(page(as_user(physio), "compare", patient).text)
    assert "other scale profile" in text
    assert "In whole grades: 3- is a whole 2." in text


def test_a_wrong_visit_is_named_and_nothing_is_compared(
    as_user: AsUser, patient: Patient, physio: User, visits: list[Assessment]
) -> None:
    other = make_patient(patient.clinic, physio)
    foreign = make_signed(other, physio, {HIP: grade(3)})
    client = as_user(physio)
    for query in (f"?from={foreign.pk}", "?to=nonsense&to=x", "?from=" + "9" * 400):
        text = page(client, "compare", patient, query).text
        assert "Select a valid choice" in text
        assert "What changed," not in text
    same = page(client, "compare", patient, f"?from={visits[0].pk}&to={visits[0].pk}").text
    assert "Choose two different visits." in same


def test_one_visit_has_nothing_to_compare_with(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {HIP: grade(3)})
    assert (
        "Two signed assessments can be compared." in page(as_user(physio), "compare", patient).text
    )


def test_to_a_stranger_it_does_not_exist(as_user: AsUser, patient: Patient, stranger: User) -> None:
    answers_like_nothing(as_user(stranger), "compare", patient)


def test_the_questions_asked_do_not_grow_with_the_history(
    as_user: AsUser, patient: Patient, physio: User, visits: list[Assessment]
) -> None:
    client = as_user(physio)
    few = len(queries(client, address("compare", patient)))
    for days in range(1, 6):
        make_signed(patient, physio, {HIP: grade(3)}, tested_at=NOW - timedelta(days=days))
    assert len(queries(client, address("compare", patient))) == few <= 13
