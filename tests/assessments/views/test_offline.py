"""What a device fetches ahead of a visit."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from assessments.models import Assessment
from assessments.views.offline import NO_ID, kept_addresses
from mmt.accounts.models import User
from patients.models import Patient

pytestmark = pytest.mark.django_db
AsUser = Callable[[User], Client]


def test_a_patients_page_names_what_a_visit_needs(
    as_user: AsUser, physio: User, patient: Patient
) -> None:
    client = as_user(physio)
    page = client.get(f"/patients/{patient.pk}/").content.decode()
    named = re.findall(r'data-keep="([^"]+)"', page)
    assert [each.replace("&amp;", "&") for each in named] == kept_addresses(patient)
    for address in kept_addresses(patient):
        assert client.get(address).status_code == 200


def test_who_may_not_record_fetches_nothing_ahead(
    as_user: AsUser, clinician: User, patient: Patient
) -> None:
    client = as_user(clinician)
    assert "data-keep" not in client.get(f"/patients/{patient.pk}/").content.decode()
    assert client.get(kept_addresses(patient)[1]).status_code == 403


def test_a_blank_grid_says_where_the_visits_own_facts_belong_and_stores_nothing(
    as_user: AsUser, physio: User, patient: Patient
) -> None:
    page = as_user(physio).get(kept_addresses(patient)[1]).content.decode()
    assert f"/assessments/{NO_ID}/save/" in page
    assert "2000-01-01T00:00" in page
    assert "2000-01-01 00:00" in page
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("query", ["?profile=x", "?battery=x&profile=mrc"])
def test_a_battery_or_scale_that_is_not_known_is_not_there(
    query: str, as_user: AsUser, physio: User, patient: Patient
) -> None:
    assert (
        as_user(physio).get(f"/patients/{patient.pk}/assessments/blank/{query}").status_code == 404
    )
