"""A blind second test, as its people meet it: nothing of the other's is on any page."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, BlindPair, Measurement
from assessments.urls import urlpatterns
from mmt.accounts.models import User
from mmt.accounts.roles import Role
from mmt.audit.models import Action
from patients.models import Patient
from tests.assessments.pairs import begin, complete
from tests.assessments.saving import put
from tests.assessments.views.visiting import (
    AsUser,
    address,
    answers_like_nothing,
    events,
    page,
    queries,
    refused_events,
)
from tests.people import grade, make_draft, make_signed, make_user

HIP = ("hip_flexion", "right")
CANARY = "Kanarienvogel"
ADDRESSES = [(pattern.name, set(pattern.pattern.converters)) for pattern in urlpatterns]


def at_ten(patient: Patient) -> Any:
    return (timezone.now() - timedelta(days=1)).astimezone(patient.clinic.zone).replace(hour=10)


@pytest.fixture
def first(patient: Patient, physio: User) -> Assessment:
    """A 5 half a year ago; then a 1, with a note, that a second tester must not see."""
    long_ago = timezone.now() - timedelta(days=200)
    make_signed(patient, physio, {HIP: grade(12)}, tested_at=long_ago)
    seen = {HIP: grade(1, note=CANARY)}
    return make_signed(patient, physio, seen, tested_at=at_ten(patient), note=CANARY)


def form(client: Client, first: Assessment, **typed: str) -> dict[str, str]:
    [found] = [
        each
        for each in page(client, "second", first).forms
        if "unseen" in str(each.fields) or "tested_at" in each.fields
    ]
    at = first.local_tested_at + timedelta(minutes=5)
    return found.fields | {"tested_at": f"{at:%Y-%m-%dT%H:%M}", "unseen": "on"} | typed


def every_address(patient: Patient, *records: Assessment) -> list[str]:
    """Return each address of this room that is about the patient or one of the records."""
    keys = {"patient_id": [patient.pk], "assessment_id": [record.pk for record in records]}
    found = [
        reverse(f"assessments:{name}", args=[key])
        for kind in keys
        for name, parameters in ADDRESSES
        if parameters == {kind}
        for key in keys[kind]
    ]
    assert len(found) > 40
    plain = ["start", "assessments:cohort", "assessments:back_entry", "patients:list"]
    return [*found, *map(reverse, plain), "/cohort/?direction=either", "/cohort/?ready=overdue"]


def test_the_second_test_is_offered_beside_the_first(
    first: Assessment, patient: Patient, colleague: User, physio: User, as_user: AsUser
) -> None:
    today = make_signed(patient, physio, {HIP: grade(1)}, tested_at=timezone.now())
    link = address("second", today)
    assert link in page(as_user(colleague), "new", patient).links
    assert link not in page(as_user(physio), "new", patient).links  # one's own


def test_a_second_test_opens_a_grid_of_the_same_battery_and_scale(
    first: Assessment, colleague: User, as_user: AsUser
) -> None:
    client = as_user(colleague)
    response = client.post(address("second", first), form(client, first))
    pair = BlindPair.objects.select_related("second").get()
    assert response.headers["Location"] == address("record", pair.second)
    assert (pair.second.battery, pair.second.profile) == (first.battery, first.profile)
    assert pair.second.tester == colleague
    assert client.get(address("second", first)).headers["Location"] == response.headers["Location"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"unseen": ""}, "Only who has not seen them can test blind."),
        ({"tested_at": "2020-02-02T10:00"}, "this one must be too."),
        ({"tested_at": "soon"}, "Enter a valid date/time."),
        ({"tested_at": ""}, "This field is required."),
        ({"id": "none"}, "This form is not whole."),
        ({"id": "\x00"}, "This form is not whole."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_begins(
    typed: dict[str, str], said: str, first: Assessment, colleague: User, as_user: AsUser
) -> None:
    client = as_user(colleague)
    response = client.post(address("second", first), form(client, first) | typed)
    assert said in response.content.decode()
    assert not BlindPair.objects.exists()


def test_nobody_tests_their_own_record_blind_and_the_attempt_is_told(
    first: Assessment, physio: User, as_user: AsUser
) -> None:
    assert as_user(physio).post(address("second", first), {}).status_code == 403
    assert refused_events() == [(Action.BLIND_PAIR_OPENED, str(first.pk))]


@pytest.mark.parametrize("signed", [True, False])
def test_while_it_is_open_the_second_tester_sees_nothing_of_the_first(
    signed: bool, patient: Patient, physio: User, colleague: User, as_user: AsUser
) -> None:
    at = at_ten(patient)
    if signed:
        first = make_signed(patient, physio, {HIP: grade(1, note=CANARY)}, tested_at=at)
    else:
        first = make_draft(patient, physio, tested_at=at)
        put(first, {"hip_flexion.right": "1", "context.note": CANARY}, by=physio)
    measured = {"movement": "hip_flexion", "side": "right", "kind": "force", "note": CANARY}
    if not signed:
        Measurement.objects.create(
            assessment=first, typed=["9"], trials=["9.000"], unit="N", rule="best",
            entered_by=physio, **measured,
        )  # fmt: skip
    second = begin(first, colleague)
    client = as_user(colleague)
    for url in every_address(patient, first, second):
        asked = [client.get(url)]
        if str(first.pk) in url:
            asked.append(client.post(url, {"reason": ""}))
        for response in asked:
            assert response.status_code != 500
            assert CANARY not in response.content.decode(), url
    for name in ("read", "record", "sign", "save", "measurements", "amend", "void", "discard"):
        answers_like_nothing(client, name, first)


def test_while_it_is_open_the_first_tester_sees_nothing_of_the_second(
    first: Assessment, patient: Patient, colleague: User, physio: User, as_user: AsUser
) -> None:
    second = begin(first, colleague)
    put(second, {"hip_flexion.right": "0", "context.note": "Blaumeise"}, by=colleague)
    client = as_user(physio)
    for url in every_address(patient, first, second):
        assert "Blaumeise" not in client.get(url).content.decode(), url
    for name in ("read", "record", "sign", "save", "discard"):
        answers_like_nothing(client, name, second)
    assert page(client, "read", first).text.count("Sealed until both testers have signed") == 1


def test_who_has_left_the_clinic_is_not_led_to_their_own_second(
    first: Assessment, colleague: User, as_user: AsUser
) -> None:
    client, second = as_user(colleague), begin(first, colleague)
    assert client.get(address("second", first))["Location"] == address("record", second)
    colleague.memberships.update(active=False)
    assert client.get(address("second", first)).status_code == 404


def test_the_grid_of_the_second_shows_the_grades_of_the_visit_before(
    first: Assessment, patient: Patient, colleague: User, as_user: AsUser
) -> None:
    second = begin(first, colleague)
    client = as_user(colleague)
    grid = client.get(address("record", second)).content.decode()
    cell = re.search(r'data-movement="hip_flexion" data-side="right"[^>]*', grid)
    assert cell
    assert 'data-was="5"' in cell[0]
    assert 'data-was="1"' not in client.get(address("blank", patient)).content.decode()


def test_a_colleague_sees_that_a_pair_is_open_and_no_score(
    first: Assessment, patient: Patient, colleague: User, clinician: User, as_user: AsUser
) -> None:
    second = begin(first, colleague)
    client = as_user(clinician)
    assert CANARY not in page(client, "person", patient).text
    assert page(client, "person", patient).text.count("sealed, blind pair") == 2
    pair = page(client, "pair", second).text
    assert "Pia Physio" in pair
    assert "Cora Colleague" in pair
    assert "Side by side" not in pair
    answers_like_nothing(client, "read", first)


def test_once_both_are_signed_both_are_shown_and_which_one_counts(
    first: Assessment, patient: Patient, colleague: User, physio: User, as_user: AsUser
) -> None:
    second = complete(begin(first, colleague), colleague, {"hip_flexion.right": "2"})
    for user, about in ((physio, second), (colleague, first)):
        text = " ".join(page(as_user(user), "pair", about).text.split())
        assert f"Right hip flexion 1 {CANARY} 2 within one grade" in text
        assert "The first test counts" in text
        assert "Graded by both: 1. The same grade: 0. Within one grade: 1." in text
    assert "It is no visit" in page(as_user(physio), "read", second).text
    compare = " ".join(page(as_user(physio), "compare", patient).text.split())
    assert "Right hip flexion 5 1" in compare


@pytest.mark.parametrize(("who", "status"), [("physio", 302), ("colleague", 302), ("lead", 302)])
def test_a_tester_or_a_lead_ends_an_open_pair_with_a_reason(
    who: str, status: int, first: Assessment, colleague: User, as_user: AsUser, request: Any
) -> None:
    second = begin(first, colleague)
    client = as_user(request.getfixturevalue(who))
    assert (
        "This field is required"
        in client.post(address("end_pair", second), {"reason": ""}).content.decode()
    )
    assert client.post(address("end_pair", first), {"reason": "Ill."}).status_code == status
    pair = BlindPair.objects.get()
    assert (pair.end_reason, pair.is_open) == ("Ill.", False)
    assert client.post(address("end_pair", first), {"reason": "Again."}).status_code == 403


def test_another_physiotherapist_does_not_end_it(
    first: Assessment, colleague: User, as_user: AsUser
) -> None:
    second = begin(first, colleague)
    other = make_user("o@harbour.test", first.clinic, Role.PHYSIOTHERAPIST)
    assert as_user(other).post(address("end_pair", second), {"reason": "x"}).status_code == 403
    assert events(Action.BLIND_PAIR_ENDED) == 0


def test_a_record_without_a_pair_has_no_page_of_one(
    first: Assessment, colleague: User, as_user: AsUser
) -> None:
    assert as_user(colleague).get(address("pair", first)).status_code == 404
    assert as_user(colleague).get(address("pair", uuid4())).status_code == 404


def test_the_questions_asked_do_not_grow_with_the_cells(
    first: Assessment, colleague: User, as_user: AsUser
) -> None:
    second = begin(first, colleague)
    complete(second, colleague, {f"{key}.right": "3" for key in ("hip_flexion", "knee_extension")})
    assert len(queries(as_user(colleague), address("pair", second))) <= 7
