"""What is counted at the door: failed sign-ins, wrong codes, codes already used.

Django's cache in a table, so that all web servers count together and a restart forgets nothing.
Not Django's own DatabaseCache: that counts its rows at each write, throws live ones out by the
order of their names, and keeps pickles, which whoever writes to the database could make run.
"""

import hashlib
import time
from itertools import count
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction

from .models import DoorCount

TIDY_EVERY = 200  # new rows of a process
AT_ONCE = 5_000  # rows
_made = count(1)


class CountCache(BaseCache):
    """Values are JSON. What is forgotten is taken away by the way, MAX_ENTRIES or so are kept."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        name, until = self._name(key, version), self._until(timeout)
        with transaction.atomic():
            stale = DoorCount.objects.filter(pk=name, until__lte=time.time())
            if stale.update(value=value, until=until):
                return True
            try:
                with transaction.atomic():
                    DoorCount.objects.create(pk=name, value=value, until=until)
            except IntegrityError:
                return False
            if next(_made) % TIDY_EVERY == 0:
                self.tidy()
        return True

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        live = DoorCount.objects.filter(pk=self._name(key, version), until__gt=time.time())
        found = live.values_list("value", flat=True).first()
        return default if found is None else found

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        row = DoorCount(pk=self._name(key, version), value=value, until=self._until(timeout))
        DoorCount.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["name"], update_fields=["value", "until"]
        )
        if next(_made) % TIDY_EVERY == 0:
            self.tidy()

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError where nothing is counted under this key, as Django's own do."""
        with transaction.atomic():
            live = DoorCount.objects.filter(pk=self._name(key, version), until__gt=time.time())
            row = live.select_for_update().first()
            if row is None:
                raise ValueError(f"Nothing is counted as {key!r}.")
            row.value += delta
            row.save(update_fields=["value"])
        return int(row.value)

    def delete(self, key: str, version: int | None = None) -> bool:
        rows, _each = DoorCount.objects.filter(pk=self._name(key, version)).delete()
        return bool(rows)

    def clear(self) -> None:
        DoorCount.objects.all().delete()

    def tidy(self) -> None:
        """Take away what is forgotten, and what would be first where more than MAX_ENTRIES are."""
        soonest = DoorCount.objects.order_by("until")
        self._take(soonest.filter(until__lte=time.time())[:AT_ONCE])
        over = DoorCount.objects.count() - self._max_entries
        if over > 0:
            self._take(soonest[: min(over, AT_ONCE)])

    def _take(self, rows: Any) -> None:
        # Nobody waits for another's row here: two who tidy would wait for each other.
        free = rows.select_for_update(skip_locked=True)
        with transaction.atomic():
            names = list(free.values_list("pk", flat=True))
            DoorCount.objects.filter(pk__in=names).delete()

    def _name(self, key: str, version: int | None) -> str:
        """Neither addresses nor codes stand in the table; a name is never too long."""
        return hashlib.sha256(self.make_key(key, version).encode()).hexdigest()

    def _until(self, timeout: Any) -> float:
        """`timeout` in seconds; None, for ever, is a century."""
        until = self.get_backend_timeout(timeout)
        return time.time() + 100 * 365 * 24 * 3600 if until is None else float(until)
