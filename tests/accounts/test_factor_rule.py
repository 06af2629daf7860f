"""Who must have a second factor, and an administrator's help where one is lost."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse

from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import Role
from mmt.audit.models import Action, AuditEvent
from patients.models import Patient
from tests.factors import code_of, give_app, give_recovery_codes
from tests.people import PASSWORD

AsUser = Callable[[User], Client]
NEEDED, PATIENTS = reverse("second_factor"), reverse("patients:list")
ADD, AGAIN = reverse("mfa_activate_totp"), reverse("mfa_reauthenticate")


def sign_in(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def ask_for(clinic: Clinic, *roles: Role) -> None:
    Clinic.objects.filter(pk=clinic.pk).update(second_factor_roles=[role.value for role in roles])


def where_to(client: Client, address: str = PATIENTS) -> str:
    return client.get(address).headers.get("Location", "in")


def reset_of(user: User) -> str:
    return reverse("team:reset_factors", args=[user.memberships.get().pk])


# Who must


def test_an_administrator_must_have_one(admin: User) -> None:
    assert where_to(sign_in(admin)) == NEEDED


def test_others_need_none_unless_the_clinic_asks(physio: User, harbour: Clinic) -> None:
    client = sign_in(physio)
    assert where_to(client) == "in"
    ask_for(harbour, Role.PHYSIOTHERAPIST)
    assert where_to(client) == NEEDED


def test_what_one_clinic_asks_holds_wherever_the_person_goes(
    physio: User, harbour: Clinic, hillside: Clinic
) -> None:
    ask_for(hillside, Role.CLINICIAN)
    assert where_to(sign_in(physio)) == "in"
    Membership.objects.create(user=physio, clinic=hillside, role=Role.CLINICIAN)
    assert where_to(sign_in(physio)) == NEEDED


def test_the_demonstration_lets_its_administrators_in_with_the_password(
    admin: User, harbour: Clinic
) -> None:
    Clinic.objects.filter(pk=harbour.pk).update(is_demo=True)
    assert where_to(sign_in(admin)) == "in"
    ask_for(harbour, Role.ADMINISTRATOR)
    assert where_to(sign_in(admin)) == NEEDED


@pytest.mark.parametrize("name", ["start", "team:index", "exports:index", "account"])
def test_who_has_none_can_go_nowhere_else(admin: User, name: str) -> None:
    client = sign_in(admin)
    for method in (client.get, client.post):
        assert method(reverse(name)).headers["Location"] == NEEDED


def test_a_script_keeps_what_it_has_until_then(
    physio: User, harbour: Clinic, patient: Patient
) -> None:
    ask_for(harbour, Role.PHYSIOTHERAPIST)
    answer = sign_in(physio).post(PATIENTS, b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (503, "server")


def test_who_has_none_may_sign_out(admin: User) -> None:
    client = sign_in(admin)
    client.post(reverse("account_logout"))
    assert where_to(client).startswith(reverse("account_login"))


def test_setting_one_up_opens_the_rest(admin: User) -> None:
    client = sign_in(admin)
    secret = client.get(ADD).context["form"].secret
    answer = client.post(ADD, {"code": code_of(secret)})
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    assert where_to(client) == "in"


def test_who_has_one_is_asked_for_it_in_a_session_without(physio: User, harbour: Clinic) -> None:
    client = sign_in(physio)
    secret = give_app(physio)
    ask_for(harbour, Role.PHYSIOTHERAPIST)
    assert where_to(client) == f"{AGAIN}?next=%2Fpatients%2F"
    client.post(AGAIN, {"code": code_of(secret), "next": PATIENTS})
    assert where_to(client) == "in"


def test_recovery_codes_alone_are_no_second_factor(admin: User) -> None:
    give_recovery_codes(admin)
    assert where_to(sign_in(admin)) == NEEDED


def test_taking_the_last_one_away_closes_the_rest_again(as_user: AsUser, admin: User) -> None:
    give_app(admin)
    client = as_user(admin)
    client.post(reverse("mfa_deactivate_totp"))
    assert where_to(client) == NEEDED


# The clinic's choice


def choose(client: Client, *roles: str) -> str:
    address = reverse("team:second_factors", args=["harbour"])
    return client.post(address, {"roles": roles}, follow=True).content.decode()


def test_an_administrator_says_which_roles_need_one(
    as_user: AsUser, admin: User, harbour: Clinic
) -> None:
    assert "Saved." in choose(as_user(admin), "lead", "physiotherapist")
    harbour.refresh_from_db()
    assert harbour.second_factor_roles == ["lead", "physiotherapist"]
    told = AuditEvent.objects.get(action=Action.CLINIC_CHANGED)
    assert (told.actor, told.chain) == (admin.email, str(harbour.pk))
    assert told.detail["after"] == {
        "second_factor_roles": ["lead", "physiotherapist"],
        "asks_again_to_sign": False,
    }


def test_the_same_choice_again_tells_nothing(as_user: AsUser, admin: User) -> None:
    assert "Nothing was changed." in choose(as_user(admin))
    assert not AuditEvent.objects.filter(action=Action.CLINIC_CHANGED).exists()


@pytest.mark.parametrize("role", ["owner", "administrator", "\0"])
def test_a_role_that_is_not_offered_is_refused(
    as_user: AsUser, admin: User, harbour: Clinic, role: str
) -> None:
    assert "not one of the available choices" in choose(as_user(admin), role)
    harbour.refresh_from_db()
    assert harbour.second_factor_roles == []


# A lost telephone


@pytest.mark.django_db(transaction=True)
def test_an_administrator_resets_a_persons_factors(
    committed_db: None, as_user: AsUser, admin: User, physio: User, harbour: Clinic
) -> None:
    give_app(physio)
    give_recovery_codes(physio)
    theirs = as_user(physio)
    as_user(admin).post(reset_of(physio))
    assert not Authenticator.objects.filter(user=physio).exists()
    assert where_to(theirs).startswith(reverse("account_login"))
    told = AuditEvent.objects.get(action=Action.FACTORS_RESET)
    assert (told.actor, told.chain) == (admin.email, str(harbour.pk))
    assert told.detail == {"person": physio.email, "kinds": ["recovery_codes", "totp"]}
    assert [message.to for message in mail.outbox] == [[physio.email]]


def test_every_clinic_of_the_person_is_told(
    as_user: AsUser, admin: User, physio: User, hillside: Clinic
) -> None:
    address = reset_of(physio)
    Membership.objects.create(user=physio, clinic=hillside, role=Role.PHYSIOTHERAPIST)
    give_app(physio)
    as_user(admin).post(address)
    told = AuditEvent.objects.filter(action=Action.FACTORS_RESET)
    assert {event.chain for event in told} == {str(clinic.pk) for clinic in physio.clinics}


def test_nobody_resets_their_own(as_user: AsUser, admin: User) -> None:
    give_app(admin)
    page = as_user(admin).post(reset_of(admin), follow=True).content.decode()
    assert "Nobody can do this for themselves" in page
    assert Authenticator.objects.filter(user=admin).exists()


def test_the_team_page_offers_it_for_others_only(
    as_user: AsUser, admin: User, physio: User
) -> None:
    for user, offered in ((physio, True), (admin, False)):
        give_app(user)
        page = as_user(admin).get(reverse("team:member", args=[user.memberships.get().pk]))
        assert (reset_of(user) in page.content.decode()) is offered


def test_of_who_has_left_nothing_is_shown_or_reset(
    as_user: AsUser, admin: User, physio: User, hillside: Clinic
) -> None:
    """They work elsewhere: that clinic's administrator helps them, and its log tells it."""
    left, address = physio.memberships.get(), reset_of(physio)
    Membership.objects.create(user=physio, clinic=hillside, role=Role.LEAD)
    Membership.objects.filter(pk=left.pk).update(active=False)
    give_app(physio)
    theirs, client = as_user(physio), as_user(admin)
    page = client.get(reverse("team:member", args=[left.pk])).content.decode()
    assert "Reactivate" in page
    assert "Authenticator app" not in page
    assert address not in page
    assert "no role in the clinic any more" in client.post(address, follow=True).content.decode()
    assert Authenticator.objects.filter(user=physio).exists()
    assert where_to(theirs) == "in"
    assert not mail.outbox


def test_several_clinics_are_told_in_the_one_order(
    as_user: AsUser, admin: User, physio: User, harbour: Clinic, hillside: Clinic
) -> None:
    """Of their ids, whatever their names: each is held until all are told."""
    address = reset_of(physio)
    Membership.objects.create(user=physio, clinic=hillside, role=Role.PHYSIOTHERAPIST)
    first, last = sorted([harbour.pk, hillside.pk])
    Clinic.objects.filter(pk=first).update(name="Z")
    Clinic.objects.filter(pk=last).update(name="A")
    give_app(physio)
    as_user(admin).post(address)
    told = AuditEvent.objects.filter(action=Action.FACTORS_RESET).order_by("pk")
    assert list(told.values_list("chain", flat=True)) == [str(first), str(last)]
