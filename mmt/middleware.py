"""House rules that hold for every answer."""

import codecs
import re
import uuid
from collections.abc import Callable

from csp.utils import build_policy
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import activate, get_language

from mmt import errors, trace

UNUSED = ", ".join(
    f"{part}=()"
    for part in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)

REQUEST_ID = re.compile(r"[0-9a-f]{32}")  # nginx's $request_id, and ours
GetResponse = Callable[[HttpRequest], HttpResponseBase]


def request_id(get_response: GetResponse) -> GetResponse:
    """Name each request, so that its audit events and log lines can be found together, and say in
    which language it is answered: unsaid, each of a page's words looks for it in vain first.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        name = _named_by_proxy(request) or uuid.uuid4().hex
        request.META["REQUEST_ID"] = name  # for what is said after the last middleware
        token = trace.current.set(trace.Trace(name, trace.client_address(request), request))
        trace.refused.set(False)
        activate(get_language() or settings.LANGUAGE_CODE)
        try:
            response = get_response(request)
        finally:
            trace.current.reset(token)
        response.headers["X-Request-ID"] = name
        return response

    return middleware


def _named_by_proxy(request: HttpRequest) -> str | None:
    """Return the name that the proxy in front gave, if it is one.

    The server leaves X-Forwarded-For on what the trusted proxy sent, and on nothing else.
    """
    name = request.headers.get("X-Request-ID", "")
    trusted = settings.HTTPS and "X-Forwarded-For" in request.headers
    return name if trusted and REQUEST_ID.fullmatch(name) else None


def bodiless_head(get_response: GetResponse) -> GetResponse:
    """Answer HEAD without a body: the embedded server would send one and mix up keep-alive."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method != "HEAD":
            return response
        bare = HttpResponse(status=response.status_code, headers=dict(response.headers))
        bare.cookies = response.cookies
        response.close()
        return bare

    return middleware


def isolated(get_response: GetResponse) -> GetResponse:
    """Let no other site embed an answer, static files too, and no page ask for the device's parts.

    Passkeys stay allowed: they are how people sign in.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = UNUSED
        if settings.HTTPS:
            response.headers["Reporting-Endpoints"] = f'csp="{settings.REPORTS}"'
        return response

    return middleware


def sealed_programs(get_response: GetResponse) -> GetResponse:
    """Refuse a program that asks in plain where there is TLS: its key has travelled unsealed."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_program = request.path.startswith(("/api/v1/", "/fhir/"))
        if settings.HTTPS and is_program and not request.is_secure():
            return errors.problem(403, "Ask over HTTPS, and replace the key that was sent.")
        return get_response(request)

    return middleware


def private(get_response: GetResponse) -> GetResponse:
    """Keep every page, file and error out of caches, and say what a page may load and send where.

    Static files are answered before this.
    """
    policy = build_policy()  # once: the package's own middleware does it twice for each answer

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = policy
        return response

    return middleware


class Utf8Request(WSGIRequest):
    """Read as UTF-8 whatever charset it says: another one could fail on the query before there is
    anything to answer with. `clean_input` refuses it.
    """

    encoding = property(lambda _request: "utf-8", lambda _request, _said: None)


def clean_input(get_response: GetResponse) -> GetResponse:
    """Refuse NUL in the query: no filter means it, and PostgreSQL cannot take it.

    And another charset than UTF-8, in which no page of ours sends: what Python knows by such names
    is more than letters.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not _is_utf8(request) or _has_nul(request):
            return errors.bad_request(request)
        return get_response(request)

    return middleware


def _is_utf8(request: HttpRequest) -> bool:
    """Return whether the content says no charset, or this one by any of its names."""
    charset = (request.content_params or {}).get("charset", "utf-8")
    try:
        return codecs.lookup(charset).name == "utf-8"
    except LookupError:
        return False


def _has_nul(request: HttpRequest) -> bool:
    said = (text for key, values in request.GET.lists() for text in (key, *values))
    return "\0" in request.path or any("\0" in text for text in said)
