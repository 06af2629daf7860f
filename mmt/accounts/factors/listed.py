"""A person's second factors as pages show them."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from ..models import User

Kind = Authenticator.Type


@dataclass(frozen=True, slots=True)
class Factor:
    pk: int
    kind: str
    name: str
    added: datetime
    used: datetime | None


def factors_of(person: User) -> list[Factor]:
    """Return them in the order they were added, recovery codes last: one query."""
    rows = Authenticator.objects.filter(user=person).order_by("created_at", "pk")
    found = [Factor(row.pk, row.type, _name(row), row.created_at, row.last_used_at) for row in rows]
    return sorted(found, key=lambda factor: factor.kind == Kind.RECOVERY_CODES)


def _name(row: Authenticator) -> str:
    match row.type:
        case Kind.TOTP:
            return _("Authenticator app")
        case Kind.WEBAUTHN:
            return _("Passkey: %(name)s") % {"name": row.wrap().name}
        case Kind.RECOVERY_CODES:
            left = len(row.wrap().get_unused_codes())
            return _("Recovery codes: %(left)s left") % {"left": left}
    raise ValueError(f"An unknown kind of second factor: {row.type}")
