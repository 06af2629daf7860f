"""What went wrong, as problem documents (RFC 9457)."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from mmt.errors import problem

from .schemas import ProblemOut

# What any operation may answer instead.
REFUSED = {frozenset({400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503}): ProblemOut}


class Problem(Exception):
    """Ends a request. `errors` name the fields; `more` stands in the document as it is."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        errors: Iterable[Mapping[str, str]] = (),
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.errors, self.more, self.headers = list(errors), dict(more or {}), dict(headers or {})

    def response(self) -> HttpResponse:
        named = {"errors": self.errors} if self.errors else {}
        answer = problem(self.status, self.detail, **named, **self.more)
        for name, value in self.headers.items():
            answer.headers[name] = value
        return answer


def refused_fields(errors: Mapping[str, Iterable[Any]]) -> Problem:
    """Return the problem of a form's errors, field by field."""
    named = [
        {"field": "" if name == "__all__" else name, "message": str(message)}
        for name, messages in errors.items()
        for message in messages
    ]
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _("Some fields cannot be taken."), errors=named)


def answer_with_problems(api: NinjaAPI) -> None:
    """Have every refusal of this API be a problem document."""

    @api.exception_handler(Problem)
    def ours(request: HttpRequest, found: Problem) -> HttpResponse:
        return found.response()

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, found: ValidationError) -> HttpResponse:
        errors = [{"field": _field(each["loc"]), "message": each["msg"]} for each in found.errors]
        detail = _("Some fields cannot be taken.")
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors).response()

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, found: AuthenticationError) -> HttpResponse:
        detail = _("A key is needed: Authorization: Bearer followed by it.")
        headers = {"WWW-Authenticate": "Bearer"}
        return Problem(HTTPStatus.UNAUTHORIZED, detail, headers=headers).response()

    @api.exception_handler(HttpError)
    def unreadable(request: HttpRequest, found: HttpError) -> HttpResponse:
        return Problem(HTTPStatus(found.status_code), str(found)).response()

    @api.exception_handler(PermissionDenied)
    def forbidden(request: HttpRequest, found: PermissionDenied) -> HttpResponse:
        return Problem(HTTPStatus.FORBIDDEN, str(found)).response()

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, found: Http404) -> HttpResponse:
        return Problem(HTTPStatus.NOT_FOUND, _("There is no such thing here.")).response()

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, found: RequestDataTooBig) -> HttpResponse:
        return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("This is too long.")).response()


def _field(place: Iterable[Any]) -> str:
    """Return the field's name as the caller wrote it: without where pydantic looked for it."""
    names = [str(part) for part in place]
    inside = names[2:] if names[:1] == ["body"] else names[1:]
    return ".".join(inside) or ".".join(names)
