"""The team page: roles given and taken, and never a clinic without an administrator."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from mmt.accounts import actions
from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Permission, Role
from mmt.audit.models import Action, AuditEvent
from tests.people import make_user

AsUser = Callable[[User], Client]
TEAM = reverse("team:index")


@pytest.fixture
def as_admin(as_user: AsUser, admin: User) -> Client:
    return as_user(admin)


@pytest.fixture
def second_admin(harbour: Clinic) -> User:
    return make_user("second@harbour.test", harbour, Role.ADMINISTRATOR, "Sue Second")


def role_of(user: User) -> Membership:
    return Membership.objects.get(user=user)


def act(as_admin: Client, name: str, user: User, **form: str) -> str:
    """Press a button on a person's page and return the page that follows."""
    address = reverse(f"team:{name}", args=[role_of(user).pk])
    return as_admin.post(address, form, follow=True).content.decode()


def test_lists_people_with_roles_and_last_sign_in(
    as_admin: Client, physio: User, lead: User, stranger: User
) -> None:
    html = as_admin.get(TEAM).content.decode()
    for words in ("Pia Physio", "physio@harbour.test", "lead physiotherapist", "never", "(you)"):
        assert words in html
    assert stranger.email not in html


def test_times_are_those_on_the_clinics_wall(as_admin: Client, physio: User) -> None:
    User.objects.filter(pk=physio.pk).update(last_login=datetime(2026, 2, 28, 13, 30, tzinfo=UTC))
    assert "2026-03-01 00:30" in as_admin.get(TEAM).content.decode()  # Sydney, in summer


def test_lists_each_clinic_that_the_person_administers(
    as_admin: Client, admin: User, stranger: User
) -> None:
    clinic = role_of(stranger).clinic
    Membership.objects.create(user=admin, clinic=clinic, role=Role.ADMINISTRATOR)
    html = as_admin.get(TEAM).content.decode()
    assert "Hillside Test" in html
    assert stranger.email in html


def test_a_clinic_where_one_is_no_administrator_is_not_listed(
    as_admin: Client, admin: User, stranger: User
) -> None:
    clinic = role_of(stranger).clinic
    Membership.objects.create(user=admin, clinic=clinic, role=Role.CLINICIAN)
    assert stranger.email not in as_admin.get(TEAM).content.decode()


