"""One's own account: the password, second factors, and where one is signed in."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mmt.audit.log import record
from mmt.audit.models import Action

from .factors.listed import factors_of
from .factors.rule import must_have_one
from .requests import SignedInRequest
from .store import end_others, end_session, open_sessions


@require_safe
def account(request: SignedInRequest) -> HttpResponse:
    person = request.user
    factors = factors_of(person)
    context = {
        "factors": factors,
        "has_app": any(factor.kind == Authenticator.Type.TOTP for factor in factors),
        "must_have_one": must_have_one(person),
        "sessions": open_sessions(person, request.session.session_key),
        "memberships": person.active_memberships,
        "zone": person.clinics[0].time_zone if person.clinics else "UTC",
    }
    return render(request, "account/own.html", context)


@require_POST
def end(request: SignedInRequest) -> HttpResponse:
    """End one of one's own sessions, or with no name given all but this one."""
    handle = request.POST.get("session", "")
    with transaction.atomic():
        if not handle:
            end_others(request)
        elif not end_session(request.user, handle):
            messages.info(request, _("That session was over already."))
            return redirect("account")
        record(Action.SESSIONS_ENDED, by=request.user, detail={"all_others": not handle})
    messages.success(request, _("Signed out there, from the next page on."))
    return redirect("account")
