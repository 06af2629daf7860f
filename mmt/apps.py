from collections.abc import Sequence

from django.apps import AppConfig, apps
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

# A change of a table that waits for a lock holds up everybody who comes after it: it gives up, and
# is begun again by who runs it.
LOCK_TIMEOUT = "4s"


class MmtConfig(AppConfig):
    name = "mmt"
    verbose_name = _("Strength recorder")

    def ready(self) -> None:
        from mmt import checks, slow  # noqa: F401  (its checks register themselves)

        connection_created.connect(slow.watch, dispatch_uid="watch-statements")

        pre_migrate.connect(_wait_briefly, dispatch_uid="wait-briefly")
        pre_migrate.connect(_lift_triggers, dispatch_uid="lift-triggers")
        post_migrate.connect(_install_triggers, dispatch_uid="install-triggers")
        post_migrate.connect(_wait_as_before, dispatch_uid="wait-as-before")


class StaticConfig(StaticFilesConfig):
    """Of what the packages bring, only what pages use is built and served."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "bootstrap-*",
        "*.rtl.*",
        "*.esm.*",
        "bootstrap.css*",
        "bootstrap.js*",
        "bootstrap.min.js*",
        "bootstrap.bundle*",
        "version.txt",
        "ext",
        "htmax-*",
        "htmx-4*",
    ]


def _lift_triggers(
    *, sender: AppConfig, using: str, plan: Sequence[object], **_kwargs: object
) -> None:
    """Before a migrate that changes something, on SQLite: it rebuilds a changed table under another
    name, which no trigger of another table that asks this one would survive.
    """
    from mmt import triggers

    first = next(config for config in apps.get_app_configs() if config.models_module)
    if plan and sender is first and connections[using].vendor == "sqlite":
        triggers.remove(connections[using])


def _install_triggers(*, sender: AppConfig, using: str, **_kwargs: object) -> None:
    """After every migrate: SQLite rebuilds a changed table and drops its triggers unasked.

    Django tells it once for each app with models, and never for this one: wait for the last.
    """
    from mmt import triggers

    if sender is [config for config in apps.get_app_configs() if config.models_module][-1]:
        triggers.install(connections[using])


def _wait_briefly(
    *, sender: AppConfig, using: str, plan: Sequence[object], **_kwargs: object
) -> None:
    """Before a migrate that changes something, on PostgreSQL."""
    first = next(config for config in apps.get_app_configs() if config.models_module)
    if plan and sender is first and connections[using].vendor == "postgresql":
        _set(using, f"SET lock_timeout = '{LOCK_TIMEOUT}'")


def _wait_as_before(*, sender: AppConfig, using: str, **_kwargs: object) -> None:
    """After it: this session may be one that serves."""
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    if sender is last and connections[using].vendor == "postgresql":
        _set(using, "RESET lock_timeout")


def _set(using: str, statement: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(statement)
