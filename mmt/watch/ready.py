"""Whether this node can serve, part by part, in words that tell no secret."""

import shutil
from pathlib import Path
from pkgutil import iter_modules

from django.apps import apps
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.module_loading import import_string

from mmt import env, storage
from mmt.jobs import signs
from mmt.remembered import Remembered

OK, UNKNOWN = "ok", "unknown"
PARTS = ("database", "migrations", "keys", "disk", "static", "worker")
LEAST_FREE = 100 * 1024 * 1024  # bytes
SECONDS = 5.0  # for which an answer holds, so that nobody loads the database by asking


def look() -> dict[str, str]:
    """Return what is to be said of each part: "ok", or what is wrong."""
    found = {"keys": _keys(), "disk": _disk(), "static": _static()}
    try:
        found |= {"migrations": _migrations(), "worker": _worker(), "database": OK}
    except (OperationalError, InterfaceError):
        found |= {"migrations": UNKNOWN, "worker": UNKNOWN, "database": "away"}
    return {part: found[part] for part in PARTS}


remembered = Remembered(look, seconds=SECONDS, until_then=dict.fromkeys(PARTS, UNKNOWN))


def _migrations() -> str:
    """A database may be ahead of the code, as during a deploy; never behind."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    missing = len(_written() - applied)
    return f"{missing} not applied" if missing else OK


def _written() -> set[tuple[str, str]]:
    """Return the migrations that the code brings, by their file names: none is read in."""
    found = set()
    for config in apps.get_app_configs():
        place, _explicit = MigrationLoader.migrations_module(config.label)
        try:
            folder = import_string(f"{place}.__path__") if place else ()
        except ImportError:
            continue
        names = [each.name for each in iter_modules(folder) if not each.ispkg]
        found |= {(config.label, name) for name in names if name[0] not in "_~"}
    return found


def _keys() -> str:
    """A key that was made here and is gone would be made anew at the next start: another one."""
    folder = settings.DATA_DIR / "secrets"
    lost = [name for name in settings.SECRETS if not env.is_kept(name, folder)]
    return f"{', '.join(lost)} lost" if lost else OK


def _disk() -> str:
    places = {Path(settings.DATA_DIR)}
    if connection.vendor == "sqlite" and "mode=memory" not in str(connection.settings_dict["NAME"]):
        places.add(Path(connection.settings_dict["NAME"]).parent)
    try:
        free = min(shutil.disk_usage(place).free for place in places)
    except OSError:
        return "not there"
    return OK if free >= LEAST_FREE else "full"


def _static() -> str:
    return OK if storage.are_collected() else "run collectstatic, then start anew"


def _worker() -> str:
    heard = signs.last_heard()
    return OK if heard and heard > timezone.now() - signs.SILENT else "not heard"
