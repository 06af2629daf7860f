"""A second factor that was used or refused goes on the audit log.

Signals, as for the password (`mmt/accounts/signin.py`): the checking is django-allauth's.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_used
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest

from mmt.audit.log import record
from mmt.audit.models import Action, Outcome

from ..models import User
from .rule import note_passed

SEVERAL = 4  # wrong codes, one after another: fewer are slips
A_DAY = 24 * 3600  # seconds


def watch() -> None:
    authenticator_used.connect(_used, dispatch_uid="audit-factor-used")
    authentication_failed.connect(_failed, dispatch_uid="audit-factor-failed")


def tell(action: Action, person: User | None, kind: str, outcome: Outcome = Outcome.DONE) -> None:
    """`person` is None where a passkey of nobody known was shown."""
    with transaction.atomic():
        record(action, by=person, detail={"kind": kind}, outcome=outcome)


def _used(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any
) -> None:
    note_passed(request, user)
    cache.delete(_wrong_codes(user))
    tell(Action.FACTOR_USED, user, authenticator.type)


def _failed(*, user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    tell(Action.FACTOR_FAILED, user, authenticator.type, Outcome.REFUSED)
    _warn(user)


def _warn(person: User) -> None:
    """Whoever is asked for a code has given the right password: tell its owner, once a day."""
    cache.add(_wrong_codes(person), 0, timeout=A_DAY)
    try:
        wrong = cache.incr(_wrong_codes(person))
    except ValueError:  # let in by another browser between the two
        return
    if wrong == SEVERAL:
        get_adapter().send_notification_mail("mfa/email/wrong_codes", person)


def _wrong_codes(person: User) -> str:
    return f"wrong-codes:{person.pk}"
