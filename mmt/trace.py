"""Which request is being answered: what an audit event and a log line need to point back to it."""

from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve

NO_ROUTE = "no-page"


@dataclass(frozen=True, slots=True)
class Trace:
    request_id: str = ""
    address: str | None = None
    request: HttpRequest | None = None


# Whether the audit log was told that something was refused to this request.
refused: ContextVar[bool] = ContextVar("refused", default=False)
current: ContextVar[Trace] = ContextVar("current_request", default=Trace())  # noqa: B039  (frozen)


def client_address(request: HttpRequest) -> str | None:
    """Return the peer's address; the server has already put a trusted proxy's word in its place."""
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None


def route(request: HttpRequest | None) -> str:
    """Return the name of what was asked for: "static" for files, "no-page" for no page of ours."""
    if request is None:
        return NO_ROUTE
    if request.resolver_match:
        return request.resolver_match.view_name
    # Answered, or still on its way, before the address was looked at.
    if request.path.startswith(settings.STATIC_URL):
        return "static"
    return route_of(request.path)


def route_of(path: str) -> str:
    """The same for a path alone, with or without a query."""
    try:
        return resolve(urlsplit(path).path).view_name
    except (Resolver404, ValueError):
        return NO_ROUTE
