"""What is kept for a time only, and its removal when that has passed.

Each room says what it keeps for how long (`Rule`) and registers it when it starts. What is certain
never to be asked for again goes every day by a worker (`daily`), the rest by `manage.py retention`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import ApiToken, Invitation, Session
from mmt.audit.log import record
from mmt.audit.models import Action, Refusal, Viewing

from . import queue
from .models import Job, State

INVITATIONS_KEPT = timedelta(days=90)
KEYS_KEPT = timedelta(days=365)
VIEWINGS_KEPT = timedelta(days=1)
ACTOR = "retention"


@dataclass(frozen=True, slots=True)
class Rule:
    """`past` finds the rows of one table whose time has passed; `remove` removes them and returns
    how many went. With `daily`, a worker does it every day.
    """

    key: str
    title: str | Promise
    past: Callable[[], "QuerySet[Any]"]
    remove: Callable[["QuerySet[Any]"], int]
    daily: bool

    @property
    def table(self) -> str:
        return str(self.past().model._meta.db_table)


_registered: dict[str, Rule] = {}


def register(*rules: Rule) -> None:
    _registered.update({rule.key: rule for rule in rules})


def rules() -> list[Rule]:
    return list(_registered.values())


def apply(rule: Rule) -> int:
    """Remove what is past its time, tell the audit log how much that was, and return it."""
    if not rule.past().exists():
        return 0
    with transaction.atomic():
        removed = rule.remove(rule.past())
        if removed:
            record(
                Action.RETENTION_APPLIED,
                by=None,
                actor=ACTOR,
                target=rule.key,
                detail={"table": rule.table, "removed": removed},
            )
    return removed


def daily() -> Iterator[None]:
    """A duty of the workers (`duties`): a rule a step."""
    for rule in rules():
        if rule.daily:
            apply(rule)
            yield


def deleted(rows: "QuerySet[Any]") -> int:
    """Delete the rows and return how many they were, without what went with them."""
    return rows.delete()[1].get(rows.model._meta.label, 0)


def _ended_sessions() -> "QuerySet[Session]":
    return Session.objects.filter(expire_date__lt=timezone.now())


def _old_invitations() -> "QuerySet[Invitation]":
    return Invitation.objects.filter(expires_at__lt=timezone.now() - INVITATIONS_KEPT)


def _old_keys() -> "QuerySet[ApiToken]":
    before = timezone.now() - KEYS_KEPT
    return ApiToken.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))


def _expired_jobs() -> "QuerySet[Job]":
    return Job.objects.filter(expires_at__lt=timezone.now()).exclude(state=State.RUNNING)


def _clear_jobs(jobs: "QuerySet[Job]") -> int:
    count = jobs.count()
    queue.clear()
    return count


def _old_viewings() -> "QuerySet[Viewing]":
    return Viewing.objects.filter(hour__lt=timezone.now() - VIEWINGS_KEPT)


def _old_refusals() -> "QuerySet[Refusal]":
    return Refusal.objects.filter(hour__lt=timezone.now() - VIEWINGS_KEPT)


RULES = (
    Rule("sessions", _("sessions that have ended"), _ended_sessions, deleted, daily=True),
    Rule("jobs", _("background work and its files"), _expired_jobs, _clear_jobs, daily=True),
    Rule(
        "viewings", _("notes that a viewing was told this hour"), _old_viewings, deleted, daily=True
    ),
    Rule(
        "refusals", _("notes that a refusal was told this hour"), _old_refusals, deleted, daily=True
    ),
    Rule("invitations", _("invitations that have ended"), _old_invitations, deleted, daily=False),
    Rule("keys", _("keys of the API that have ended"), _old_keys, deleted, daily=False),
)
