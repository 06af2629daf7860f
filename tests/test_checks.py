"""An unsafe start is refused; a safe one is not."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Tags, run_checks
from django.core.exceptions import ImproperlyConfigured

from mmt.checks import refuse_unsafe_start

SETTINGS = Path(__file__).resolve().parents[1] / "mmt" / "settings.py"
UNSAFE: dict[str, dict[str, Any]] = {
    "mmt.E001": {"SECRET_KEY": "django-insecure-" + "0123456789abcdef" * 3},
    "mmt.E002": {"DEBUG": True},
    "mmt.E003": {"ALLOWED_HOSTS": ["clinic.example", "*"], "HTTPS": True},
    "mmt.E004": {"NODES": 2, "DATABASES": {"default": {"ENGINE": "x.sqlite"}}},
    "mmt.E005": {"ALLOWED_HOSTS": ["clinic.example"]},
    "mmt.E008": {"ALLOWED_HOSTS": []},
    "mmt.E007": {"METRICS_TOKEN": "guess-me"},
}


@pytest.fixture(autouse=True)
def _real(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setenv("DEMO", "no")
    settings.ALLOWED_HOSTS = ["localhost"]


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_start_is_refused_for_this_reason_alone(name: str, settings: Any) -> None:
    for setting, value in UNSAFE[name].items():
        setattr(settings, setting, value)
    assert [each.id for each in run_checks(tags=[Tags.security]) if each.is_serious()] == [name]
    with pytest.raises(ImproperlyConfigured):
        refuse_unsafe_start()


@pytest.mark.parametrize("key", ["short", "x" * 60])
def test_a_weak_key_is_refused_for_exports_too(key: str, settings: Any) -> None:
    settings.DEIDENTIFICATION_KEY = key
    with pytest.raises(ImproperlyConfigured, match="DEIDENTIFICATION_KEY is short"):
        refuse_unsafe_start()


def test_a_demonstration_may_be_shown_in_plain(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO", "yes")
    settings.ALLOWED_HOSTS = ["demo.example"]
    refuse_unsafe_start()
    assert [each.id for each in run_checks(tags=[Tags.security])] == ["mmt.W005"]


def test_mail_on_the_console_is_told(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert "mmt.W006" in {each.id for each in run_checks(tags=[Tags.security])}


def settings_with(monkeypatch: pytest.MonkeyPatch, https: str) -> dict[str, Any]:
    monkeypatch.setenv("HTTPS", https)
    return runpy.run_path(str(SETTINGS))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("SESSION_IDLE_MINUTES", "0"),
        ("SESSION_HOURS", "-1"),
        ("NODES", "0"),
        ("RECORDS_KEPT_YEARS", "-1"),
        ("EMAIL_PORT", "-1"),
        ("STANDBY_LAG_SECONDS", "-1"),
        ("SLOW_QUERY_MS", "-1"),
        ("LOG_LEVEL", "foo"),
    ],
)
def test_a_setting_with_which_nothing_would_work_is_named(
    name: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, word)
    with pytest.raises(ImproperlyConfigured, match=f"^{name} must be"):
        runpy.run_path(str(SETTINGS))


def test_over_tls_every_cookie_belongs_to_this_host_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings_with(monkeypatch, "yes")
    names = {name: value for name, value in found.items() if name.endswith("COOKIE_NAME")}
    assert len(names) == 5
    assert all(name.startswith("__Host-") for name in names.values())
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_in_plain_no_cookie_asks_for_what_a_browser_would_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = settings_with(monkeypatch, "no")
    assert not any(
        value.startswith("__Host-") for name, value in found.items() if name.endswith("COOKIE_NAME")
    )
    assert found["SECURE_PROXY_SSL_HEADER"] is None
