"""Which request is being answered: what an audit event and a log line need to point back to it."""

from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Trace:
    request_id: str = ""
    address: str | None = None


# Whether the audit log was told that something was refused to this request.
refused: ContextVar[bool] = ContextVar("refused", default=False)
current: ContextVar[Trace] = ContextVar("current_request", default=Trace())  # noqa: B039  (frozen)


def client_address(request: HttpRequest) -> str | None:
    """Return the peer's address; the server has already put a trusted proxy's word in its place."""
    try:
        return str(ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None
