"""Error pages: the product's look, nothing of the request or of a patient in them.

They need no session, database or context, since any of these may be what failed. A program that
asked the API gets a problem document (RFC 9457) instead, one that asked by FHIR an
OperationOutcome.
"""

import sys
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from mmt import trace

RETRY_SECONDS = 5
# SQLite's primary result codes: https://www.sqlite.org/rescode.html
SQLITE_ERROR, SQLITE_IOERR, SQLITE_FULL = 1, 10, 13
POSTGRES_DISK_FULL = "53100"
FHIR = "application/fhir+json; fhirVersion=4.0"
# https://hl7.org/fhir/R4/valueset-issue-type.html
ISSUES = {
    HTTPStatus.UNAUTHORIZED: "login",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "not-supported",
    HTTPStatus.NOT_ACCEPTABLE: "not-supported",
    HTTPStatus.TOO_MANY_REQUESTS: "throttled",
    HTTPStatus.INTERNAL_SERVER_ERROR: "exception",
    HTTPStatus.SERVICE_UNAVAILABLE: "transient",
}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say why in the words of the check that refused: a sentence of ours about roles and states."""
    return _answer(request, 403, reason=str(exception or ""))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nothing else answered: a fault of ours, or a database that is away."""
    found = _database_problem(sys.exc_info()[1])
    if found is None:
        return _answer(request, 500)
    answer = _for_program(request, 503, found)
    if answer is None and request.content_type == "application/json":
        answer = JsonResponse({"error": "server", "message": found}, status=503)
    elif answer is None:
        answer = _page(503, reason=found, sent="yes" if request.method == "POST" else "")
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _database_problem(error: BaseException | None) -> str | None:
    """Return in words why the database took nothing; None if that is not what failed.

    An error may have come up while another was dealt with: the first one counts.
    """
    while error and not isinstance(error, OperationalError | InterfaceError):
        error = error.__context__
    if error is None:
        return None
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
    if code == SQLITE_ERROR:  # not away: the statement was wrong
        return None
    state = getattr(error.__cause__, "sqlstate", None)
    if code in {SQLITE_FULL, SQLITE_IOERR} or state == POSTGRES_DISK_FULL:
        return _("The disk on which the records are kept has no room or cannot be written.")
    return _("The database with the records does not answer just now.")


def problem(status: int, detail: str = "", **more: Any) -> HttpResponse:
    """Return a problem document. Its type is "about:blank": the status says what kind it is."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        **more,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def outcome(status: int, detail: str = "") -> HttpResponse:
    """Return an OperationOutcome, the refusal of a FHIR server."""
    status = HTTPStatus(status)
    issue = {
        "severity": "error",
        "code": ISSUES.get(status, "invalid"),
        "diagnostics": detail or status.phrase,
    }
    body = {"resourceType": "OperationOutcome", "issue": [issue]}
    return JsonResponse(
        body, status=status, content_type=FHIR, json_dumps_params={"ensure_ascii": False}
    )


def _answer(request: HttpRequest, status: int, **words: str) -> HttpResponse:
    return _for_program(request, status, words.get("reason", "")) or _page(status, **words)


def _for_program(request: HttpRequest, status: int, detail: str) -> HttpResponse | None:
    """Return the answer in the form that the asked address speaks; None for a page's."""
    if request.path.startswith("/api/v1/"):
        return problem(status, detail)
    if request.path.startswith("/fhir/"):
        return outcome(status, detail)
    return None


def _page(status: int, **words: str) -> HttpResponse:
    """Only a fault tells the request's name: elsewhere two answers must be the same."""
    if status >= 500:
        words["request_id"] = trace.current.get().request_id
    return HttpResponse(render_to_string(f"{status}.html", words), status=status)
