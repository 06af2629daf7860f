"""What happened between visits, entered so that the judgement of change stays true.

A relapse near a visit takes the word "confirmed" away, and gives it back when it is taken back.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from mmt.accounts.models import User
from patients import happenings
from patients.happenings import AnyHappened, Happened
from patients.models import Event

from . import progress


def add_happening(row: Happened, *, by: User) -> Happened:
    with _judged_anew(row):
        return happenings.add_happening(row, by=by)


def edit_happening(row: Happened, *, seen: dict[str, str], by: User) -> Happened:
    """Raises ChangedMeanwhile."""
    with _judged_anew(row):
        return happenings.edit_happening(row, seen=seen, by=by)


def void_happening(row: Happened, *, reason: str, by: User) -> Happened:
    with _judged_anew(row):
        return happenings.void_happening(row, reason=reason, by=by)


@contextmanager
def _judged_anew(row: AnyHappened) -> Iterator[None]:
    """Hold the patient first, as signing does: two that wait for one another would never end."""
    with transaction.atomic():
        progress.lock(row.patient)
        yield
        if isinstance(row, Event):
            progress.rejudge(row.patient)
