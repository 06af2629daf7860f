"""Settings from the environment, and secrets kept in files beside the database.

Nothing secret has a default in the code: a secret is read from the environment or a file that it
names, or made once and kept in the data folder with owner-only rights.
"""

import os
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# How long PostgreSQL may keep a request waiting: to connect (s), for another's lock (ms), for a
# machine that went silent while it was to take something (ms), or to answer: it is asked after so
# many seconds, and from then on every so many. After a failover the next one is tried by then.
# A patient is read by an index for what it costs from memory or an SSD: PostgreSQL's own guess is a
# turning disk, for which it would rather read all patients than the four thousand of a name.
WAITS = {
    "connect_timeout": "5",
    "options": "-c lock_timeout=20000 -c random_page_cost=1.1",
    "tcp_user_timeout": "6000",
    "keepalives_idle": "4",
    "keepalives_interval": "2",
}
PLANNED_AFTER = 5  # times that a kept question was asked; `mmt/kept.py` says which are planned
STANDBY = "standby"  # the alias of the database that STANDBY_URL names


def text(name: str, default: str = "") -> str:
    """Read a setting, or the file that NAME_FILE names: so a secret need not be in the environment.

    Raises ImproperlyConfigured if there is no such file.
    """
    path = os.environ.get(f"{name}_FILE", "").strip()
    if name in os.environ or not path:
        return os.environ.get(name, default).strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError):
        raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read.") from None


def flag(name: str, *, default: bool) -> bool:
    """Read yes/no. Raises ImproperlyConfigured on any other word."""
    value = text(name, "yes" if default else "no").lower()
    if value in {"1", "yes", "true", "on"}:
        return True
    if value in {"0", "no", "false", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")


def number(name: str, default: int) -> int:
    """Read a whole number. Raises ImproperlyConfigured on anything else."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def words(name: str, default: str = "") -> list[str]:
    """Read a comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def secret(name: str, folder: Path) -> str:
    """Return the secret from the environment, else from `folder`, made on first use."""
    if value := text(name):
        return value
    path = _file_of(name, folder)
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process made it a moment ago
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50))
    return path.read_text(encoding="ascii").strip()


def _file_of(name: str, folder: Path) -> Path:
    return folder / name.lower().replace("_", "-")


def is_kept(name: str, folder: Path) -> bool:
    """Whether `secret` would find the same one again."""
    return bool(text(name)) or _file_of(name, folder).is_file()


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Read addresses and networks. Raises ImproperlyConfigured on any other word."""
    try:
        return [ip_network(word) for word in words(name)]
    except ValueError as problem:
        raise ImproperlyConfigured(f"{name}: {problem}.") from None


def database(folder: Path) -> dict[str, object]:
    """Return Django's settings for DATABASE_URL, or for SQLite in `folder` when it is unset.

    The URL reads `postgresql://user:password@host:port/name?option=value`; several hosts are
    given as `?host=a,b&port=5432,5432`. Raises ImproperlyConfigured on any other scheme.
    """
    url = text("DATABASE_URL")
    if not url:
        return _sqlite(folder / "mmt.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql:// or sqlite://.")
    return _postgresql(parts)


def standby() -> dict[str, dict[str, object]]:
    """Return Django's settings for STANDBY_URL under its alias; none when it is unset.

    Raises ImproperlyConfigured on an address that is not PostgreSQL's.
    """
    url = text("STANDBY_URL")
    if not url:
        return {}
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("STANDBY_URL must start with postgresql://.")
    return {STANDBY: _postgresql(parts) | {"TEST": {"MIRROR": "default"}}}


def _postgresql(parts: SplitResult) -> dict[str, object]:
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "mmt.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", str(parts.port or "")),
        **_connections(options),
    }


def _connections(given: dict[str, str]) -> dict[str, object]:
    """One connection a thread, kept, and looked at before each request (`mmt/postgresql`): after
    the server was away the next request connects anew at once, and one during it need not wait to
    be told so.

    With DATABASE_POOL, so many for all threads of a process, tried when one is taken.
    """
    pool, pooler = number("DATABASE_POOL", 0), flag("DATABASE_POOLER", default=False)
    options: dict[str, object] = {**WAITS, "prepare_threshold": PLANNED_AFTER}
    if pooler:  # the next transaction may be in another session: nothing is left behind in one
        options |= {"prepare_threshold": None}
        del options["options"]
    found = {"CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": pooler}
    if not pool:
        return {**found, "CONN_MAX_AGE": None, "OPTIONS": {**options, **given}}
    shared = {"min_size": 1, "max_size": pool, "timeout": float(WAITS["connect_timeout"])}
    return {**found, "CONN_MAX_AGE": 0, "OPTIONS": {**options, **given, "pool": shared}}


def _sqlite(path: Path) -> dict[str, object]:
    """One connection a thread, kept: a new one first reads the definitions of all tables, which
    takes longer than most questions.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "mmt.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
