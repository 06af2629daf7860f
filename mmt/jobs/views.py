"""What one asked for: how far it is, and its file."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mmt.accounts.requests import SignedInRequest
from mmt.audit.models import Outcome

from . import actions, files
from .kinds import kind_of, page_of
from .models import Job
from .wording import time_left

SHOWN = 50


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """The person's own jobs, newest first; the page asks anew for the list while one goes on."""
    now = timezone.now()
    found = Job.objects.filter(owner=request.user, expires_at__gt=now).select_related("clinic")
    jobs = list(found.order_by("-made_at", "id")[:SHOWN])
    actions.mark_seen(jobs)
    context = {
        "jobs": [(job, time_left(job, now), page_of(job)) for job in jobs],
        "unfinished": any(job.is_unfinished for job in jobs),
    }
    return render(request, "jobs/_list.html" if request.htmx else "jobs/index.html", context)


@require_POST
def cancel(request: SignedInRequest, job_id: UUID) -> HttpResponse:
    job = _mine(request, job_id)
    if not actions.cancel(job, by=request.user):
        messages.info(request, _("That had already ended."))
    return redirect("jobs:index")


@require_safe
def file(request: SignedInRequest, job_id: UUID) -> HttpResponseBase:
    """The file, to its owner alone, who must have the right to it still."""
    job = _mine(request, job_id)
    if not job.is_ready:
        raise Http404
    kind = kind_of(job)
    if kind is None or not kind.may(job):
        actions.tell_taken(job, by=request.user, outcome=Outcome.REFUSED)
        raise PermissionDenied(_("You no longer have the right to this file."))
    try:
        opened = files.path_of(job).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    actions.tell_taken(job, by=request.user)
    return FileResponse(
        opened, as_attachment=True, filename=job.file_name, content_type=job.file_type
    )


def _mine(request: SignedInRequest, job_id: UUID) -> Job:
    return get_object_or_404(
        Job.objects.select_related("clinic", "owner"), owner=request.user, pk=job_id
    )
