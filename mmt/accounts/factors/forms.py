"""Codes and passkeys as they are entered."""

from collections.abc import Callable
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from mmt.audit.models import Action, Outcome
from mmt.fields import JSONField

from ..models import Clinic, User
from ..roles import Role
from .told import tell

LONGEST_CODE = 40
LONGEST_CREDENTIAL = 20_000


def code_field(help_text: Any = "") -> forms.CharField:
    keys = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    return forms.CharField(
        label=_("Code"),
        max_length=LONGEST_CODE,
        help_text=help_text,
        widget=forms.TextInput(attrs=keys),
    )


class _OnceOnly:
    """A code of the app opens once, for as long as it is taken at all."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type != Authenticator.Type.TOTP:
            return code
        digits = "".join(sign for sign in code if sign.isdigit())
        window = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        if not cache.add(f"totp-taken:{self.user.pk}:{digits}", True, timeout=window):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_OnceOnly, AuthenticateForm):
    code = code_field(_("From your authenticator app, or one of your recovery codes."))


class CodeAgainForm(_OnceOnly, ReauthenticateForm):
    code = code_field(_("From your authenticator app, or one of your recovery codes."))


class ActivateForm(ActivateTOTPForm):
    code = code_field(_("The six digits that the app shows now."))


class CredentialField(JSONField):
    """What the browser answers for a passkey."""

    def __init__(self) -> None:
        super().__init__(widget=forms.HiddenInput)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """One that was refused is not sent back."""
        return ""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value) if len(value or "") <= LONGEST_CREDENTIAL else None
        if not isinstance(found, dict):
            raise get_adapter().validation_error("incorrect_code")
        return found


def _checked(check: Callable[[], Any]) -> Any:
    """Return what `check` returns. Raises ValidationError, whatever it failed on: it takes apart
    nested and binary parts that come from outside, and its libraries fail in many ways on them.
    """
    try:
        return check()
    except forms.ValidationError:
        raise
    except Exception as broken:
        raise get_adapter().validation_error("incorrect_code") from broken


class _ShownPasskey:
    """A passkey that is refused is told."""

    user: User | None

    def clean_credential(self) -> Authenticator:
        try:
            return _checked(super().clean_credential)  # type: ignore[misc]
        except forms.ValidationError:
            tell(Action.FACTOR_FAILED, self.user, "webauthn", outcome=Outcome.REFUSED)
            raise


class PasskeySecondForm(_ShownPasskey, AuthenticateWebAuthnForm):
    credential = CredentialField()


class PasskeyAgainForm(_ShownPasskey, ReauthenticateWebAuthnForm):
    credential = CredentialField()


class PasskeySignInForm(_ShownPasskey, LoginWebAuthnForm):
    credential = CredentialField()


class PasskeyForm(AddWebAuthnForm):
    credential = CredentialField()
    name = forms.CharField(
        label=_("What to call it"),
        required=False,
        max_length=60,
        help_text=_("For example: clinic tablet, my phone."),
    )
    passwordless = None  # ours always are: the device asks for a finger, a face or its PIN

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = _checked(super().clean)
        return found


class FactorRolesForm(forms.Form):
    """Which roles of a clinic need a second factor. Administrators are not asked about: they do."""

    roles = forms.MultipleChoiceField(
        label=_("Needed by"), required=False, widget=forms.CheckboxSelectMultiple
    )

    to_sign = forms.BooleanField(
        label=_("Ask for the password or a second factor again before a record is signed"),
        required=False,
        help_text=_("Of who signed in more than five minutes ago."),
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["roles"]
        offered.choices = [
            (role.value, role.label)
            for role in Role
            if role != Role.ADMINISTRATOR or clinic.is_demo
        ]
