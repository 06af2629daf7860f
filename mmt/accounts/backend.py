"""Who a session is of."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from mmt import trace

from .models import User


class PersonBackend(AuthenticationBackend):
    """Takes the person that was read together with the session. Whether the session still holds,
    Django asks as ever.
    """

    def get_user(self, user_id: Any) -> User | None:
        request = trace.current.get().request
        person = getattr(getattr(request, "session", None), "person", None)
        if person is None or person.pk != user_id:
            return super().get_user(user_id)
        return person if self.user_can_authenticate(person) else None
