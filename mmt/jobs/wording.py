"""How far a job is, in words."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Job, State

A_MINUTE, AN_HOUR = 60, 3600
NEARLY = 10  # seconds, below which a number would only flicker


def time_left(job: Job, now: datetime) -> str:
    """Return how long it will still take, as one would say it; "" while nobody knows."""
    if job.state == State.WAITING:
        return _("waits for its turn")
    seconds = job.seconds_left(now)
    if seconds is None:
        return _("has begun")
    if seconds < NEARLY:
        return _("a few seconds left")
    if seconds < A_MINUTE:
        return _("less than a minute left")
    if seconds < AN_HOUR:
        minutes = round(seconds / A_MINUTE)
        return ngettext("about %(count)d minute left", "about %(count)d minutes left", minutes) % {
            "count": minutes
        }
    hours = round(seconds / AN_HOUR)
    return ngettext("about %(count)d hour left", "about %(count)d hours left", hours) % {
        "count": hours
    }
