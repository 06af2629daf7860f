"""Sign-ins, sign-outs and refused attempts are told to the audit log.

Signals, since the sign-in itself is django-allauth's: there is no line of ours to stand beside.
"""

from typing import Any

from allauth.account.signals import password_changed, password_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction

from mmt.audit.log import record
from mmt.audit.models import Action, Outcome

from .models import User


def watch() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="audit-sign-in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit-sign-out")
    user_login_failed.connect(_refused, dispatch_uid="audit-sign-in-failed")
    password_changed.connect(_new_password, dispatch_uid="audit-password-changed")
    password_reset.connect(_new_password, dispatch_uid="audit-password-reset")


def _signed_in(*, user: User, **_kwargs: Any) -> None:
    with transaction.atomic():
        record(Action.SIGN_IN, by=user)


def _signed_out(*, user: User | None, **_kwargs: Any) -> None:
    if user is None:
        return
    with transaction.atomic():
        record(Action.SIGN_OUT, by=user)


def _refused(*, credentials: dict[str, Any], **_kwargs: Any) -> None:
    tried = str(credentials.get("email") or credentials.get("username") or "")
    with transaction.atomic():
        record(
            Action.SIGN_IN_FAILED,
            by=None,
            actor=tried.replace("\0", ""),
            outcome=Outcome.REFUSED,
        )


def _new_password(*, user: User, **_kwargs: Any) -> None:
    with transaction.atomic():
        record(Action.PASSWORD_CHANGED, by=user)
