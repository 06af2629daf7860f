"""What happened, on the time axis of the trends page: all of it unless asked otherwise."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.happenings import void_happening
from mmt.accounts.models import User
from patients.cards import EVENT, INTERVENTION, REFERRAL
from patients.models import Patient
from tests.assessments.views.visiting import AsUser, address, queries
from tests.patients.happened import make
from tests.people import grade, make_signed

HIP = ("hip_flexion", "right")
WORDS = {
    "relapses": "relapse: bad week",
    "events": "fall: stairs",
    "interventions": "cane outdoors",
    "referrals": "referral to neurologist: foot drop (sent)",
}


@pytest.fixture
def lived(patient: Patient, physio: User) -> Patient:
    now = timezone.now()
    for days, level in ((900, 12), (400, 6), (1, 6)):
        make_signed(patient, physio, {HIP: grade(level)}, tested_at=now - timedelta(days=days))
    day = (now - timedelta(days=200)).date()
    make(EVENT, patient, physio, started=day, note="bad week")
    make(EVENT, patient, physio, started=day, kind="fall", note="stairs")
    make(INTERVENTION, patient, physio, started=day)
    make(REFERRAL, patient, physio, started=day)
    return patient


def shown(client: object, patient: Patient, query: str = "") -> set[str]:
    page = client.get(address("trends", patient) + query).text  # type: ignore[attr-defined]
    return {kind for kind, words in WORDS.items() if f">{words}<" in page}


def test_everything_is_drawn_by_default(as_user: AsUser, lived: Patient, physio: User) -> None:
    assert shown(as_user(physio), lived) == set(WORDS)


@pytest.mark.parametrize("kind", WORDS)
def test_one_kind_is_asked_for_in_the_address(
    kind: str, as_user: AsUser, lived: Patient, physio: User
) -> None:
    assert shown(as_user(physio), lived, f"?axis=&axis={kind}") == {kind}


def test_an_axis_with_nothing_ticked_is_bare(as_user: AsUser, lived: Patient, physio: User) -> None:
    assert shown(as_user(physio), lived, "?axis=") == set()


def test_a_kind_that_there_is_not_is_named_and_left_out(
    as_user: AsUser, lived: Patient, physio: User
) -> None:
    client = as_user(physio)
    assert shown(client, lived, "?axis=parties") == set(WORDS)
    assert "axis" in client.get(address("trends", lived) + "?axis=parties").context["form"].errors


def test_what_is_not_drawn_still_counts(as_user: AsUser, lived: Patient, physio: User) -> None:
    make(EVENT, lived, physio, started=timezone.now().date() - timedelta(days=5))
    page = as_user(physio).get(address("trends", lived) + "?axis=")
    assert [change.confirmed for change in page.context["trends"].changes] == [False]


def test_a_referral_in_error_is_not_drawn(as_user: AsUser, lived: Patient, physio: User) -> None:
    void_happening(lived.referrals.get(), reason="slip", by=physio)
    assert "referrals" not in shown(as_user(physio), lived)


def test_the_questions_asked_do_not_grow(as_user: AsUser, lived: Patient, physio: User) -> None:
    client = as_user(physio)
    few = len(queries(client, address("trends", lived)))
    for kind in (EVENT, INTERVENTION, REFERRAL):
        make(kind, lived, physio)
    assert len(queries(client, address("trends", lived))) == few
