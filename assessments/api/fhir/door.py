"""How a FHIR request comes in, and how an answer or a refusal goes out."""

import json
from collections.abc import Callable, Collection
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from mmt.accounts.models import Scope
from mmt.errors import FHIR, outcome

from ...exchange.bulk_job import LINES
from ...exchange.fhir import Resource
from ...exchange.fhir_letters import PDF
from ..auth import let_in
from ..problems import Problem

JSON = "application/fhir+json"
JSON_KINDS = frozenset({JSON, "application/json", "json", "text/json"})
ANYTHING = frozenset({"application/*", "*/*"})
PDF_KINDS = ANYTHING | {PDF}
SAFE = ("GET", "HEAD")
# What a view returns: a resource, or an answer where that is no resource.
Read = Callable[..., Resource | HttpResponseBase]


def fhir(read: Read) -> Callable[..., HttpResponseBase]:
    """Make a view of a function that returns a resource; it needs a key that may read."""
    return _answering(read, scope=Scope.READ, methods=SAFE)


def open_fhir(read: Read) -> Callable[..., HttpResponseBase]:
    """The same for what tells of the server alone."""
    return _answering(read, scope=None, methods=SAFE)


def pdf_fhir(read: Read) -> Callable[..., HttpResponseBase]:
    """The same for what is a page, or a resource where JSON is asked for."""
    return _answering(read, scope=Scope.READ, methods=SAFE, taken={*JSON_KINDS, *PDF_KINDS})


def bulk_fhir(*methods: str) -> Callable[[Read], Callable[..., HttpResponseBase]]:
    """Make such a view for a key for exports, which answers these methods and lines of JSON."""
    taken = JSON_KINDS | ANYTHING | {*LINES}
    return partial(_answering, scope=Scope.EXPORT, methods=methods, taken=taken)


def wants_pdf(request: HttpRequest) -> bool:
    """Whether a page itself is asked for, as by who says nothing: https://hl7.org/fhir/R4/binary"""
    return _kinds(request)[0] not in JSON_KINDS


def _answering(
    read: Read,
    *,
    scope: Scope | None,
    methods: tuple[str, ...],
    taken: Collection[str] = JSON_KINDS | ANYTHING,
) -> Callable[..., HttpResponseBase]:
    @wraps(read)
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            _check_method(request, methods)
            _check_form(request, taken)
            if scope:
                _let_in(request, scope)
            found = read(request, *args, **kwargs)
            return found if isinstance(found, HttpResponseBase) else _answer(found)
        except Problem as found:
            return _refused(found)
        except PermissionDenied as refused:
            return outcome(HTTPStatus.FORBIDDEN, str(refused))
        except Http404:
            return outcome(HTTPStatus.NOT_FOUND, _("There is no such thing here."))

    # A session opens nothing here, so there is nothing that another site could misuse.
    return login_not_required(csrf_exempt(view))


def _check_method(request: HttpRequest, methods: tuple[str, ...]) -> None:
    if request.method not in methods:
        raise Problem(
            HTTPStatus.METHOD_NOT_ALLOWED,
            _("%(method)s is not answered here.") % {"method": request.method},
            headers={"Allow": ", ".join(methods)},
        )


def _check_form(request: HttpRequest, taken: Collection[str]) -> None:
    if not set(_kinds(request)) & set(taken):
        raise Problem(HTTPStatus.NOT_ACCEPTABLE, _("Only JSON is given: %s.") % JSON)


def _kinds(request: HttpRequest) -> list[str]:
    wanted = request.GET.get("_format") or request.headers.get("Accept", "*/*")
    return [each.partition(";")[0].strip() for each in wanted.split(",")]


def _let_in(request: HttpRequest, scope: Scope) -> None:
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    user = let_in(secret.strip(), scope) if kind.lower() == "bearer" else None
    if user is None:
        detail = _("A key is needed: Authorization: Bearer followed by it.")
        raise Problem(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})
    request.user = user


def _answer(resource: Resource) -> HttpResponse:
    return HttpResponse(json.dumps(resource, ensure_ascii=False), content_type=FHIR)


def _refused(found: Problem) -> HttpResponse:
    answer = outcome(found.status, found.detail)
    for name, value in found.headers.items():
        answer.headers[name] = value
    return answer
