"""FHIR bulk data: ask for everything, come back for how far it is, then take the files.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html
"""

import zipfile
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _

from mmt.accounts.requests import SignedInRequest
from mmt.audit.models import Outcome
from mmt.errors import outcome
from mmt.jobs import files
from mmt.jobs.actions import cancel, discard, tell_taken
from mmt.jobs.kinds import kind_of
from mmt.jobs.models import Job, State
from mmt.jobs.wording import time_left

from ...exchange.bulk_job import KEY, LINES, BulkForm, ask
from ...exchange.fhir_bulk import counts_of, file_of
from ...exchange.views import rights_of
from ...signing import known_broken
from ..problems import Problem
from .door import bulk_fhir
from .search import check_known, refused

BLOCK = 64 * 1024
SOONEST, LATEST = 2, 120  # seconds after which to ask again
# What was being signed while the file was begun may come twice, but is never left out.
OVERLAP = timedelta(minutes=1)


@bulk_fhir("GET")
def export(request: SignedInRequest) -> HttpResponse:
    """Begin: nothing comes at once, so whoever cannot wait is refused."""
    check_known(request.GET, BulkForm.base_fields, also=())
    if "respond-async" not in request.headers.get("Prefer", ""):
        raise Problem(HTTPStatus.BAD_REQUEST, _("Ask with the header “Prefer: respond-async”."))
    # A plus sign that came as a blank: of a time zone, or in the name of a kind of file.
    told = {name: str(text).replace(" ", "+") for name, text in request.GET.items()}
    form = BulkForm(told, rights=rights_of(request.user))
    if not form.is_valid():
        name, [message, *_more] = next(iter(form.errors.items()))
        raise refused(name, str(message).rstrip("."))
    job = ask(form, by=request.user, request=request.build_absolute_uri())
    if job is None:
        again = {"Retry-After": str(LATEST)}
        detail = _("Wait until one of your exports has ended.")
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, headers=again)
    where = request.build_absolute_uri(reverse("fhir:bulk", args=[job.pk]))
    return HttpResponse(status=HTTPStatus.ACCEPTED, headers={"Content-Location": where})


@bulk_fhir("GET", "DELETE")
def status(request: SignedInRequest, job_id: UUID) -> HttpResponse:
    """How far it is, or what there is to take; deleting calls it off or throws it away."""
    job = _mine(request, job_id)
    if request.method == "DELETE":
        if not cancel(job, by=request.user):
            discard(job, by=request.user)
        return HttpResponse(status=HTTPStatus.ACCEPTED)
    if job.is_unfinished:
        return _not_yet(job)
    if job.state == State.FAILED:
        return outcome(HTTPStatus.INTERNAL_SERVER_ERROR, job.error)
    return JsonResponse(_manifest(request, job), headers={"Expires": _expires(job)})


def _expires(job: Job) -> str:
    return http_date(job.expires_at.timestamp())


def _not_yet(job: Job) -> HttpResponse:
    now = timezone.now()
    seconds = min(LATEST, max(SOONEST, round(job.seconds_left(now) or 0)))
    told = _("%(done)d of %(total)d resources") % {"done": job.done, "total": job.total}
    headers = {"X-Progress": f"{told}, {time_left(job, now)}"[:100], "Retry-After": str(seconds)}
    return HttpResponse(status=HTTPStatus.ACCEPTED, headers=headers)


def _manifest(request: HttpRequest, job: Job) -> dict[str, Any]:
    if job.started_at is None:
        raise Http404
    with zipfile.ZipFile(_path(job)) as archive:
        counts = counts_of(archive)
    began = job.started_at - OVERLAP
    return {
        "transactionTime": began.isoformat(timespec="milliseconds"),
        "request": job.arguments["request"],
        "requiresAccessToken": True,
        "output": [
            {
                "type": kind,
                "url": request.build_absolute_uri(reverse("fhir:bulk_file", args=[job.pk, kind])),
                "count": count,
            }
            for kind, count in counts.items()
            if count
        ],
        "error": [],
        "extension": {"recordsNotMatchingTheirSignature": len(known_broken(job.clinic_id))},
    }


@bulk_fhir("GET", "HEAD")
def file(request: SignedInRequest, job_id: UUID, kind: str) -> HttpResponseBase:
    """The resources of one kind as lines, to the owner's key alone."""
    job = _mine(request, job_id)
    known = kind_of(job)
    if known is None or not known.may(job):
        tell_taken(job, by=request.user, outcome=Outcome.REFUSED)
        raise Problem(HTTPStatus.FORBIDDEN, _("You no longer have the right to this file."))
    path, name = _path(job), file_of(kind)
    with zipfile.ZipFile(path) as archive:
        if name not in archive.namelist():
            raise Http404
    tell_taken(job, by=request.user)
    return StreamingHttpResponse(_read(path, name), content_type=LINES[0])


def _read(path: Path, name: str) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive, archive.open(name) as opened:
        while block := opened.read(BLOCK):
            yield block


def _mine(request: SignedInRequest, job_id: UUID) -> Job:
    """Return the person's own export; one that was called off or thrown away is nowhere."""
    mine = Job.objects.filter(owner=request.user, kind=KEY, expires_at__gt=timezone.now())
    known = mine.exclude(state=State.CANCELLED).exclude(cancel_asked=True)
    return get_object_or_404(known.select_related("clinic", "owner"), pk=job_id)


def _path(job: Job) -> Path:
    path = files.path_of(job)
    if not (job.is_ready and path.is_file()):
        raise Http404
    return path
