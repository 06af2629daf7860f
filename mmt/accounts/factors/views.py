"""Setting second factors up and taking them away.

The pages are django-allauth's; each is one transaction here, and told to the audit log in it.
"""

from typing import Any

from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal.auth import begin_registration
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from mmt.audit.models import Action

from ..requests import SignedInRequest
from ..store import end_others
from .rule import PASSED, has_one, must_have_one, note_passed
from .told import tell


class _Told:
    """What is changed and the telling of it stand together; other sessions of the person end."""

    request: SignedInRequest
    action: Action
    kind: str

    def form_valid(self, form: Form) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            tell(self.action, self.request.user, self.kind)
            end_others(self.request)
            self.after()
        return response

    def after(self) -> None:
        """Where nothing is left to do, nothing."""


class _Adds(_Told):
    action = Action.FACTOR_ADDED

    def after(self) -> None:
        note_passed(self.request, self.request.user)


class _Removes(_Told):
    action = Action.FACTOR_REMOVED

    def after(self) -> None:
        if not has_one(self.request.user):
            self.request.session.pop(PASSED, None)


class AddApp(_Adds, ActivateTOTPView):
    kind = "totp"


class RemoveApp(_Removes, DeactivateTOTPView):
    kind = "totp"


class AddPasskey(_Adds, AddWebAuthnView):
    kind = "webauthn"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        # Theirs may also be a mere security key; ours can do without the password.
        options = begin_registration(self.request.user, passwordless=True)
        return context | {"js_data": {"creation_options": options}}


class RemovePasskey(_Removes, RemoveWebAuthnView):
    kind = "webauthn"


class MakeRecoveryCodes(_Told, GenerateRecoveryCodesView):
    action = Action.RECOVERY_CODES_MADE
    kind = "recovery_codes"


@require_safe
def needed(request: SignedInRequest) -> HttpResponse:
    """Where a person comes after signing in who must have a second factor and has none."""
    if has_one(request.user) or not must_have_one(request.user):
        return redirect("account")
    return render(request, "mfa/needed.html")
