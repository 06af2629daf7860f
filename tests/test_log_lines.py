"""The process's log says what failed and where, without what somebody had typed."""

import logging
import sys
from collections.abc import Callable

import pytest
from django.db import IntegrityError, OperationalError

from mmt.log_lines import LEFT_OUT, QuietFormatter

TYPED = "Winters"


def told(fail: Callable[[], object]) -> str:
    try:
        fail()
    except Exception:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "broken", None, sys.exc_info())
    return QuietFormatter("%(message)s").format(record)


def refused_row() -> None:
    try:
        int(TYPED)
    except ValueError:
        raise IntegrityError(f"DETAIL: Key (record_number)=({TYPED}) already exists.") from None


def while_another_failed() -> None:
    try:
        int(TYPED)
    except ValueError as first:
        raise KeyError(TYPED) from first


@pytest.mark.parametrize("fail", [refused_row, while_another_failed])
def test_what_was_typed_is_not_in_the_log(fail: Callable[[], object]) -> None:
    line = told(fail)
    assert TYPED not in line
    assert LEFT_OUT in line
    assert f"in {fail.__name__}" in line


def test_what_the_machine_says_is_kept() -> None:
    def away() -> None:
        raise OperationalError("connection refused")

    assert told(away).endswith("django.db.utils.OperationalError: connection refused")


def test_the_product_logs_so(settings: object) -> None:
    [formatter] = settings.LOGGING["formatters"].values()  # type: ignore[attr-defined]
    assert formatter["()"] == "mmt.log_lines.QuietFormatter"
