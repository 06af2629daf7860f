"""Sessions in the database, each with its person, so that they can be listed and ended."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY as WAITING
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY as SECRET
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import OperationalError
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from mmt.kept import Kept

from .again import FILE
from .factors.sealing import seal, unseal
from .models import Membership, Session, User
from .models.people import MembershipQuerySet
from .session import ADDRESS, AGENT, SEEN, STARTED

# What a browser says of itself, the telling word first: others borrow each other's names.
BROWSERS = {"Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "iPad": "iPad",
    "iPhone": "iPhone",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def _memberships_by(key: str) -> MembershipQuerySet:
    """Return the memberships of a session's person, each with person, clinic and session."""
    found = Membership.objects.filter(user__sessions__session_key=key).in_force()
    names = ("session_data", "expire_date")
    return found.select_related("user").annotate(
        **{name: F(f"user__sessions__{name}") for name in names}
    )


_kept_memberships = Kept(_memberships_by)
_kept_session = Kept(lambda key: Session.objects.filter(session_key=key).select_related("user"))

SEALED = {SECRET, WAITING, FILE}


class SessionStore(DatabaseStore):
    """What a session holds back is sealed in its row: the secret of an app that is being set up, as
    that of one in use is, and what waits until its person has given the password again.

    `person` was read together with the session, and so were their roles; None where nobody is
    signed in.
    """

    person: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        found = _find(self.session_key) if self.session_key else None
        if found is None or found.expire_date <= timezone.now():
            self._session_key = None
            return None
        self.person = found.user
        return found

    def save(self, must_create: bool = False) -> None:
        """Django takes whatever refuses this for a session that is gone, and answers 400. Raises
        OperationalError where the database was away or held: that is answered 503, and sent again.
        """
        try:
            super().save(must_create)
        except UpdateError as refused:
            if isinstance(refused.__context__, OperationalError):
                raise refused.__context__ from refused.__context__.__cause__
            raise

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        session: Any = super().create_model_instance(data)
        session.user_id = data.get("_auth_user_id")
        return session

    def encode(self, session_dict: dict[str, Any]) -> str:
        sealed = {name: seal(json.dumps(session_dict[name])) for name in SEALED & set(session_dict)}
        return super().encode(session_dict | sealed)

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        session_dict: dict[str, Any] = super().decode(session_data)
        for name in SEALED & set(session_dict):
            try:
                session_dict[name] = json.loads(unseal(str(session_dict[name])))
            except InvalidToken:  # of a key that is gone, or from before: as if it were not there
                del session_dict[name]
        return session_dict


def _find(key: str) -> Session | None:
    """Return the session with its person and, if they have any, their memberships in force."""
    if members := _kept_memberships(key):
        first: Any = members[0]
        first.user.active_memberships = members
        return Session(key, first.session_data, first.expire_date, user=first.user)
    return next(iter(_kept_session(key)), None)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """`handle` names it on a page: the key itself would open it."""

    handle: str
    started: datetime
    seen: datetime
    address: str
    device: str
    is_this: bool


def open_sessions(user: User, this_key: str | None) -> list[OpenSession]:
    """Return the person's sessions that are not over, the one in use first."""
    found = []
    for row in Session.objects.filter(user=user, expire_date__gt=timezone.now()):
        facts = row.get_decoded()
        started = facts.get(STARTED, 0)
        if started + settings.SESSION_LONGEST < time.time():
            continue
        found.append(
            OpenSession(
                handle=handle_of(row.session_key),
                started=datetime.fromtimestamp(started, UTC),
                seen=datetime.fromtimestamp(facts.get(SEEN, started), UTC),
                address=facts.get(ADDRESS, ""),
                device=device_name(facts.get(AGENT, "")),
                is_this=row.session_key == this_key,
            )
        )
    return sorted(found, key=lambda each: (not each.is_this, -each.seen.timestamp()))


def handle_of(session_key: str) -> str:
    return salted_hmac("mmt.session", session_key, algorithm="sha256").hexdigest()[:32]


def device_name(agent: str) -> str:
    """Return "Firefox, Windows" and the like; empty where nothing is known."""
    parts = (
        next((name for word, name in known.items() if word in agent), "")
        for known in (BROWSERS, SYSTEMS)
    )
    return ", ".join(part for part in parts if part)


def end_session(user: User, handle: str) -> bool:
    """End one of the person's own sessions; say whether there was one of that name."""
    for key in Session.objects.filter(user=user).values_list("session_key", flat=True):
        if handle_of(key) == handle:
            Session.objects.filter(session_key=key).delete()
            return True
    return False


def end_others(request: HttpRequest) -> None:
    """End every session of this person but the one of this request."""
    others = Session.objects.filter(user=request.user.pk)
    others.exclude(session_key=request.session.session_key).delete()


def end_all(user: User) -> None:
    Session.objects.filter(user=user).delete()
