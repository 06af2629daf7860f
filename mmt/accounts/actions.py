"""Writes about people and their roles: one transaction each, the audit event inside it.

Whatever changes a clinic's team holds the clinic's row first, so that two administrators at once
cannot leave it without one.
"""

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mmt.audit.log import record
from mmt.audit.models import Action

from .models import Clinic, Invitation, Membership, User
from .roles import ROLE_PERMISSIONS, Permission, Role

TOKEN_BYTES = 32
MANAGING = [role for role, allowed in ROLE_PERMISSIONS.items() if Permission.MANAGE_TEAM in allowed]


class Refused(ValueError):
    """The team cannot be changed like this; the message says why, to the person."""


class InvitationGone(Exception):
    """The link is unknown, used, withdrawn or too old: nobody is told which."""


def fold_email(email: str) -> str:
    return email.strip().lower()


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


@transaction.atomic
def invite(*, email: str, role: Role, clinic: Clinic, by: User) -> tuple[Invitation, str]:
    """Return a new invitation and its token, which is kept nowhere.

    An open one to the same person is withdrawn: only the newest link works. Raises Refused for
    somebody who is on the team already.
    """
    _hold(clinic)
    email = fold_email(email)
    if Membership.objects.filter(clinic=clinic, user__email=email).exists():
        raise Refused(_("This person is on the team already. Change their roles instead."))
    now = timezone.now()
    for older in Invitation.objects.select_for_update().filter(
        clinic=clinic, email=email, accepted_at=None, withdrawn_at=None
    ):
        _withdraw(older, by=by)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation.objects.create(
        clinic=clinic,
        email=email,
        role=role,
        token_hash=token_hash(token),
        invited_by=by,
        created_at=now,
        expires_at=now + settings.INVITATION_LIFETIME,
    )
    _tell(Action.MEMBER_INVITED, clinic, email, by=by, target=invitation.pk, after=[role])
    return invitation, token


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User) -> None:
    """Raises Refused if it was accepted or withdrawn meanwhile."""
    locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if locked.accepted_at or locked.withdrawn_at:
        raise Refused(_("This invitation was used or withdrawn already."))
    _withdraw(locked, by=by)


def find_invitation(token: str) -> Invitation:
    """Return the open invitation behind a link. Raises InvitationGone."""
    found = Invitation.objects.select_related("clinic").filter(token_hash=token_hash(token)).first()
    if found is None or not found.is_open:
        raise InvitationGone
    return found


@transaction.atomic
def accept_with_new_account(token: str, *, name: str, password: str) -> User:
    """Make the account and the membership. Raises InvitationGone; IntegrityError if an account
    with the address was made a moment ago.
    """
    invitation = _take(token)
    user = User.objects.create_user(email=invitation.email, password=password, name=name)
    _join(invitation, user)
    return user


@transaction.atomic
def accept_as(user: User, token: str) -> Membership:
    """Add the membership to the account that was invited. Raises InvitationGone."""
    invitation = _take(token)
    if user.email != invitation.email:
        raise InvitationGone
    return _join(invitation, user)


@transaction.atomic
def change_role(membership: Membership, role: Role, *, by: User) -> None:
    """Put another role in the place of this one. Raises Refused."""
    _hold(membership.clinic)
    now = _standing(membership)
    if now.role == role:
        return
    if not now.active:
        raise Refused(_("This role was taken away meanwhile."))
    _check_stays_managed(now, role, by=by)
    before = _roles_of(now.user, now.clinic)
    same = Membership.objects.filter(user=now.user, clinic=now.clinic, role=role).first()
    if same is None:
        now.role, now.since = role, timezone.now()
        now.save(update_fields=["role", "since"])
    else:  # the person has or had that role too: its row tells it
        _set_active(now, active=False)
        _set_active(same, active=True)
    after = _roles_of(now.user, now.clinic)
    _tell(
        Action.ROLE_CHANGED, now.clinic, now.user, by=by, target=now.pk, before=before, after=after
    )


@transaction.atomic
def add_role(user: User, clinic: Clinic, role: Role, *, by: User) -> Membership:
    """Give a person of the team one more role, or one back. Raises Refused if it is held."""
    _hold(clinic)
    before = _roles_of(user, clinic)
    if role in before:
        raise Refused(_("This person has this role already."))
    membership = _grant(user, clinic, role)
    _tell(
        Action.ROLE_CHANGED,
        clinic,
        user,
        by=by,
        target=membership.pk,
        before=before,
        after=_roles_of(user, clinic),
    )
    return membership


