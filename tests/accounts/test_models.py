"""What the database refuses about people and clinics."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from mmt.accounts.models import ApiToken, Clinic, Invitation, Membership, User
from tests.refusals import refused_by

Write = Callable[[User, Clinic], object]


def clinic(**fields: object) -> Write:
    return lambda _user, clinic: Clinic.objects.filter(pk=clinic.pk).update(**fields)


def invitation(**fields: object) -> Write:
    def write(user: User, clinic: Clinic) -> object:
        now = timezone.now()
        known = {
            "email": "new@harbour.test",
            "role": "clinician",
            "token_hash": "a" * 64,
            "created_at": now,
            "expires_at": now + timedelta(days=1),
        }
        return Invitation.objects.bulk_create(
            [Invitation(clinic=clinic, invited_by=user, **(known | fields))]
        )

    return write


def invite_twice_with_one_token(user: User, clinic: Clinic) -> object:
    return [invitation()(user, clinic), invitation(email="other@harbour.test")(user, clinic)]


def key(**fields: object) -> Write:
    """Return the writing of a key of the API."""

    def write(user: User, _clinic: Clinic) -> object:
        now = timezone.now()
        known = {
            "name": "Registry",
            "scope": "read",
            "token_hash": "b" * 64,
            "created_at": now,
            "expires_at": now + timedelta(days=1),
        }
        return ApiToken.objects.bulk_create([ApiToken(user=user, **known | fields)])

    return write


def make_two_keys_alike(user: User, clinic: Clinic) -> object:
    return [key()(user, clinic), key(name="Another")(user, clinic)]


CASES: list[tuple[str, Write]] = [
    ("api_token_known_scope", key(scope="all")),
    ("api_token_expires_after_it_began", key(expires_at=timezone.now() - timedelta(days=1))),
    ("accounts.apitoken.token_hash", make_two_keys_alike),
    (
        "user_one_person_an_email",
        lambda user, _clinic: User.objects.bulk_create([User(email=user.email.upper(), name="X")]),
    ),
    (
        "accounts.user.email",
        lambda user, _clinic: User.objects.bulk_create([User(email=user.email, name="X")]),
    ),
    (
        "accounts.clinic.slug",
        lambda _user, clinic: Clinic.objects.bulk_create(
            [Clinic(name="Twin", slug=clinic.slug, time_zone="UTC")]
        ),
    ),
    ("clinic_change_rule_in_order", clinic(watch_from=0)),
    ("clinic_change_rule_in_order", clinic(watch_from=4, changed_from=3)),
    ("clinic_change_rule_in_order", clinic(changed_from=16)),
    ("clinic_change_rule_days", clinic(confirm_after_days=0)),
    ("clinic_change_rule_days", clinic(confirm_after_days=3661)),
    ("clinic_change_rule_days", clinic(relapse_days=0)),
    ("clinic_change_rule_days", clinic(relapse_days=3661)),
    ("clinic_change_rule_fatigue", clinic(fatigue_difference=0)),
    ("clinic_change_rule_fatigue", clinic(fatigue_difference=11)),
    ("clinic_retest_after_a_day_or_more", clinic(retest_interval_days=0)),
    (
        "membership_one_a_person_clinic_and_role",
        lambda user, clinic: Membership.objects.bulk_create(
            [Membership(user=user, clinic=clinic, role="physiotherapist", active=False)]
        ),
    ),
    (
        "membership_known_role",
        lambda user, _clinic: Membership.objects.filter(user=user).update(role="owner"),
    ),
    ("accounts.invitation.token_hash", invite_twice_with_one_token),
    ("invitation_known_role", invitation(role="owner")),
    (
        "invitation_expires_after_it_began",
        invitation(expires_at=timezone.now() - timedelta(days=1)),
    ),
    (
        "invitation_accepted_or_withdrawn_not_both",
        invitation(accepted_at=timezone.now(), withdrawn_at=timezone.now()),
    ),
]


@pytest.mark.parametrize(("rule", "write"), CASES)
def test_database_refuses(rule: str, write: Write, physio: User, harbour: Clinic) -> None:
    with refused_by(rule):
        write(physio, harbour)


def test_database_takes_the_ends_of_the_change_rule(harbour: Clinic) -> None:
    ends = {"watch_from": 15, "changed_from": 15, "confirm_after_days": 1, "relapse_days": 3660}
    clinic(**ends, fatigue_difference=10)(User(), harbour)
    harbour.refresh_from_db()
    assert {name: getattr(harbour, name) for name in ends} == ends
