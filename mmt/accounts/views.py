"""The team of a clinic: who is on it, in which roles, who is invited and comes in."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import actions
from .access import check_manages_a_team, check_manages_the_team, get_membership
from .again import asks_again, asks_again_to_post
from .factors.listed import factors_of
from .forms import AcceptForm, InviteForm, RoleForm
from .invitations import invitation_url, send_invitation
from .models import Invitation, Membership, User
from .requests import SignedInRequest
from .roles import Permission, Role
from .team import load_teams

BACKEND = "mmt.accounts.backend.PersonBackend"


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """The teams of the clinics that the person administers."""
    check_manages_a_team(request.user)
    context = {"teams": load_teams(request.user.clinics_with(Permission.MANAGE_TEAM))}
    return render(request, "team/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again_to_post
def invite(request: SignedInRequest) -> HttpResponse:
    """Invite by e-mail. The link is shown once, to be passed on where mail does not arrive."""
    check_manages_a_team(request.user)
    form = InviteForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, token = actions.invite(
                email=form.cleaned_data["email"],
                role=form.cleaned_data["role"],
                clinic=form.cleaned_data["clinic"],
                by=request.user,
            )
        except actions.Refused as refused:
            form.add_error("email", str(refused))
        else:
            url = invitation_url(request, token)
            sent = send_invitation(invitation, url)
            context = {"invitation": invitation, "url": url, "sent": sent}
            return render(request, "team/invited.html", context)
    return render(request, "team/invite.html", {"form": form})


@require_POST
def withdraw(request: SignedInRequest, invitation_id: UUID) -> HttpResponse:
    own = request.user.clinics
    invitation = get_object_or_404(Invitation, pk=invitation_id, clinic__in=own)
    check_manages_the_team(request.user, invitation.clinic_id)
    _attempt(
        request,
        lambda: actions.withdraw_invitation(invitation, by=request.user),
        done=_("The invitation is withdrawn: its link no longer works."),
    )
    return redirect("team:index")


@require_safe
def member(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    """One person of the team: each role, and what can be done about it."""
    membership = get_membership(request, membership_id)
    rows = Membership.objects.filter(user=membership.user_id, clinic=membership.clinic_id)
    memberships = list(rows.order_by("-active", "role"))
    held = {row.role for row in memberships if row.active}
    context = {
        "membership": membership,
        "person": membership.user,
        "clinic": membership.clinic,
        "memberships": memberships,
        "offered": [role for role in Role if role not in held],
        # Of who has left nothing is shown but the roles, which may be given back.
        "works_here": bool(held),
        "factors": factors_of(membership.user) if held else [],
        # What one cannot take from oneself.
        "locked": [
            row.pk
            for row in memberships
            if row.active and row.user_id == request.user.pk and row.role in actions.MANAGING
        ],
    }
    return render(request, "team/member.html", context)


@require_POST
@asks_again
def change_role(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    membership = get_membership(request, membership_id)
    if role := _chosen_role(request):
        _attempt(
            request,
            lambda: actions.change_role(membership, role, by=request.user),
            done=_("The role is changed, from the person's next page on."),
        )
    return redirect("team:member", membership.pk)


@require_POST
@asks_again
def add_role(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    membership = get_membership(request, membership_id)
    if role := _chosen_role(request):
        _attempt(
            request,
            lambda: actions.add_role(membership.user, membership.clinic, role, by=request.user),
            done=_("The role is added, from the person's next page on."),
        )
    return redirect("team:member", membership.pk)


@require_POST
@asks_again
def deactivate(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    membership = get_membership(request, membership_id)
    _attempt(
        request,
        lambda: actions.deactivate_membership(membership, by=request.user),
        done=_("The role is taken away, from the person's next page on."),
    )
    return redirect("team:member", membership.pk)


@require_POST
@asks_again
def reactivate(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    membership = get_membership(request, membership_id)
    _attempt(
        request,
        lambda: actions.reactivate_membership(membership, by=request.user),
        done=_("The role is in force again."),
    )
    return redirect("team:member", membership.pk)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The way in for an invited person: with a new account, or with the one they have."""
    try:
        response = _accept(request, token)
    except actions.InvitationGone:
        response = render(request, "team/invitation_gone.html", status=404)
    # The address opens the door: it goes along to no other page, not even to our own files.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _accept(request: HttpRequest, token: str) -> HttpResponse:
    """Raises InvitationGone."""
    invitation = actions.find_invitation(token)
    known = User.objects.filter(email=invitation.email).exists()
    context = {"invitation": invitation, "known": known}
    user = request.user
    if isinstance(user, User):
        if user.email != invitation.email:
            return render(request, "team/accept_other.html", context)
        if request.method == "POST":
            actions.accept_as(user, token)
            return _welcome(request, invitation)
        return render(request, "team/accept.html", context)
    if known:
        return render(request, "team/accept_sign_in.html", context)
    form = AcceptForm(request.POST or None, invitation=invitation)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept_with_new_account(
                token, name=form.cleaned_data["name"], password=form.cleaned_data["password"]
            )
        except IntegrityError:  # an account with this address was made a moment ago
            return render(request, "team/accept_sign_in.html", context)
        login(request, user, backend=BACKEND)
        return _welcome(request, invitation)
    return render(request, "team/accept_new.html", {**context, "form": form})


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    messages.success(
        request, _("You are on the team of %(clinic)s.") % {"clinic": invitation.clinic}
    )
    return redirect("start")


def _chosen_role(request: SignedInRequest) -> Role | None:
    form = RoleForm(request.POST)
    if form.is_valid():
        return form.cleaned_data["role"]
    messages.error(request, _("Role: choose one from the list."))
    return None


def _attempt(request: SignedInRequest, action: Callable[[], object], *, done: str) -> None:
    """Do it and say so, or say why it was refused."""
    try:
        action()
    except actions.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
