"""Keys with which a program acts for a person, within one scope, until they expire."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mmt.audit.log import record
from mmt.audit.models import Action

from .actions import TOKEN_BYTES, token_hash
from .models import ApiToken, Scope, User

PREFIX = "mmt_"  # so that a key that leaked can be recognised
SEEN_EVERY = timedelta(minutes=1)
ALLOWS = {
    Scope.READ: frozenset({Scope.READ}),
    Scope.WRITE: frozenset({Scope.READ, Scope.WRITE}),
    Scope.EXPORT: frozenset({Scope.READ, Scope.EXPORT}),
}


@transaction.atomic
def make_token(*, name: str, scope: Scope, days: int, by: User) -> tuple[ApiToken, str]:
    """Return a new key's row and the key itself, which is kept nowhere."""
    secret = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    now = timezone.now()
    token = ApiToken.objects.create(
        user=by,
        name=name,
        scope=scope,
        token_hash=token_hash(secret),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(
        Action.TOKEN_MADE,
        by=by,
        target=token.pk,
        detail={"name": name, "scope": scope.value, "until": token.expires_at.isoformat()},
    )
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User) -> None:
    """A key that was revoked before stays as it is."""
    locked = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if locked.revoked_at:
        return
    locked.revoked_at = timezone.now()
    locked.save(update_fields=["revoked_at"])
    record(Action.TOKEN_REVOKED, by=by, target=token.pk, detail={"name": token.name})


def find_token(secret: str) -> ApiToken | None:
    """Return the key in force with its person, and note that it was used; None for any other."""
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user")
        .filter(
            token_hash=token_hash(secret),
            revoked_at=None,
            expires_at__gt=now,
            user__is_active=True,
        )
        .first()
    )
    if token:
        long_ago = Q(used_at=None) | Q(used_at__lt=now - SEEN_EVERY)
        ApiToken.objects.filter(long_ago, pk=token.pk).update(used_at=now)
    return token
