"""A second factor that was used or refused goes on the audit log.

Signals, as for the password (`mmt/accounts/signin.py`): the checking is django-allauth's.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_used
from django.db import transaction
from django.http import HttpRequest

from mmt.audit.log import record
from mmt.audit.models import Action, Outcome

from ..models import User
from .rule import note_passed


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
    tell(Action.FACTOR_USED, user, authenticator.type)


def _failed(*, user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    tell(Action.FACTOR_FAILED, user, authenticator.type, Outcome.REFUSED)