@transaction.atomic
def deactivate_membership(membership: Membership, *, by: User) -> None:
    """Take a role out of force, from the person's next request on. Raises Refused."""
    _hold(membership.clinic)
    now = _standing(membership)
    if not now.active:
        return
    _check_stays_managed(now, None, by=by)
    before = _roles_of(now.user, now.clinic)
    _set_active(now, active=False)
    _tell(
        Action.MEMBER_DEACTIVATED,
        now.clinic,
        now.user,
        by=by,
        target=now.pk,
        before=before,
        after=_roles_of(now.user, now.clinic),
    )


@transaction.atomic
def reactivate_membership(membership: Membership, *, by: User) -> None:
    _hold(membership.clinic)
    now = _standing(membership)
    if now.active:
        return
    before = _roles_of(now.user, now.clinic)
    _set_active(now, active=True)
    _tell(
        Action.MEMBER_REACTIVATED,
        now.clinic,
        now.user,
        by=by,
        target=now.pk,
        before=before,
        after=_roles_of(now.user, now.clinic),
    )


def _hold(clinic: Clinic) -> None:
    """Let nobody else change this clinic's team until the transaction ends."""
    Clinic.objects.select_for_update().only("pk").get(pk=clinic.pk)


def _standing(membership: Membership) -> Membership:
    return Membership.objects.select_related("user", "clinic").get(pk=membership.pk)


def _check_stays_managed(membership: Membership, role: Role | None, *, by: User) -> None:
    """Raise Refused if taking this membership's role away leaves nobody to manage the team."""
    if membership.role not in MANAGING or role in MANAGING:
        return
    others = Membership.objects.filter(
        clinic=membership.clinic, role__in=MANAGING, active=True, user__is_active=True
    ).exclude(pk=membership.pk)
    if not others.exists():
        raise Refused(_("The clinic needs an administrator. Make somebody else one first."))
    if membership.user_id == by.pk:
        raise Refused(
            _("You cannot take your own administrator role away. Ask another administrator.")
        )


def _set_active(membership: Membership, *, active: bool) -> None:
    membership.active, membership.since = active, timezone.now()
    membership.save(update_fields=["active", "since"])


def _grant(user: User, clinic: Clinic, role: Role) -> Membership:
    membership, new = Membership.objects.get_or_create(user=user, clinic=clinic, role=role)
    if not new and not membership.active:
        _set_active(membership, active=True)
    return membership


def _roles_of(user: User, clinic: Clinic) -> list[str]:
    active = Membership.objects.filter(user=user, clinic=clinic, active=True)
    return sorted(active.values_list("role", flat=True))


def _withdraw(invitation: Invitation, *, by: User) -> None:
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    _tell(
        Action.INVITATION_WITHDRAWN,
        invitation.clinic,
        invitation.email,
        by=by,
        target=invitation.pk,
        before=[invitation.role],
    )


def _take(token: str) -> Invitation:
    """Use the invitation up: of two at once, one finds it gone. Raises InvitationGone."""
    _hold(find_invitation(token).clinic)
    found = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("clinic")
        .filter(token_hash=token_hash(token))
        .first()
    )
    if found is None or not found.is_open:
        raise InvitationGone
    found.accepted_at = timezone.now()
    found.save(update_fields=["accepted_at"])
    return found


def _join(invitation: Invitation, user: User) -> Membership:
    before = _roles_of(user, invitation.clinic)
    membership = _grant(user, invitation.clinic, Role(invitation.role))
    _tell(
        Action.INVITATION_ACCEPTED,
        invitation.clinic,
        user,
        by=user,
        target=invitation.pk,
        before=before,
        after=_roles_of(user, invitation.clinic),
    )
    return membership


def _tell(
    action: Action,
    clinic: Clinic,
    person: User | str,
    *,
    by: User,
    target: object,
    before: Iterable[str] = (),
    after: Iterable[str] = (),
) -> None:
    detail: dict[str, Any] = {
        "person": person if isinstance(person, str) else person.email,
        "before": [str(role) for role in before],
        "after": [str(role) for role in after],
    }
    record(action, by=by, clinic_id=clinic.pk, target=target, detail=detail)
