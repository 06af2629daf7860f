"""Who asks: a key in the Authorization header, and what it opens."""

from http import HTTPStatus

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from mmt.accounts.models import Scope, User
from mmt.accounts.tokens import ALLOWS, find_token

from .problems import Problem


class Key(HttpBearer):
    """A key that opens this scope. A session's cookie opens nothing here, so no page of another
    site can ask in a person's name.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        found = find_token(token)
        if found is None:
            return None
        if self.scope not in ALLOWS[Scope(found.scope)]:
            detail = _("This key does not open that: make one that may “%(scope)s”.")
            raise Problem(HTTPStatus.FORBIDDEN, detail % {"scope": self.scope.label})
        request.user = found.user
        return found.user


READ, WRITE, EXPORT = Key(Scope.READ), Key(Scope.WRITE), Key(Scope.EXPORT)
