"""Planted histories with known answers: they come back exactly, and alike, on the compare page and
among the answers to a question across patients.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from assessments.history import Result
from assessments.models import Assessment
from mmt.accounts.models import Clinic, User
from patients.models import Event, Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.views.visiting import AsUser
from tests.people import (
    grade,
    make_harbour,
    make_patient,
    make_person,
    make_signed,
    signed_in,
)

pytestmark = pytest.mark.django_db

KNEE = ("knee_extension", "left")
NT, ND = Result("not_testable", reason="pain"), Result("not_done", reason="time")
PLAIN, FINE = "mrc", "mrc_plus_minus"
QUESTIONS = (
    "direction=either",
    "direction=either&only=confirmed",
    "direction=either&only=flagged",
    "direction=fell",
    "direction=rose",
)
POSSIBLE, CONFIRMED = "possible, not yet repeated", "confirmed by repeat"


@dataclass(frozen=True)
class Planted:
    """Visits are (days ago, level or why there is none, scale, tester); onsets are days ago.

    `flag` is of the latest visit against the first, with its evidence and cautions. `listed` says
    whether a question about any change finds it, `codes` how it shows the two grades.
    """

    visits: tuple[tuple[int, Any, str, str], ...]
    flag: str
    evidence: str = ""
    cautions: tuple[str, ...] = ()
    onsets: tuple[int, ...] = ()
    listed: bool = True
    codes: str = ""


def steps(*found: tuple[int, Any], scale: str = PLAIN) -> tuple[tuple[int, Any, str, str], ...]:
    return tuple((days, level, scale, "Pia") for days, level in found)


FELL = steps((400, 9), (200, 3), (10, 3))
CASES = {
    "zero_to_one": Planted(steps((400, 0), (10, 1)), "changed better", POSSIBLE, codes="0 1"),
    "one_to_zero": Planted(steps((400, 1), (10, 0)), "changed worse", POSSIBLE, codes="1 0"),
    "tie_at_zero": Planted(steps((400, 0), (10, 0)), "same none", listed=False),
    "tie_at_five": Planted(steps((400, 12), (10, 12)), "same none", listed=False),
    "there_and_back": Planted(steps((400, 9), (200, 0), (10, 9)), "same none", listed=False),
    "jump_down": Planted(steps((400, 12), (10, 0)), "crossed worse", POSSIBLE, codes="5 0"),
    "jump_up": Planted(steps((400, 0), (10, 12)), "crossed better", POSSIBLE, codes="0 5"),
    "weak_evidence": Planted(steps((400, 12), (10, 9)), "watch worse", codes="5 4"),
    "not_testable_now": Planted(steps((400, 9), (10, NT)), "not_comparable none", listed=False),
    "not_done_first": Planted(steps((400, ND), (10, 3)), "not_comparable none", listed=False),
    "not_testable_between": Planted(
        steps((400, 9), (200, NT), (10, 3)), "crossed worse", POSSIBLE, codes="4 2"
    ),
    "repeated": Planted(FELL, "crossed worse", CONFIRMED, codes="4 2"),
    "repeated_after_84_days": Planted(
        steps((400, 9), (94, 3), (10, 3)), "crossed worse", CONFIRMED, codes="4 2"
    ),
    "repeated_after_83_days": Planted(
        steps((400, 9), (93, 3), (10, 3)), "crossed worse", POSSIBLE, codes="4 2"
    ),
    "seen_30_days_after_an_onset": Planted(
        FELL, "crossed worse", POSSIBLE, onsets=(230,), codes="4 2"
    ),
    "seen_31_days_after_an_onset": Planted(
        FELL, "crossed worse", CONFIRMED, onsets=(231,), codes="4 2"
    ),
    "repeated_30_days_after_an_onset": Planted(
        FELL, "crossed worse", POSSIBLE, ("illness",), onsets=(40,), codes="4 2"
    ),
    "repeated_31_days_after_an_onset": Planted(
        FELL, "crossed worse", CONFIRMED, onsets=(41,), codes="4 2"
    ),
    "another_tester": Planted(
        ((400, 9, PLAIN, "Pia"), (10, 3, PLAIN, "Cora")),
        "crossed worse",
        POSSIBLE,
        ("other_tester",),
        codes="4 2",
    ),
    "another_tester_between": Planted(
        ((400, 9, PLAIN, "Pia"), (200, 3, PLAIN, "Cora"), (10, 3, PLAIN, "Pia")),
        "crossed worse",
        CONFIRMED,
        codes="4 2",
    ),
    "another_tester_and_no_change": Planted(
        ((400, 9, PLAIN, "Pia"), (10, 9, PLAIN, "Cora")),
        "same none",
        cautions=("other_tester",),
        listed=False,
    ),
    "fine_steps": Planted(
        steps((400, 6), (10, 5), scale=FINE), "crossed worse", POSSIBLE, codes="3 3-"
    ),
    "fine_noise": Planted(
        steps((400, 10), (10, 9), scale=FINE), "within_noise worse", codes="4+ 4"
    ),
    "from_plain_to_fine": Planted(
        ((400, 9, PLAIN, "Pia"), (10, 5, FINE, "Pia")),
        "crossed worse",
        POSSIBLE,
        ("other_profile",),
        codes="4 3-",
    ),
    "from_fine_to_plain_alike": Planted(
        ((400, 9, FINE, "Pia"), (10, 9, PLAIN, "Pia")),
        "same none",
        cautions=("other_profile",),
        listed=False,
    ),
    "from_fine_to_plain": Planted(
        ((400, 3, FINE, "Pia"), (10, 0, PLAIN, "Pia")),
        "changed worse",
        POSSIBLE,
        ("other_profile",),
        codes="2 0",
    ),
}


def noon(clinic: Clinic, days_ago: int) -> datetime:
    """Days are counted on the clinic's calendar: noon keeps the clock changes out of it."""
    return datetime.combine(clinic.now().date() - timedelta(days=days_ago), time(12), clinic.zone)


