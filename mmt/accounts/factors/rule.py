"""Who must have a second factor, and that they can do nothing else before they have."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ..models import User

PASSED = "second_factor"  # in the session: the id of the person who passed one in it
# Where a person comes who has still to set one up.
WAY_THERE = {
    "second_factor",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_reauthenticate",
    "account_logout",
    "device",
    "service_worker",
    "manifest",
    "offline",
    "healthz",
    "readyz",
    "metrics",
}


def must_have_one(user: User) -> bool:
    """Whether a clinic of the person asks for a second factor in one of their roles there."""
    return any(member.clinic.wants_second_factor(member.role) for member in user.active_memberships)


def has_one(user: User) -> bool:
    """Recovery codes stand in for a factor; they are none."""
    return Authenticator.objects.filter(user=user).exclude(type="recovery_codes").exists()


def note_passed(request: HttpRequest, user: User) -> None:
    request.session[PASSED] = str(user.pk)


def has_passed(request: HttpRequest) -> bool:
    return request.session.get(PASSED) == str(request.user.pk)


class SecondFactorMiddleware:
    """Lead who must have a second factor, and has not shown one in this session, to it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        user, match = request.user, request.resolver_match
        if not isinstance(user, User) or (match and match.view_name in WAY_THERE):
            return None
        if has_passed(request) or not must_have_one(user):
            return None
        if request.content_type == "application/json":  # a page's script: it keeps what it has
            message = _("Set up a second factor first.")
            return JsonResponse({"error": "server", "message": message}, status=503)
        if not has_one(user):
            return redirect("second_factor")
        here = request.get_full_path() if request.method == "GET" else reverse("start")
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': here})}")
