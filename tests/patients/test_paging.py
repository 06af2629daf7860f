"""A list a page at a time: everyone once, in order, whatever the names."""

import pytest

from mmt.accounts.models import Clinic, User
from patients.models import Patient
from patients.paging import SIZE, Page, page_by_name
from tests.people import make_patient


@pytest.fixture
def crowd(harbour: Clinic, physio: User) -> list[Patient]:
    """More than two pages; every third shares one name, so that the id must decide."""
    for number in range(2 * SIZE + 5):
        make_patient(harbour, physio, family_name="Same" if number % 3 == 0 else f"Name{number:03}")
    return list(Patient.objects.by_name())


def page(after: str = "", before: str = "") -> Page:
    found = Patient.objects.all()
    return page_by_name(found, edges=found, after=after, before=before)


def test_pages_hold_everyone_once_in_order(crowd: list[Patient]) -> None:
    seen, key = [], ""
    while True:
        here = page(after=key)
        seen += here.patients
        if here.on is None:
            break
        key = str(here.on)
    assert seen == crowd
    assert here.total == len(crowd)


def test_back_leads_where_one_came_from(crowd: list[Patient]) -> None:
    second = page(after=str(page().on))
    first = page(before=str(second.back))
    assert first.patients == page().patients
    assert (first.back, first.on) == (None, page().on)


def test_back_from_the_end_is_a_full_page(crowd: list[Patient]) -> None:
    last = page(after=str(crowd[2 * SIZE - 1].pk))
    middle = page(before=str(last.back))
    assert middle.patients == crowd[SIZE : 2 * SIZE]
    assert middle.back is not None


@pytest.mark.parametrize(
    "key", ["", "x", "0" * 400, "00000000-0000-4000-8000-000000000000", "'; --"]
)
def test_an_unknown_key_gives_the_first_page(crowd: list[Patient], key: str) -> None:
    assert page(after=key).patients == page(before=key).patients == crowd[:SIZE]


def test_a_short_list_has_no_other_page(patient: Patient) -> None:
    assert (page().back, page().on, page().total) == (None, None, 1)


def test_the_place_is_kept_when_the_patient_at_the_edge_was_archived(crowd: list[Patient]) -> None:
    edge = crowd[SIZE - 1]
    found = Patient.objects.exclude(pk=edge.pk)
    here = page_by_name(found, edges=Patient.objects.all(), after=str(edge.pk), before="")
    assert here.patients[0] == crowd[SIZE]
