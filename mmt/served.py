"""Each request counted, and told in one line of the log: by its route, never by its address."""

import logging
import time
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mmt import metrics, trace
from mmt.middleware import GetResponse

log = logging.getLogger("mmt.request")


def served(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        seconds = time.perf_counter() - began
        route = trace.route(request)
        metrics.count_request(route, request.method or "", response.status_code, seconds)
        if log.isEnabledFor(logging.INFO):
            facts = {
                "route": route,
                "method": request.method if request.method in metrics.METHODS else "other",
                "status": response.status_code,
                "ms": round(seconds * 1000, 1),
                "user": _user_id(request),
            }
            log.info("answered", extra={"facts": facts})
        return response

    return middleware


def _user_id(request: HttpRequest) -> str | None:
    """Return who asked, if that was found out anyway: nobody is looked up for the log."""
    user: Any = getattr(request, "_cached_user", None)
    return str(user.pk) if user is not None and user.is_authenticated else None
