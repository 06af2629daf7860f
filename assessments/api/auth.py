"""Who asks: a key in the Authorization header, and what it opens."""

from http import HTTPStatus

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from mmt.accounts.models import Scope, User
from mmt.accounts.tokens import ALLOWS, find_token

from . import limit
from .problems import Problem


def let_in(secret: str, scope: Scope) -> User | None:
    """Return whose key this is; None for one that opens nothing.

    Raises Problem for a key of another scope, and for one that asks too often.
    """
    found = find_token(secret)
    if found is None:
        return None
    if scope not in ALLOWS[Scope(found.scope)]:
        detail = _("This key does not open that: make one that may “%(scope)s”.")
        raise Problem(HTTPStatus.FORBIDDEN, detail % {"scope": scope.label})
    limit.count(found.user)
    return found.user


class Key(HttpBearer):
    """A key that opens this scope. A session's cookie opens nothing here, so no page of another
    site can ask in a person's name.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        user = let_in(token, self.scope)
        if user:
            request.user = user
        return user


READ, WRITE, EXPORT = Key(Scope.READ), Key(Scope.WRITE), Key(Scope.EXPORT)
