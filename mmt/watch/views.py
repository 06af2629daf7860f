"""Addresses for machines that watch: `/readyz` and `/metrics`."""

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from mmt import trace

from . import ready


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether this node can serve: 200, or 503 and which part cannot.

    `?without=worker` leaves the worker out of the verdict: a proxy must not take every node out
    because nobody does exports.
    """
    parts = ready.remembered()
    left_out = {"worker"} if request.GET.get("without") == "worker" else set()
    fine = all(said == ready.OK for part, said in parts.items() if part not in left_out)
    return JsonResponse({"ready": fine, "parts": parts}, status=200 if fine else 503)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give Prometheus its figures. Who may not have them finds no such page."""
    if not _may_have_figures(request):
        raise Http404
    from . import figures  # what nobody asks for takes no memory

    return HttpResponse(figures.text(), content_type=figures.TYPE)


def _may_have_figures(request: HttpRequest) -> bool:
    token, sent = settings.METRICS_TOKEN, request.headers.get("Authorization", "")
    if token and hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
        return True
    address = trace.client_address(request)
    if address is None:
        return False
    return any(ip_address(address) in network for network in settings.METRICS_ADDRESSES)
