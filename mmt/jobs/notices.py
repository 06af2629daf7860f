"""The quiet word on the next page that a job has ended.

A session that asked for a job carries a mark until all are seen, so that no other page of the
product asks the database. The start page asks in any case: the job may be of an earlier session.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .kinds import page_of
from .models import FINISHED, UNFINISHED, Job

MARK = "jobs"
START = "start"
SHOWN = 3


def expect(request: HttpRequest) -> None:
    """Have this session's pages look for jobs that ended."""
    request.session[MARK] = True


def news(request: HttpRequest) -> dict[str, Any]:
    """Give each page the ended jobs that the person has not seen yet."""
    user, match = getattr(request, "user", None), request.resolver_match
    if user is None or not user.is_authenticated:
        return {}
    if not (request.session.get(MARK) or (match and match.view_name == START)):
        return {}
    return {"ended_jobs": SimpleLazyObject(lambda: _ended(request))}


def _ended(request: HttpRequest) -> list[tuple[Job, str]]:
    """Return the ended jobs, each with the page of what came of it."""
    mine = Job.objects.filter(owner=request.user.pk)
    ended = list(mine.filter(state__in=FINISHED, seen_at=None).order_by("-finished_at")[:SHOWN])
    if MARK in request.session and not ended and not mine.filter(state__in=UNFINISHED).exists():
        del request.session[MARK]
    return [(job, page_of(job)) for job in ended]
