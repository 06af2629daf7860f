"""How a FHIR request comes in, and how an answer or a refusal goes out."""

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mmt.accounts.models import Scope
from mmt.accounts.tokens import ALLOWS, find_token

from ...exchange.fhir import Resource
from ..problems import Problem

FHIR = "application/fhir+json"
TAKEN = {FHIR, "application/json", "application/*", "*/*", "json", "text/json"}
Read = Callable[..., Resource]
# https://hl7.org/fhir/R4/valueset-issue-type.html
ISSUES = {
    HTTPStatus.UNAUTHORIZED: "login",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.NOT_ACCEPTABLE: "not-supported",
}


def fhir(read: Read) -> Callable[..., HttpResponse]:
    """Make a view of a function that returns a resource; it needs a key that may read."""
    return login_not_required(require_safe(_answering(read, by_key=True)))


def open_fhir(read: Read) -> Callable[..., HttpResponse]:
    """The same for what tells of the server alone."""
    return login_not_required(require_safe(_answering(read, by_key=False)))


def _answering(read: Read, *, by_key: bool) -> Callable[..., HttpResponse]:
    @wraps(read)
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _check_form(request)
            if by_key:
                _let_in(request)
            return _answer(read(request, *args, **kwargs))
        except Problem as found:
            return _outcome(found.status, found.detail, found.headers)
        except PermissionDenied as refused:
            return _outcome(HTTPStatus.FORBIDDEN, str(refused))
        except Http404:
            return _outcome(HTTPStatus.NOT_FOUND, _("There is no such thing here."))

    return view


def _check_form(request: HttpRequest) -> None:
    wanted = request.GET.get("_format") or request.headers.get("Accept", "*/*")
    kinds = {each.partition(";")[0].strip() for each in wanted.split(",")}
    if not kinds & TAKEN:
        raise Problem(HTTPStatus.NOT_ACCEPTABLE, _("Only JSON is given: %s.") % FHIR)


def _let_in(request: HttpRequest) -> None:
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    token = find_token(secret.strip()) if kind.lower() == "bearer" else None
    if token is None:
        detail = _("A key is needed: Authorization: Bearer followed by it.")
        raise Problem(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})
    if Scope.READ not in ALLOWS[Scope(token.scope)]:
        raise Problem(HTTPStatus.FORBIDDEN, _("This key does not open that."))
    request.user = token.user


def _answer(resource: Resource, status: int = 200) -> HttpResponse:
    return HttpResponse(
        json.dumps(resource, ensure_ascii=False),
        status=status,
        content_type=f"{FHIR}; fhirVersion=4.0",
    )


def _outcome(
    status: HTTPStatus, detail: str, headers: dict[str, str] | None = None
) -> HttpResponse:
    issue = {"severity": "error", "code": ISSUES.get(status, "invalid"), "diagnostics": detail}
    answer = _answer({"resourceType": "OperationOutcome", "issue": [issue]}, status)
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer
