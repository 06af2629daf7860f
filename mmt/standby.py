"""Reads that may be a moment old, on a standby of PostgreSQL; everything else is on the primary.

Nothing of this is in use unless STANDBY_URL names a standby. What a person has just written they
find again: after a request that writes, a signed cookie holds how far the primary's log was then,
and their reads stay on the primary until the standby has come so far. Who may see what, and the
audit log, are never asked of a standby.
"""

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections, models
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from mmt.env import STANDBY

REMEMBERED_SECONDS = 300  # a standby further behind than this is not asked at all
AWAY_SECONDS = 10.0  # between two tries to reach one that is away
# For what must hold all that was committed until now: how long the standby is waited for.
CATCH_UP_SECONDS, LOOK_SECONDS = 1.0, 0.02
# What is no standby any more is the new primary. One that gets nothing cannot know that it is late,
# and the age of its last transaction says something only while more has come than it has replayed.
HAS = """
    SELECT NOT pg_is_in_recovery() OR (
        EXISTS (SELECT FROM pg_stat_wal_receiver)
        AND (pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
             OR now() - pg_last_xact_replay_timestamp() < make_interval(secs => %s))
        AND pg_last_wal_replay_lsn() >= %s::pg_lsn)
"""
START = "0/0"  # of every log
P = ParamSpec("P")
T = TypeVar("T")
GetResponse = Callable[[HttpRequest], HttpResponseBase]

log = logging.getLogger(__name__)
_reading: ContextVar[bool] = ContextVar("reading on a standby", default=False)
_signer = TimestampSigner(salt="mmt.standby")


class _Absence:
    """Until when nobody tries to reach the standby, by this process's clock."""

    until = float("-inf")


class Router:
    """Sends what is read inside `read` to the standby, of the rooms that hold records alone."""

    def db_for_read(self, model: type[models.Model], **_hints: Any) -> str:
        is_record = model._meta.app_label in settings.STANDBY_ROOMS
        return STANDBY if is_record and _reading.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, _model: type[models.Model], **_hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, _one: object, _other: object, **_hints: Any) -> bool:
        return True  # the same rows, wherever they were read

    def allow_migrate(self, db: str, _app_label: str, **_hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


def read(request: HttpRequest, ask: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `ask` finds: on the standby if it has what this person wrote, else here.

    Where the standby goes away meanwhile, or puts the question off, it is asked again here.
    `ask` must return values, not a query that is still to be sent, and write nothing.
    """
    if not _is_in_use() or not _has(_written(request)):
        return ask(*args, **kwargs)
    token = _reading.set(True)
    try:
        return ask(*args, **kwargs)
    except (OperationalError, InterfaceError):
        _note_absence()
    finally:
        _reading.reset(token)
    return ask(*args, **kwargs)


def alias_for_all_until_now() -> str:
    """Return the database to read everything from that was committed before now, for long reads.

    The standby is waited for a moment, if it is a little behind.
    """
    if not _is_in_use():
        return DEFAULT_DB_ALIAS
    needed, limit = _position(), time.monotonic() + CATCH_UP_SECONDS
    while not _has(needed):
        if time.monotonic() > limit or time.monotonic() < _Absence.until:
            return DEFAULT_DB_ALIAS
        time.sleep(LOOK_SECONDS)
    return STANDBY


def remembers_writing(get_response: GetResponse) -> GetResponse:
    """Tell the browser how far the log was after each request that may have written."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method != "POST" or response.status_code >= 500 or not _is_in_use():
            return response
        response.set_cookie(
            settings.WRITTEN_COOKIE_NAME,
            _signer.sign(_position()),
            max_age=REMEMBERED_SECONDS,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
        return response

    return middleware


def _is_in_use() -> bool:
    """Inside a transaction nothing is read elsewhere: what it wrote is nowhere else yet."""
    return STANDBY in connections.settings and not connections[DEFAULT_DB_ALIAS].in_atomic_block


def _written(request: HttpRequest) -> str:
    said = request.COOKIES.get(settings.WRITTEN_COOKIE_NAME, "")
    try:
        return _signer.unsign(said, max_age=REMEMBERED_SECONDS)
    except BadSignature:
        return START


def _position() -> str:
    """Return the end of the primary's log, for all that was committed on it."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()")
        return str(cursor.fetchone()[0])


def _has(position: str) -> bool:
    """Whether the standby answers, is not late, and has replayed the log up to there."""
    if time.monotonic() < _Absence.until:
        return False
    try:
        with connections[STANDBY].cursor() as cursor:
            cursor.execute(HAS, [settings.STANDBY_LAG_SECONDS, position])
            return bool(cursor.fetchone()[0])
    except (OperationalError, InterfaceError):
        _note_absence()
        return False


def _note_absence() -> None:
    log.warning("The standby does not answer: reading on the primary.", exc_info=True)
    _Absence.until = time.monotonic() + AWAY_SECONDS
    connections[STANDBY].close()