@pytest.fixture(params=CASES)
def name(request: pytest.FixtureRequest) -> str:
    """The patient's name: that of what was planted."""
    return f"Zz{request.param}"


@pytest.fixture
def case(name: str) -> Planted:
    return CASES[name.removeprefix("Zz")]


@pytest.fixture(scope="module")
def world(module_db: None) -> User:
    """All cases side by side, each with a patient of its own; give who asks for them."""
    harbour = make_harbour()
    testers = {"Pia": make_person("physio", harbour), "Cora": make_person("colleague", harbour)}
    for name, case in CASES.items():
        plant(make_patient(harbour, testers["Pia"], family_name=f"Zz{name}"), case, testers)
    return make_person("clinician", harbour)


def plant(patient: Patient, case: Planted, testers: dict[str, User]) -> None:
    harbour, physio = patient.clinic, testers["Pia"]
    for days in case.onsets:
        onset = noon(harbour, days).date()
        Event.objects.create(patient=patient, kind="relapse", started=onset, entered_by=physio)
    for days, level, scale, tester in case.visits:
        result = grade(level) if isinstance(level, int) else level
        make_signed(
            patient, testers[tester], {KNEE: result}, profile=scale, tested_at=noon(harbour, days)
        )


@pytest.fixture
def planted(db: None, world: User, name: str) -> Patient:
    return Patient.objects.get(family_name=name)


def first_and_last(patient: Patient) -> tuple[Assessment, Assessment]:
    visits = list(patient.assessments.order_by("tested_at"))
    return visits[0], visits[-1]


def words(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(PlainPage(response.content.decode()).text.split())


def test_the_compare_page_says_what_was_planted(
    case: Planted, planted: Patient, clinician: User, as_user: AsUser
) -> None:
    first, last = first_and_last(planted)
    url = f"/patients/{planted.pk}/compare/?from={first.pk}&to={last.pk}"
    response = as_user(clinician).get(url)
    [change] = response.context["comparison"].changes
    assert f"{change.flag} {change.direction}" == case.flag
    assert (change.evidence, change.cautions) == (case.evidence, case.cautions)
    said = words(response)
    assert f"Left knee extension {case.codes}" in said
    if case.evidence:
        assert case.evidence in said


@dataclass(frozen=True)
class Answer:
    """Of each patient by name: the rows of the answer, and the words of the page about them."""

    rows: dict[str, list[Any]]
    told: dict[str, str]


def asked(client: Client, question: str) -> Answer:
    response = client.get(f"/cohort/?{question}")
    answer = response.context["answer"]
    assert answer.page.on is None  # or some would stand on the next page
    told: dict[str, str] = defaultdict(str)
    for part in re.split(r"\b(?=Zz)", words(response))[1:]:
        told[re.split(r"\W", part)[0]] += part
    return Answer({each.patient.family_name: each.rows for each in answer.people}, told)


@pytest.fixture(scope="module")
def answers(world: User) -> dict[str, Answer]:
    """Each question is asked once about all of them."""
    client = signed_in(world)
    return {question: asked(client, question) for question in QUESTIONS}


def test_the_cohort_page_lists_it_with_the_same_flag(
    name: str, case: Planted, answers: dict[str, Answer]
) -> None:
    answer = answers["direction=either"]
    rows = answer.rows.get(name, [])
    assert len(rows) == case.listed
    for row in rows:
        flag, direction = case.flag.split()
        shown = "" if flag == "within_noise" else flag
        assert (str(row.flag or ""), str(row.direction)) == (shown, direction)
        assert row.confirmed == (case.evidence == CONFIRMED)
        assert row.confirmable == bool(case.evidence)
        assert bool(row.tester_change) == ("other_tester" in case.cautions)
        for code in case.codes.split():
            assert f" {code} " in answer.told[name]


def test_the_questions_about_flags_find_it_when_they_should(
    name: str, case: Planted, answers: dict[str, Answer]
) -> None:
    found = {question for question, answer in answers.items() if name in answer.told}
    flag = case.flag.split()[0]
    wanted = {
        "direction=either": case.listed,
        "direction=either&only=confirmed": case.evidence == CONFIRMED,
        "direction=either&only=flagged": flag in {"crossed", "changed", "watch"},
        "direction=fell": case.flag.endswith("worse"),
        "direction=rose": case.flag.endswith("better"),
    }
    assert set(wanted) == set(QUESTIONS)
    assert found == {question for question, finds_it in wanted.items() if finds_it}
