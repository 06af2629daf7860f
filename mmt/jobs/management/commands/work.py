"""`manage.py work`: a worker, until it is told to stop."""

import os
import signal
from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, connection

from mmt.jobs.models import Job
from mmt.jobs.worker import LEASE, Worker


def _seconds(text: str) -> timedelta:
    try:
        seconds = float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a number of seconds.") from None
    if not 1 <= seconds <= 3600:
        raise ArgumentTypeError("A lease lasts from 1 to 3600 seconds.")
    return timedelta(seconds=seconds)


def _refuse_empty_database() -> None:
    """Raise CommandError where nothing was migrated. For one that is away, a worker waits."""
    try:
        tables = connection.introspection.table_names()
    except (OperationalError, InterfaceError):
        return
    if Job._meta.db_table not in tables:
        raise CommandError("The database has no tables yet: run `manage.py migrate`.")


class Command(BaseCommand):
    help = (
        "Do background work (exports and the like) until TERM or INT. `manage.py serve` starts "
        "one worker by itself (WORKERS=number); on PostgreSQL any number may run, on any machine "
        "that shares the folder `jobs` of DATA_DIR. A worker that was killed is noticed when its "
        "lease has run out; its job is begun once more by another."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until-idle", action="store_true", help="end when nothing waits to be done"
        )
        parser.add_argument(
            "--lease",
            type=_seconds,
            default=LEASE,
            metavar="SECONDS",
            help=f"how long without a sign of life until the work is given to another "
            f"({LEASE.seconds})",
        )
        parser.add_argument(
            "--parent", type=int, default=0, metavar="PID", help="end when this process has ended"
        )

    def handle(
        self, *_args: Any, until_idle: bool, lease: timedelta, parent: int, **_options: Any
    ) -> None:
        _refuse_empty_database()
        asked: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _frame: asked.append(number))

        def stopping() -> bool:
            return bool(asked) or bool(parent and os.getppid() != parent)

        Worker(lease=lease, stopping=stopping).run(until_idle=until_idle)
