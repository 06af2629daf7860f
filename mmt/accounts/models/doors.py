"""What lets in for a while: a program's key, a session, and what is counted at the door."""

import uuid
from typing import Any, ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .people import User


class Scope(models.TextChoices):
    """What a key lets a program do; never more than its person may."""

    READ = "read", _("read")
    WRITE = "write", _("read, register patients, write drafts")
    EXPORT = "export", _("read, take exports out")


class ApiToken(models.Model):
    """A key of the API: acts for its person within its scope until it expires. Only its hash is
    kept; whoever has the key needs no password, so it is shown once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60)
    scope = models.CharField(_("may"), max_length=8, choices=Scope)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(scope__in=Scope.values), name="api_token_known_scope"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="api_token_expires_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_scope_display()}"

    @property
    def is_in_force(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class Session(AbstractBaseSession):
    """A browser that is signed in, or about to be; see `mmt/accounts/store.py`."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> Any:
        from ..store import SessionStore  # which stands on this model

        return SessionStore


class DoorCount(models.Model):
    """What is counted at the door until it is forgotten (`counts.py`): the name is a hash."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField()
    until = models.FloatField(db_index=True)  # seconds since 1970

    def __str__(self) -> str:
        return self.name
