"""Who may manage a team, and the one way to a row of it."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from .models import Membership, User
from .requests import SignedInRequest
from .roles import Permission


def check_manages_a_team(user: User) -> None:
    if not user.can_somewhere(Permission.MANAGE_TEAM):
        raise PermissionDenied(_("Only an administrator can manage a team."))


def check_manages_the_team(user: User, clinic_id: UUID) -> None:
    if not user.can(Permission.MANAGE_TEAM, clinic_id):
        raise PermissionDenied(_("Only an administrator of this clinic can manage its team."))


def get_membership(request: SignedInRequest, membership_id: UUID) -> Membership:
    """Return a membership of one's own clinic, or 404; only its administrator gets it."""
    found = get_object_or_404(
        Membership.objects.select_related("user", "clinic"),
        pk=membership_id,
        clinic__in=request.user.clinics,
    )
    check_manages_the_team(request.user, found.clinic_id)
    return found
