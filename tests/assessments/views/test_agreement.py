"""Agreement of testers over a clinic's blind pairs."""

from typing import Any

import pytest

from assessments.models import BlindPair
from assessments.pairing import release
from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Role
from tests.assessments.pairs import make_pair
from tests.assessments.plain_page import PlainPage
from tests.assessments.views.visiting import AsUser, queries
from tests.people import grade, make_patient, make_user

HIP, HIP_LEFT = ("hip_flexion", "right"), ("hip_flexion", "left")
URL = "/quality/harbour/agreement/"
# First and second of each pair, as MRC codes: 7 the same, 3 a grade apart.
PAIRS = [(0, "0"), (6, "3"), (12, "4")] * 3 + [(12, "5")]


def pairs(clinic: Clinic, testers: tuple[User, User], count: int, **more: Any) -> None:
    for level, code in PAIRS[:count]:
        patient = make_patient(clinic, testers[0])
        make_pair(patient, testers, {HIP: grade(level)}, {"hip_flexion.right": code}, **more)


def shown(as_user: AsUser, user: User) -> str:
    response = as_user(user).get(URL)
    assert response.status_code == 200
    return " ".join(PlainPage(response.content.decode()).text.split())


def test_ten_pairs_have_a_kappa_with_its_word(
    harbour: Clinic, physio: User, colleague: User, lead: User, as_user: AsUser
) -> None:
    pairs(harbour, (physio, colleague), 10)
    text = shown(as_user, lead)
    assert "Hip flexion 10 7 of 10 10 of 10 0 0.86, almost perfect" in text
    assert "linear weights" in text
    assert "%" not in text
    for person in (physio, colleague):
        assert person.name not in text


def test_nine_pairs_say_how_many_are_missing(
    harbour: Clinic, physio: User, colleague: User, admin: User, as_user: AsUser
) -> None:
    pairs(harbour, (physio, colleague), 9)
    assert "Hip flexion 9 6 of 9 9 of 9 0 not enough pairs (9 of 10)" in shown(as_user, admin)


def test_what_is_not_graded_by_both_is_left_out_and_the_second_side_counts_along(
    harbour: Clinic, physio: User, colleague: User, lead: User, as_user: AsUser
) -> None:
    patient = make_patient(harbour, physio)
    make_pair(
        patient,
        (physio, colleague),
        {HIP: grade(0), HIP_LEFT: grade(3)},
        {"hip_flexion.right": "NT pain", "hip_flexion.left": "5", "knee_extension.left": "0"},
    )
    text = shown(as_user, lead)
    assert "Hip flexion 1 0 of 1 0 of 1 1 not enough pairs (1 of 10)" in text
    assert "Knee extension 0 0 of 0 0 of 0 1 not enough pairs (0 of 10)" in text


def test_two_scales_are_told_apart(
    harbour: Clinic, physio: User, colleague: User, lead: User, as_user: AsUser
) -> None:
    pairs(harbour, (physio, colleague), 3)
    pairs(harbour, (physio, colleague), 2, profile="mrc_plus_minus")
    text = shown(as_user, lead)
    assert "Hip flexion 3 2 of 3 3 of 3" in text
    assert "Hip flexion 2 2 of 2 2 of 2" in text


def test_open_and_ended_pairs_and_those_of_other_clinics_do_not_count(
    harbour: Clinic, hillside: Clinic, physio: User, colleague: User, lead: User,
    stranger: User, as_user: AsUser,
) -> None:  # fmt: skip
    pairs(harbour, (physio, colleague), 2)
    ended = BlindPair.objects.select_related("second__patient").first()
    assert ended
    release(ended.second, reason="Peeked.", by=lead)
    other = make_user("two@hillside.test", hillside, Role.PHYSIOTHERAPIST)
    pairs(hillside, (stranger, other), 3)
    assert "Hip flexion 1 " in shown(as_user, lead)


def test_without_pairs_it_says_how_to_begin(harbour: Clinic, lead: User, as_user: AsUser) -> None:
    assert "No blind pair yet" in shown(as_user, lead)


@pytest.mark.parametrize("who", ["lead", "admin"])
def test_it_is_linked_for_who_leads_or_administers(
    who: str, harbour: Clinic, as_user: AsUser, request: Any
) -> None:
    client = as_user(request.getfixturevalue(who))
    links = PlainPage(client.get("/").content.decode()).links
    assert {URL, "/quality/harbour/"} <= set(links)
    if who == "admin":
        assert URL in PlainPage(client.get("/team/").content.decode()).links


def test_others_are_not_led_there(physio: User, clinician: User, as_user: AsUser) -> None:
    for user in (physio, clinician):
        assert "/quality/" not in as_user(user).get("/").content.decode()


def test_the_questions_asked_do_not_grow_with_the_pairs(
    harbour: Clinic, physio: User, colleague: User, lead: User, as_user: AsUser
) -> None:
    client = as_user(lead)
    pairs(harbour, (physio, colleague), 1)
    few = len(queries(client, URL))
    pairs(harbour, (physio, colleague), 5)
    assert len(queries(client, URL)) == few <= 5
