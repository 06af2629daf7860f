"""The process's log says what failed and where, without what somebody had typed."""

import json
import logging
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import IntegrityError, OperationalError

from mmt import trace
from mmt.log_lines import LEFT_OUT, JsonFormatter, QuietFormatter

TYPED = "Winters"
PLAIN = QuietFormatter("%(message)s")
SETTINGS = Path(__file__).resolve().parents[1] / "mmt" / "settings.py"


def told(fail: Callable[[], object], formatter: logging.Formatter = PLAIN) -> str:
    try:
        fail()
    except Exception:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "broken", None, sys.exc_info())
    return formatter.format(record)


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


@pytest.mark.parametrize("kind", [QuietFormatter, JsonFormatter])
def test_a_library_tells_of_a_route_not_of_a_path(kind: type[logging.Formatter]) -> None:
    path = "/patients/0f7f6a8e-5d1c-4a52-9d55-2f4b8f6f0c11/"
    given = {"msg": "%s: %s", "args": ("Not Found", path), "levelno": logging.WARNING}
    line = kind().format(logging.makeLogRecord(given | {"name": "django.request"}))
    assert "Not Found: assessments:person" in line
    serving = {"msg": "Exception while serving %s", "args": (f"/{TYPED}",), "name": "waitress"}
    line = kind().format(logging.makeLogRecord(serving))
    assert line.find("Exception while serving no-page") >= 0


def test_a_line_of_json_is_one_line_with_its_request_and_its_error() -> None:
    def away() -> None:
        raise OperationalError("connection\nrefused")

    token = trace.current.set(trace.Trace("a" * 32))
    line = told(away, JsonFormatter())
    trace.current.reset(token)
    assert "\n" not in line
    found = json.loads(line)
    assert (found["level"], found["logger"], found["message"]) == ("ERROR", "x", "broken")
    assert (found["request"], found["time"][-6:]) == ("a" * 32, "+00:00")
    assert found["error"].endswith("OperationalError: connection\nrefused")


@pytest.mark.parametrize(
    ("word", "kind"),
    [("no", "mmt.log_lines.QuietFormatter"), ("yes", "mmt.log_lines.JsonFormatter")],
)
def test_one_setting_says_how_the_product_logs(
    word: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_JSON", word)
    found = runpy.run_path(str(SETTINGS))["LOGGING"]
    assert found["formatters"][found["handlers"]["stderr"]["formatter"]]["()"] == kind
