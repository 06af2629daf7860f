"""A piece of background work, from asking for it until its file is thrown away."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic, User

KEPT = timedelta(days=7)


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("under way")
    DONE = "done", _("ready")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


UNFINISHED = (State.WAITING, State.RUNNING)
FINISHED = (State.DONE, State.FAILED, State.CANCELLED)


def _a_week_from_now() -> datetime:
    return timezone.now() + KEPT


class Job(models.Model):
    """`kind` is a key of `kinds`, `arguments` what that kind is told.

    While it runs, `claim` names the one worker whose word counts, and `lease_until` is how long
    without a sign of life (`heartbeat_at`) it still does. `file` is the name of the result in the
    folder of results, `file_name` the one it is downloaded under. `seen_at` is when the owner saw
    how it ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="jobs", db_index=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    claim = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    error = models.CharField(max_length=300, blank=True)
    file = models.CharField(max_length=60, blank=True)
    file_name = models.CharField(max_length=100, blank=True)
    file_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(default=_a_week_from_now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="job_known_state"),
            models.CheckConstraint(
                condition=Q(state="running", claim__isnull=False, lease_until__isnull=False)
                | Q(~Q(state="running"), claim__isnull=True, lease_until__isnull=True),
                name="job_running_has_a_worker",
            ),
            models.CheckConstraint(
                condition=(~Q(state__in=FINISHED) | Q(finished_at__isnull=False))
                & (~Q(state__in=UNFINISHED) | Q(finished_at__isnull=True)),
                name="job_finished_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") ^ Q(error=""), name="job_failed_says_why"
            ),
            models.CheckConstraint(
                condition=Q(file="") | Q(state="done"), name="job_file_only_when_done"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="job_expires_after_it_was_made"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["owner", "made_at"], name="job_by_owner"),
            models.Index(
                fields=["made_at"], condition=Q(state__in=UNFINISHED), name="job_unfinished"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def is_ready(self) -> bool:
        """Whether there is a file to take."""
        return bool(self.file) and self.expires_at > timezone.now()

    def seconds_left(self, now: datetime) -> float | None:
        """Return how long it will take at the pace so far; None while there is none."""
        if not (self.started_at and self.done and self.total):
            return None
        passed = (now - self.started_at).total_seconds()
        return max(0.0, passed / self.done * (self.total - self.done))


class DutyRun(models.Model):
    """When a duty was last begun and done: `name` is its path in settings.DUTIES.

    `ended_at` is when the last run that came to its end was begun, so that a duty keeps its hour;
    `alive_at` the last sign of a run under way or of one that failed.
    """

    name = models.CharField(max_length=120, primary_key=True)
    begun_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name


class WorkerSign(models.Model):
    """When a worker was last alive (`signs`)."""

    id = models.UUIDField(primary_key=True, editable=False)
    alive_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.id}, alive {self.alive_at:%Y-%m-%d %H:%M:%S}"
