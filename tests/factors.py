"""Second factors for tests, by django-allauth's own functions."""

import time

from allauth.mfa import app_settings
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)

from mmt.accounts.models import User


def give_app(user: User) -> str:
    """Give a person an authenticator app; return its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def give_recovery_codes(user: User) -> list[str]:
    return RecoveryCodes.activate(user).get_unused_codes()


def code_of(secret: str, *, ahead: int = 0) -> str:
    """Return what the app shows now, or so many codes later: the product takes the next one too."""
    moment = int(time.time()) // app_settings.TOTP_PERIOD
    return format_hotp_value(hotp_value(secret, moment + ahead))
