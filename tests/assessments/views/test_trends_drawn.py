"""What the trends page draws at once, and what only when it is asked for."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from assessments import instrument
from mmt.accounts.models import User
from patients.models import Patient
from tests.assessments.views.visiting import AsUser, address, page
from tests.people import grade, make_signed

LATE = 'data-chart="asymmetry-over-time"'
RIGHT, LEFT = ("hip_flexion", "right"), ("hip_flexion", "left")


@pytest.fixture
def weaker(patient: Patient, physio: User) -> Patient:
    """Two visits, at the second of which the left hip is weaker."""
    for days, left in ((400, 12), (1, 6)):
        tested_at = timezone.now() - timedelta(days=days)
        results = {RIGHT: grade(12), LEFT: grade(left)}
        make_signed(patient, physio, results, tested_at=tested_at)
    return patient


def test_sides_over_time_are_drawn_where_their_link_leads(
    as_user: AsUser, weaker: Patient, physio: User
) -> None:
    client, url = as_user(physio), address("trends", weaker)
    page = client.get(f"{url}?side=&region=hips").text
    [link] = re.findall(r'href="(\?[^"]*draw=sides)#asymmetry-course-heading"', page)
    assert LATE not in page
    whole = client.get(url + link.replace("&amp;", "&")).text
    assert "region=hips" in link
    assert LATE in whole
    assert 'data-chart="heat-map"' in whole
    assert "data-drawn-when-asked" not in whole


def test_a_script_gets_that_picture_alone(as_user: AsUser, weaker: Patient, physio: User) -> None:
    answer = as_user(physio).get(address("trends", weaker), headers={"HX-Request": "true"})
    assert answer.text.count(LATE) == 1
    assert "<html" not in answer.text
    assert 'data-chart="heat-map"' not in answer.text


def test_nothing_is_offered_where_no_visit_has_both_sides(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {RIGHT: grade(12)}, tested_at=timezone.now())
    assert "data-drawn-when-asked" not in as_user(physio).get(address("trends", patient)).text


def test_a_named_sum_opens_its_visit_and_needs_every_member(
    as_user: AsUser, patient: Patient, physio: User
) -> None:
    members = instrument.cells(instrument.battery("mrc_sum_60").movements)
    whole = dict.fromkeys(members, grade(9)) | {members[0]: grade(0)}
    for results in (whole, {cell: whole[cell] for cell in members[1:]}):
        made = make_signed(patient, physio, results, battery="mrc_sum_60")
        shown = page(as_user(physio), "trends", patient)
        assert address("read", made) in shown.links
    assert "44 of 60" in shown.text
    assert "Not determinable, 11 of 12 tested" in shown.text


def test_what_looks_like_the_place_of_a_picture_is_text(
    as_user: AsUser, weaker: Patient, physio: User
) -> None:
    Patient.objects.filter(pk=weaker.pk).update(family_name="<!--strips-->")
    page = as_user(physio).get(address("trends", weaker)).text
    assert "&lt;!--strips--&gt;" in page
    assert page.count('id="strip-hip_flexion"') == 1
    assert "<!--" not in page
