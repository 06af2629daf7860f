"""Settings from the environment, and secrets kept in files beside the database.

Nothing secret has a default in the code: a secret is read from the environment or a file that it
names, or made once and kept in the data folder with owner-only rights.
"""

import logging
import os
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
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


def number(name: str, default: int, *, least: int, most: int | None = None) -> int:
    """Read a whole number from `least` to `most`. Raises ImproperlyConfigured on anything else."""
    value = text(name, str(default))
    try:
        found = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if found < least:
        raise ImproperlyConfigured(f"{name} must be {least} or more, not {found}.")
    if most is not None and found > most:
        raise ImproperlyConfigured(f"{name} must be {most} or less, not {found}.")
    return found


def level(name: str, default: str) -> str:
    """Read how much is told. Raises ImproperlyConfigured on any other word."""
    value = text(name, default)
    known = logging.getLevelNamesMapping()
    if value not in known:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(known)}, not {value!r}.")
    return value


def address(name: str) -> str:
    """Read an address as its machine spells it; "" for none. Raises ImproperlyConfigured."""
    value = text(name)
    try:
        return str(ip_address(value)) if value else ""
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must be an address such as 127.0.0.1, not {value!r}."
        ) from None


def words(name: str, default: str = "") -> list[str]:
    """Read a comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def secret(name: str, folder: Path) -> str:
    """Return the secret from the environment, else from `folder`, made on first use.

    Raises ImproperlyConfigured where it can be neither read nor kept.
    """
    if value := text(name):
        return value
    try:
        return _kept(_file_of(name, folder))
    except OSError as problem:
        raise ImproperlyConfigured(
            f"{name} cannot be kept in DATA_DIR: {problem.filename}: {problem.strerror}."
        ) from None


def _kept(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
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
    given as `?host=a,b&port=5432,5432`. Raises ImproperlyConfigured on any other scheme, port or
    option, and where there can be no such file.
    """
    url = text("DATABASE_URL")
    if not url:
        return _sqlite("DATA_DIR", folder / "mmt.sqlite3")
    parts = _split("DATABASE_URL", url)
    if parts.scheme == "sqlite":
        return _sqlite("DATABASE_URL", Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql:// or sqlite://.")
    return _postgresql("DATABASE_URL", parts)


def standby() -> dict[str, dict[str, object]]:
    """Return Django's settings for STANDBY_URL under its alias; none when it is unset.

    Raises ImproperlyConfigured on an address that is not PostgreSQL's.
    """
    url = text("STANDBY_URL")
    if not url:
        return {}
    parts = _split("STANDBY_URL", url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("STANDBY_URL must start with postgresql://.")
    return {STANDBY: _postgresql("STANDBY_URL", parts) | {"TEST": {"MIRROR": "default"}}}


def _split(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # looked at only when it is asked for
    except ValueError as problem:
        raise ImproperlyConfigured(f"{name}: {problem}.") from None
    return parts


def _postgresql(name: str, parts: SplitResult) -> dict[str, object]:
    options = dict(parse_qsl(parts.query))
    _refuse_unknown(name, options)
    return {
        "ENGINE": "mmt.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", str(parts.port or "")),
        **_connections(options),
    }


def _refuse_unknown(name: str, options: dict[str, str]) -> None:
    import psycopg  # what SQLite does not need takes no memory
    from psycopg.conninfo import make_conninfo

    ports = options.get("port", "").split(",")
    if not all(port.isdecimal() for port in ports if port):
        raise ImproperlyConfigured(f"{name}: the port must be a number.")
    try:
        make_conninfo("", **options)
    except psycopg.ProgrammingError as problem:
        raise ImproperlyConfigured(f"{name}: {str(problem).strip()}.") from None


def _connections(given: dict[str, str]) -> dict[str, object]:
    """One connection a thread, kept, and looked at before each request (`mmt/postgresql`): after
    the server was away the next request connects anew at once, and one during it need not wait to
    be told so.

    With DATABASE_POOL, so many for all threads of a process, tried when one is taken.
    """
    pool, pooler = number("DATABASE_POOL", 0, least=0), flag("DATABASE_POOLER", default=False)
    options: dict[str, object] = {**WAITS, "prepare_threshold": PLANNED_AFTER}
    if pooler:  # the next transaction may be in another session: nothing is left behind in one
        options |= {"prepare_threshold": None}
        del options["options"]
    found = {"CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": pooler}
    if not pool:
        return {**found, "CONN_MAX_AGE": None, "OPTIONS": {**options, **given}}
    shared = {"min_size": 1, "max_size": pool, "timeout": float(WAITS["connect_timeout"])}
    return {**found, "CONN_MAX_AGE": 0, "OPTIONS": {**options, **given, "pool": shared}}


def _sqlite(name: str, path: Path) -> dict[str, object]:
    """One connection a thread, kept: a new one first reads the definitions of all tables, which
    takes longer than most questions.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ImproperlyConfigured(f"{name}: {problem.filename}: {problem.strerror}.") from None
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
