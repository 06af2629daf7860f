"""Error pages: the product's look, nothing of the request or of a patient in them.

They need no session, database or context, since any of these may be what failed.
"""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say why in the words of the check that refused: a sentence of ours about roles and states."""
    return _page(403, reason=str(exception or ""))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(500)


def _page(status: int, **words: str) -> HttpResponse:
    return HttpResponse(render_to_string(f"{status}.html", words), status=status)
