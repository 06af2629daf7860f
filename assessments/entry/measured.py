"""Writing measurements of a draft. Like its scores they leave no audit events: signing does."""

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mmt.accounts.models import Clinic, User

from ..models import Draft, Measurement, MeasurementKind
from .drafts import lock_draft

# What a person tells of a measurement; the rest says which one it is, and who told it.
TOLD = (
    "typed",
    "trials",
    "unit",
    "rule",
    "device",
    "count",
    "full_height",
    "limited_by",
    "position",
    "note",
)
DEVICES_OFFERED = 8
DEVICES_LOOKED_AT = 200


class AlreadyMeasured(ValueError):
    """This movement and side has another measurement of the kind."""

    def __init__(self, standing: Measurement) -> None:
        super().__init__(str(standing))
        self.standing = standing


class ChangedMeanwhile(ValueError):
    """The measurement to be changed does not stand as the person saw it; None: it is gone."""

    def __init__(self, standing: Measurement | None) -> None:
        super().__init__(str(standing))
        self.standing = standing


@transaction.atomic
def add_measurement(measurement: Measurement, *, by: User) -> None:
    """Write a new measurement; the same one sent again changes nothing.

    Raises AlreadyMeasured, NoLongerADraft.
    """
    lock_draft(measurement.assessment_id)
    standing = find(measurement)
    if standing is None:
        _write(measurement, by=by, is_new=True)
    elif told(standing) != told(measurement):
        raise AlreadyMeasured(standing)


@transaction.atomic
def change_measurement(measurement: Measurement, *, seen: str, by: User) -> None:
    """Put what is told now in the place of what stood as `seen` (see `mark_of`).

    Raises ChangedMeanwhile, NoLongerADraft.
    """
    lock_draft(measurement.assessment_id)
    standing = find(measurement)
    if standing is not None and told(standing) == told(measurement):
        return
    if standing is None or mark_of(standing) != seen:
        raise ChangedMeanwhile(standing)
    _write(measurement, by=by, is_new=False)


@transaction.atomic
def remove_measurement(measurement: Measurement) -> None:
    """Take a measurement out of a draft; one that is gone stays gone. Raises NoLongerADraft."""
    lock_draft(measurement.assessment_id)
    gone, _rows = Measurement.objects.filter(pk=measurement.pk).delete()
    if gone:
        _count_as_change(measurement.assessment_id)


def find(measurement: Measurement) -> Measurement | None:
    return Measurement.objects.filter(pk=measurement.pk).first()


def told(measurement: Measurement) -> dict[str, object]:
    return {name: getattr(measurement, name) for name in TOLD}


def mark_of(measurement: Measurement) -> str:
    """Return a mark by which to see whether a measurement still stands as it was shown."""
    return measurement.entered_at.isoformat()


def devices_of(clinic: Clinic) -> list[str]:
    """Return the devices that the clinic measured with of late, the newest first."""
    latest = (
        Measurement.objects.filter(assessment__clinic=clinic, kind=MeasurementKind.FORCE)
        .exclude(device="")
        .order_by("-assessment__tested_at", "-entered_at")
        .values_list("device", flat=True)[:DEVICES_LOOKED_AT]
    )
    return list(dict.fromkeys(latest))[:DEVICES_OFFERED]


def _write(measurement: Measurement, *, by: User, is_new: bool) -> None:
    measurement.entered_by, measurement.entered_at = by, timezone.now()
    measurement.save(force_insert=is_new, force_update=not is_new)
    _count_as_change(measurement.assessment_id)


def _count_as_change(assessment_id: UUID) -> None:
    """Whoever reviewed the draft before must look again."""
    Draft.objects.filter(assessment=assessment_id).update(
        revision=F("revision") + 1, saved_at=timezone.now()
    )