def test_as_many_queries_for_many_people_as_for_few(
    as_admin: Client, harbour: Clinic, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    as_admin.get(TEAM)
    with django_assert_num_queries(3):  # session with person and roles, team, invitations
        as_admin.get(TEAM)
    for number in range(12):
        make_user(f"x{number}@harbour.test", harbour, Role.CLINICIAN)
        actions.invite(
            email=f"y{number}@harbour.test",
            role=Role.CLINICIAN,
            clinic=harbour,
            by=User.objects.get(email="admin@harbour.test"),
        )
    with django_assert_num_queries(3):
        as_admin.get(TEAM)


def test_changes_a_role_and_tells_before_and_after(
    as_admin: Client, admin: User, physio: User
) -> None:
    act(as_admin, "change_role", physio, role="lead")
    assert role_of(physio).role == Role.LEAD
    told = AuditEvent.objects.get(action=Action.ROLE_CHANGED)
    assert (told.actor_id, told.chain) == (admin.pk, str(role_of(physio).clinic_id))
    assert told.detail == {
        "person": physio.email,
        "before": ["physiotherapist"],
        "after": ["lead"],
    }


def test_the_same_role_again_tells_nothing(as_admin: Client, physio: User) -> None:
    act(as_admin, "change_role", physio, role="physiotherapist")
    assert not AuditEvent.objects.filter(action=Action.ROLE_CHANGED).exists()


@pytest.mark.parametrize("name", ["change_role", "add_role"])
@pytest.mark.parametrize("role", ["", "owner", "\0"])
def test_an_unknown_role_is_refused(as_admin: Client, physio: User, name: str, role: str) -> None:
    assert "Role: choose one from the list." in act(as_admin, name, physio, role=role)
    assert role_of(physio).role == Role.PHYSIOTHERAPIST


def test_adds_a_role(as_admin: Client, physio: User, harbour: Clinic) -> None:
    act(as_admin, "add_role", physio, role="clinician")
    assert set(Membership.objects.filter(user=physio).values_list("role", flat=True)) == {
        "clinician",
        "physiotherapist",
    }
    assert AuditEvent.objects.get(action=Action.ROLE_CHANGED).detail["after"] == [
        "clinician",
        "physiotherapist",
    ]


def test_a_role_that_is_held_is_not_added(as_admin: Client, physio: User) -> None:
    assert "has this role already" in act(as_admin, "add_role", physio, role="physiotherapist")


def test_a_role_held_before_comes_back_with_its_own_row(
    as_admin: Client, physio: User, harbour: Clinic
) -> None:
    first = role_of(physio)
    act(as_admin, "deactivate", physio)
    act(as_admin, "add_role", physio, role="physiotherapist")
    assert role_of(physio).pk == first.pk
    assert role_of(physio).active


def test_changing_back_to_a_role_held_before(
    as_admin: Client, physio: User, harbour: Clinic
) -> None:
    old = Membership.objects.create(user=physio, clinic=harbour, role=Role.LEAD, active=False)
    now = Membership.objects.get(user=physio, role=Role.PHYSIOTHERAPIST)
    as_admin.post(reverse("team:change_role", args=[now.pk]), {"role": "lead"})
    old.refresh_from_db()
    now.refresh_from_db()
    assert (old.active, now.active) == (True, False)


def test_deactivates_and_reactivates(as_admin: Client, physio: User) -> None:
    act(as_admin, "deactivate", physio)
    act(as_admin, "deactivate", physio)
    assert not role_of(physio).active
    act(as_admin, "reactivate", physio)
    act(as_admin, "reactivate", physio)
    assert role_of(physio).active
    actions_told = list(AuditEvent.objects.values_list("action", flat=True))
    assert actions_told.count(Action.MEMBER_DEACTIVATED) == 1
    assert actions_told.count(Action.MEMBER_REACTIVATED) == 1


def test_a_deactivated_person_is_still_on_the_page(as_admin: Client, physio: User) -> None:
    act(as_admin, "deactivate", physio)
    html = as_admin.get(TEAM).content.decode()
    assert physio.email in html
    assert "deactivated" in html


def test_the_person_is_out_on_the_next_request(
    as_admin: Client, as_user: AsUser, physio: User
) -> None:
    theirs = as_user(physio)
    assert theirs.get(reverse("patients:register")).status_code == 200
    act(as_admin, "deactivate", physio)
    assert theirs.get(reverse("patients:register")).status_code == 403


@pytest.mark.parametrize(("name", "form"), [("deactivate", {}), ("change_role", {"role": "lead"})])
def test_the_last_administrator_stays(
    as_admin: Client, admin: User, name: str, form: dict[str, str]
) -> None:
    assert "The clinic needs an administrator." in act(as_admin, name, admin, **form)
    assert (role_of(admin).active, role_of(admin).role) == (True, Role.ADMINISTRATOR)


@pytest.mark.parametrize(("name", "form"), [("deactivate", {}), ("change_role", {"role": "lead"})])
def test_nobody_locks_themselves_out(
    as_admin: Client, admin: User, second_admin: User, name: str, form: dict[str, str]
) -> None:
    assert "You cannot take your own" in act(as_admin, name, admin, **form)
    assert role_of(admin).active


def test_another_administrator_can_be_deactivated(
    as_admin: Client, admin: User, second_admin: User
) -> None:
    act(as_admin, "deactivate", second_admin)
    assert not role_of(second_admin).active


def test_a_closed_account_does_not_count_as_an_administrator(
    as_admin: Client, admin: User, second_admin: User
) -> None:
    User.objects.filter(pk=second_admin.pk).update(is_active=False)
    assert "The clinic needs an administrator." in act(as_admin, "deactivate", admin)


def test_an_administrator_may_give_up_another_role(
    as_admin: Client, admin: User, harbour: Clinic
) -> None:
    extra = Membership.objects.create(user=admin, clinic=harbour, role=Role.CLINICIAN)
    as_admin.post(reverse("team:deactivate", args=[extra.pk]))
    extra.refresh_from_db()
    assert not extra.active


def test_two_administrators_cannot_deactivate_each_other(admin: User, second_admin: User) -> None:
    """Both were let in as administrators; the second finds that the first was quicker."""
    actions.deactivate_membership(role_of(second_admin), by=admin)
    with pytest.raises(actions.Refused):
        actions.deactivate_membership(role_of(admin), by=second_admin)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_the_same_moment_leave_one(
    committed_db: None, admin: User, second_admin: User
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite writes one at a time.")
    start = threading.Barrier(2)

    def take(membership: Membership, by: User) -> None:
        start.wait()
        try:
            actions.deactivate_membership(membership, by=by)
        except actions.Refused:
            pass
        finally:
            connection.close()

    threads = [
        threading.Thread(target=take, args=(role_of(second_admin), admin)),
        threading.Thread(target=take, args=(role_of(admin), second_admin)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Membership.objects.filter(role=Role.ADMINISTRATOR, active=True).count() == 1


POSTS = ["change_role", "add_role", "deactivate", "reactivate"]


@pytest.mark.parametrize("name", POSTS)
def test_a_membership_of_another_clinic_is_not_there(
    as_admin: Client, stranger: User, name: str
) -> None:
    answer = as_admin.post(reverse(f"team:{name}", args=[role_of(stranger).pk]), {"role": "lead"})
    assert answer.status_code == 404
    assert role_of(stranger).role == Role.PHYSIOTHERAPIST
    assert role_of(stranger).active


def test_being_administrator_elsewhere_does_not_count(
    as_admin: Client, admin: User, stranger: User
) -> None:
    clinic = role_of(stranger).clinic
    Membership.objects.create(user=admin, clinic=clinic, role=Role.CLINICIAN)
    for name in POSTS:
        address = reverse(f"team:{name}", args=[role_of(stranger).pk])
        assert as_admin.post(address, {"role": "lead"}).status_code == 403
    assert (role_of(stranger).role, role_of(stranger).active) == (Role.PHYSIOTHERAPIST, True)


def test_a_person_of_another_clinic_has_no_page(as_admin: Client, stranger: User) -> None:
    answer = as_admin.get(reverse("team:member", args=[role_of(stranger).pk]))
    assert answer.status_code == 404
    assert stranger.email not in answer.content.decode()


def test_only_the_roles_in_this_clinic_are_shown(
    as_admin: Client, physio: User, hillside: Clinic
) -> None:
    here = role_of(physio)
    Membership.objects.create(user=physio, clinic=hillside, role=Role.LEAD)
    shown = as_admin.get(reverse("team:member", args=[here.pk])).context["memberships"]
    assert shown == [here]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_who_is_no_administrator_has_no_team_pages(
    as_user: AsUser, harbour: Clinic, physio: User, role: Role
) -> None:
    other = as_user(make_user("other@harbour.test", harbour, role))
    assert other.get(TEAM).status_code == 403
    assert other.get(reverse("team:invite")).status_code == 403
    assert other.post(reverse("team:invite"), {"email": "x@y.test"}).status_code == 403
    member = role_of(physio)
    assert other.get(reverse("team:member", args=[member.pk])).status_code == 403
    for name in POSTS:
        answer = other.post(reverse(f"team:{name}", args=[member.pk]), {"role": "administrator"})
        assert answer.status_code == 403
    assert role_of(physio).role == Role.PHYSIOTHERAPIST


@pytest.mark.parametrize("name", POSTS)
def test_a_link_changes_nothing(as_admin: Client, physio: User, name: str) -> None:
    assert as_admin.get(reverse(f"team:{name}", args=[role_of(physio).pk])).status_code == 405


def test_a_new_role_counts_at_once(as_admin: Client, physio: User, harbour: Clinic) -> None:
    act(as_admin, "add_role", physio, role="administrator")
    assert User.objects.get(pk=physio.pk).can(Permission.MANAGE_TEAM, harbour)
