"""Statements that take long, told in the log: the SQL without its values, and who waited for it."""

import logging
import re
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from mmt import metrics, trace

log = logging.getLogger("mmt.slow")
LONGEST = 4_000  # characters
# Values travel beside the statement; what is written into one may still be a word.
_WRITTEN = re.compile(r"'(?:[^']|'')*'")
# A hundred places for values tell no more than one.
_PLACES = re.compile(r"%s(?:, %s)+")


def watch(*, connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Time what this connection executes: for Django's signal `connection_created`."""
    if _timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(_timed)


def _timed(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        ms = (time.perf_counter() - began) * 1000
        if 0 < settings.SLOW_QUERY_MS <= ms:
            metrics.SLOW.add()
            facts = {
                "ms": round(ms, 1),
                "route": trace.route(trace.current.get().request),
                "database": context["connection"].alias,
                "sql": _PLACES.sub("%s, …", _WRITTEN.sub("'?'", str(sql)))[:LONGEST],
            }
            log.warning("slow statement", extra={"facts": facts})
