"""What makes a start unsafe. An error here ends `manage.py` and the WSGI application alike."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from mmt import env

SHORTEST_KEY = 40  # characters
FEWEST_SIGNS = 10  # different ones
SHORTEST_TOKEN = 20
THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured, for what serves without a command of `manage.py`."""
    found = [each for each in run_checks(tags=[Tags.security]) if each.is_serious()]
    if found:
        raise ImproperlyConfigured("\n".join(f"{each.msg} {each.hint or ''}" for each in found))


@register(Tags.security)
def secrets_are_secret(app_configs: Sequence[Any] | None, **_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{name} is short, or one that others have too.",
            hint=f"Leave {name} out: one is made and kept in DATA_DIR. Or give 50 random signs.",
            id="mmt.E001",
        )
        for name, key in _keys()
        if _is_weak(key)
    ]


@register(Tags.security)
def figures_are_not_guessed(
    app_configs: Sequence[Any] | None, **_kwargs: Any
) -> list[CheckMessage]:
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        hint = f"METRICS_TOKEN: {SHORTEST_TOKEN} random signs or more."
        return [Error("The token of /metrics is short.", hint=hint, id="mmt.E007")]
    return []


def _keys() -> list[tuple[str, str]]:
    named = [(name, getattr(settings, name)) for name in ("SECRET_KEY", "DEIDENTIFICATION_KEY")]
    return named + [("FACTOR_KEY", key) for key in settings.FACTOR_KEYS]


def _is_weak(key: str) -> bool:
    return (
        len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_SIGNS or key.startswith("django-insecure")
    )


@register(Tags.security)
def nothing_is_shown_to_anybody(
    app_configs: Sequence[Any] | None, **_kwargs: Any
) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG shows records on error pages.", id="mmt.E002"))
    if not settings.ALLOWED_HOSTS:
        hint = "ALLOWED_HOSTS=name,name, or leave it out: this machine alone."
        words = "ALLOWED_HOSTS is empty: every page is refused."
        found.append(Error(words, hint=hint, id="mmt.E008"))
    if any(host.strip(". ") in {"", "*"} for host in settings.ALLOWED_HOSTS):
        hint = "ALLOWED_HOSTS=name,name: those under which browsers reach the product."
        found.append(Error("ALLOWED_HOSTS lets any name in.", hint=hint, id="mmt.E003"))
    return found


@register(Tags.security)
def nodes_share_a_database(app_configs: Sequence[Any] | None, **_kwargs: Any) -> list[CheckMessage]:
    engine = str(settings.DATABASES["default"]["ENGINE"])
    if settings.NODES > 1 and engine.endswith("sqlite"):
        hint = "Several nodes need PostgreSQL: DATABASE_URL=postgresql://..."
        return [Error("SQLite serves one node alone.", hint=hint, id="mmt.E004")]
    return []


@register(Tags.security)
def records_travel_sealed(app_configs: Sequence[Any] | None, **_kwargs: Any) -> list[CheckMessage]:
    """Real records only; a demonstration may be shown in plain, and `serve` says that it is."""
    if settings.HTTPS or THIS_MACHINE.issuperset(settings.ALLOWED_HOSTS):
        return []
    words = "Browsers on other machines are let in, and nothing says that TLS ends in front."
    hint = "HTTPS=yes behind a proxy that ends TLS and sets X-Forwarded-Proto, or DEMO=yes."
    if env.flag("DEMO", default=True):
        return [Warning(words, hint=hint, id="mmt.W005")]
    return [Error(words, hint=hint, id="mmt.E005")]


@register(Tags.security)
def mail_leaves_the_house(app_configs: Sequence[Any] | None, **_kwargs: Any) -> list[CheckMessage]:
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend") and not env.flag(
        "DEMO", default=True
    ):
        hint = "Set EMAIL_BACKEND and EMAIL_HOST."
        words = "Mail is printed on the console, the links of invitations too."
        return [Warning(words, hint=hint, id="mmt.W006")]
    return []
