"""Blind pairs for tests: opened and signed the usual way."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from assessments.entry.second import start_second_test
from assessments.history import Cell, Result
from assessments.models import Apart, Assessment
from mmt.accounts.models import User
from patients.models import Patient
from tests.assessments.saving import put, sign
from tests.people import make_signed


def second_of(first: Assessment, by: User, **other: object) -> Assessment:
    """Return the unsaved second test, some minutes after the first."""
    fields = {
        "id": uuid4(),
        "clinic": first.clinic,
        "patient": first.patient,
        "tester": by,
        "entered_by": by,
        "battery": first.battery,
        "battery_version": first.battery_version,
        "profile": first.profile,
        "movements": list(first.movements),
        "tested_at": first.tested_at + timedelta(minutes=5),
        "time_zone": first.time_zone,
        "apart": Apart.SEALED,
    }
    return Assessment(**fields | other)


def begin(first: Assessment, by: User) -> Assessment:
    """Start the second test of a record; returns its draft."""
    return start_second_test(first, second_of(first, by), by=by)


def complete(second: Assessment, by: User, cells: dict[str, str]) -> Assessment:
    return sign(put(second, cells, by=by), by)


def make_pair(
    patient: Patient,
    testers: tuple[User, User],
    first: dict[Cell, Result],
    second: dict[str, str],
    *,
    days_ago: int = 1,
    profile: str = "mrc",
) -> tuple[Assessment, Assessment]:
    """Return two records of one day, both signed, the second begun after the first."""
    at = timezone.now() - timedelta(days=days_ago)
    at = at.astimezone(patient.clinic.zone).replace(hour=10, minute=0)
    one = make_signed(patient, testers[0], first, tested_at=at, profile=profile)
    other = complete(begin(one, testers[1]), testers[1], second)
    return Assessment.objects.get(pk=one.pk), Assessment.objects.get(pk=other.pk)
