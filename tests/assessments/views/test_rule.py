"""The page of a clinic's change rule, and pages of a clinic that has switched its flags off."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import change
from assessments.rules import rule_of
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from patients.models import Patient
from tests.assessments.plain_page import PlainPage
from tests.assessments.views.visiting import AsUser, page
from tests.people import grade, make_signed

RULE = "/rule/harbour/"
HIP, KNEE = ("hip_flexion", "right"), ("knee_extension", "left")


@pytest.fixture
def as_admin(as_user: AsUser, admin: User) -> Client:
    return as_user(admin)


@pytest.fixture
def two_visits(patient: Patient, physio: User) -> Patient:
    """The hip fell from 4 to 2, the knee from 5 to 5-."""
    for days, hip, knee in ((200, 9, 12), (1, 3, 11)):
        make_signed(
            patient,
            physio,
            {HIP: grade(hip), KNEE: grade(knee)},
            profile="mrc_plus_minus",
            tested_at=timezone.now() - timedelta(days=days),
        )
    return patient


def opened(client: Client) -> dict[str, str]:
    """Return what the form would send as it is opened."""
    found = PlainPage(client.get(RULE).content.decode())
    [form] = [each for each in found.forms if "seen" in each.fields]
    return dict(form.fields)


def save(client: Client, fields: dict[str, str], **typed: str) -> str:
    sent = {name: value for name, value in (fields | typed).items() if value != "off"}
    return client.post(RULE, sent, follow=True).content.decode()


def switch_off(clinic: Clinic) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(change_flags=False)


def test_the_page_says_how_the_rule_reads(as_admin: Client, harbour: Clinic) -> None:
    text = PlainPage(as_admin.get(RULE).content.decode()).text
    assert "version 1" in text
    for flag in change.Flag:
        assert change.explain(flag, rule_of(harbour), ["mrc"]) in text


def test_the_rule_is_told_in_the_scale_of_the_clinic(as_admin: Client, harbour: Clinic) -> None:
    Clinic.objects.filter(pk=harbour.pk).update(scale_profile="kendall")
    text = PlainPage(as_admin.get(RULE).content.decode()).text
    assert "from 5 or better to below 5, or back" in text
    assert "With one grade at 6 or below; a shorter way is to be watched." in text


def test_it_is_a_page_of_the_team(as_admin: Client) -> None:
    html = as_admin.get(RULE).content.decode()
    marked = [line for line in html.splitlines() if 'aria-current="true"' in line]
    assert ["/team/" in line for line in marked] == [True]


def test_every_field_has_a_label(as_admin: Client) -> None:
    html = as_admin.get(RULE).content.decode()
    for name in ("watch_from", "changed_from", "confirm_after_days", "change_flags"):
        assert f'for="id_{name}"' in html


def test_saves_and_shows_the_new_text(as_admin: Client, harbour: Clinic) -> None:
    text = save(as_admin, opened(as_admin), changed_from="6", confirm_after_days="168")
    harbour.refresh_from_db()
    assert (harbour.changed_from, harbour.confirm_after_days) == (6, 168)
    assert "The settings are saved." in text
    assert "at least 2 whole grades apart" in text
    assert "version 2" in text


def test_the_same_again_says_so(as_admin: Client, harbour: Clinic) -> None:
    assert "Nothing was changed." in save(as_admin, opened(as_admin))
    harbour.refresh_from_db()
    assert harbour.change_rule_version == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("watch_from", "0"),
        ("watch_from", "4"),
        ("changed_from", "16"),
        ("changed_from", ""),
        ("confirm_after_days", "0"),
        ("confirm_after_days", "3661"),
        ("relapse_days", "0"),
        ("relapse_days", "-1"),
        ("fatigue_difference", "11"),
        ("fatigue_difference", "0"),
    ],
)
def test_out_of_bounds_is_told_at_its_field(
    as_admin: Client, harbour: Clinic, name: str, value: str
) -> None:
    answer = as_admin.post(RULE, opened(as_admin) | {name: value})
    assert list(answer.context["form"].errors) == [name]
    harbour.refresh_from_db()
    assert harbour.change_rule_version == 1


def test_flags_are_switched_off_and_on(as_admin: Client, harbour: Clinic) -> None:
    assert "switched off: it is shown on this page only" in save(
        as_admin, opened(as_admin), change_flags="off"
    )
    harbour.refresh_from_db()
    assert (harbour.change_flags, harbour.change_rule_version) == (False, 1)
    save(as_admin, opened(as_admin), change_flags="on")
    harbour.refresh_from_db()
    assert harbour.change_flags


def test_watch_may_be_as_far_as_changed(as_admin: Client, harbour: Clinic) -> None:
    save(as_admin, opened(as_admin), watch_from="3")
    harbour.refresh_from_db()
    assert (harbour.watch_from, harbour.changed_from) == (3, 3)


class TestMeanwhile:
    def test_another_change_is_told_and_what_was_typed_stays(
        self, as_admin: Client, harbour: Clinic
    ) -> None:
        mine = opened(as_admin)
        save(as_admin, opened(as_admin), relapse_days="45")
        html = save(as_admin, mine, confirm_after_days="99")
        assert "Somebody changed these settings meanwhile" in html
        assert 'value="99"' in html
        assert "within 45 days" in html
        harbour.refresh_from_db()
        assert (harbour.confirm_after_days, harbour.relapse_days) == (84, 45)

    def test_saving_again_after_that_goes_through(self, as_admin: Client, harbour: Clinic) -> None:
        mine = opened(as_admin) | {"confirm_after_days": "99"}
        save(as_admin, opened(as_admin), relapse_days="45")
        told = PlainPage(as_admin.post(RULE, mine).content.decode())
        [again] = [each.fields for each in told.forms if "seen" in each.fields]
        save(as_admin, dict(again))
        harbour.refresh_from_db()
        assert (harbour.confirm_after_days, harbour.relapse_days) == (99, 30)

    def test_a_slip_in_between_does_not_hide_it(self, as_admin: Client, harbour: Clinic) -> None:
        mine = opened(as_admin) | {"confirm_after_days": "0"}
        save(as_admin, opened(as_admin), relapse_days="45")
        slipped = PlainPage(as_admin.post(RULE, mine).content.decode())
        [again] = [each.fields for each in slipped.forms if "seen" in each.fields]
        assert "meanwhile" in save(as_admin, dict(again), confirm_after_days="99")


def test_an_administrator_elsewhere_has_no_page_here(
    as_user: AsUser, admin: User, hillside: Clinic
) -> None:
    Membership.objects.create(user=admin, clinic=hillside, role=Role.CLINICIAN)
    assert as_user(admin).get("/rule/hillside/").status_code == 403
    assert as_user(admin).get(RULE).status_code == 200


def test_who_may_set_it_finds_it_on_the_team_and_trends_pages(
    as_admin: Client, as_user: AsUser, physio: User, two_visits: Patient
) -> None:
    trends = reverse("assessments:trends", args=[two_visits.pk])
    assert RULE in as_admin.get(reverse("team:index")).content.decode()
    assert RULE in as_admin.get(trends).content.decode()
    assert RULE not in as_user(physio).get(trends).content.decode()


class TestFlagsSwitchedOff:
    WORDS = ("antigravity crossed", "Rule version", "not yet repeated", "within noise", "flagged")

    @pytest.mark.parametrize("name", ["person", "trends"])
    def test_on_there_are_flags(
        self, as_user: AsUser, physio: User, two_visits: Patient, name: str
    ) -> None:
        found = page(as_user(physio), name, two_visits)
        assert "antigravity crossed" in found.text
        assert "switched flags of change off" not in found.text

    @pytest.mark.parametrize("name", ["person", "trends"])
    def test_off_there_is_no_word_of_them(
        self, as_user: AsUser, physio: User, two_visits: Patient, name: str
    ) -> None:
        switch_off(two_visits.clinic)
        answer = as_user(physio).get(reverse(f"assessments:{name}", args=[two_visits.pk]))
        html = answer.content.decode()
        assert "switched flags of change off" in html
        assert [word for word in self.WORDS if word in html] == []
        assert "data-flag" not in html

    @pytest.mark.parametrize("name", ["person", "trends"])
    def test_off_the_grades_before_and_after_are_there(
        self, as_user: AsUser, physio: User, two_visits: Patient, name: str
    ) -> None:
        switch_off(two_visits.clinic)
        answer = as_user(physio).get(reverse(f"assessments:{name}", args=[two_visits.pk]))
        shown: list[Any] = answer.context["changes"]
        assert [(each.movement, each.side) for each in shown] == [HIP, KNEE]
        table = answer.content.decode().partition('class="table data-table changes"')[2]
        assert "Right hip flexion" in table.partition("</table>")[0]
