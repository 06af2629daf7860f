"""Lines of the process's log: what failed and where, without what somebody had typed.

A database repeats a refused row in its message, Python a text that is no number. Tracebacks keep
their frames, which are code; of the messages only those of the machine are kept. The libraries
tell of a request by its path: here its route stands for that, since a path has a patient's id in
it, or what somebody typed.
"""

import json
import logging
import traceback
from copy import copy
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from mmt import trace

OF_THE_MACHINE = (OSError, OperationalError, InterfaceError, ImproperlyConfigured, ImportError)
LEFT_OUT = "(words left out)"
LONGEST_CHAIN = 5
NAME_PATHS = {"django", "waitress"}

Raised = tuple[type[BaseException], BaseException, TracebackType | None]


class QuietFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = super().format(_without_paths(record))
        facts = "".join(f" {name}={value}" for name, value in _facts(record).items())
        head, newline, traced = line.partition("\n")
        return head + facts + newline + traced

    def formatException(self, ei: Raised | tuple[None, None, None]) -> str:  # noqa: N802
        lines: list[str] = []
        error, left = ei[1], LONGEST_CHAIN
        while error is not None and left:
            words = str(error) if isinstance(error, OF_THE_MACHINE) else LEFT_OUT
            frames = "".join(traceback.format_tb(error.__traceback__)).rstrip()
            lines.append(f"{frames}\n{type(error).__module__}.{type(error).__qualname__}: {words}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
            left -= 1
        return "\nafter\n".join(lines)


class JsonFormatter(QuietFormatter):
    """One object a line: time (UTC), level, logger, message, request, and the facts of the line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _without_paths(record).getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a line tells beside its words: `extra={"facts": {...}}`, and its request."""
    request = trace.current.get().request_id
    if not request and isinstance(about := getattr(record, "request", None), HttpRequest):
        request = about.META.get("REQUEST_ID", "")
    given: dict[str, Any] = getattr(record, "facts", {})
    return ({"request": request} if request else {}) | given


def _without_paths(record: logging.LogRecord) -> logging.LogRecord:
    if record.name.partition(".")[0] in NAME_PATHS and isinstance(record.args, tuple):
        record = copy(record)
        record.args = tuple(
            trace.route_of(each) if isinstance(each, str) and each.startswith("/") else each
            for each in record.args or ()
        )
    return record
