"""How far PostgreSQL's standbys are behind, as their primary and they themselves tell it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Who may not read another user's sessions (pg_monitor) sees the names alone.
OF_A_PRIMARY = """
    SELECT application_name, EXTRACT(EPOCH FROM coalesce(replay_lag, '0')),
           pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)
    FROM pg_stat_replication
    WHERE state = 'streaming'
"""
# Its last transaction may be old because nothing was written since: then it is not late, unless it
# gets nothing, for then it cannot know. That age is the most it can be late by.
OF_A_STANDBY = """
    SELECT CASE WHEN EXISTS (SELECT FROM pg_stat_wal_receiver)
                     AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                ELSE EXTRACT(EPOCH FROM now() - pg_last_xact_replay_timestamp()) END
"""


@dataclass(frozen=True, slots=True)
class Lag:
    """None where the server does not say."""

    replica: str
    seconds: float | None = None
    bytes: float | None = None
    up: bool = True


def lags() -> Iterator[Lag]:
    """Ask every database of the settings; SQLite has no standby, and one may be away."""
    for alias in connections:
        if connections[alias].vendor != "postgresql":
            continue
        try:
            yield from _of(connections[alias])
        except (OperationalError, InterfaceError):
            if alias == DEFAULT_DB_ALIAS:
                raise
            connections[alias].close()
            yield Lag(alias, up=False)


def _of(connection: BaseDatabaseWrapper) -> Iterator[Lag]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        if cursor.fetchone()[0]:
            cursor.execute(OF_A_STANDBY)
            yield Lag(connection.alias, _number(cursor.fetchone()[0]))
            return
        cursor.execute(OF_A_PRIMARY)
        for name, seconds, behind in cursor.fetchall():
            yield Lag(name, _number(seconds), _number(behind))


def _number(found: object) -> float | None:
    return None if found is None else float(str(found))
