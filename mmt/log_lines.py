"""Lines of the process's log: what failed and where, without what somebody had typed.

A database repeats a refused row in its message, Python a text that is no number. Tracebacks keep
their frames, which are code; of the messages only those of the machine are kept.
"""

import logging
import traceback
from types import TracebackType

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError

OF_THE_MACHINE = (OSError, OperationalError, InterfaceError, ImproperlyConfigured, ImportError)
LEFT_OUT = "(words left out)"
LONGEST_CHAIN = 5

Raised = tuple[type[BaseException], BaseException, TracebackType | None]


class QuietFormatter(logging.Formatter):
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
