"""Alarms: raised once for each place, standing until an administrator says why they may go."""

from collections.abc import Iterable

from django.db import models, transaction
from django.utils import timezone

from .log import HOUSE, Actor, record
from .models import Action, Alarm


def clinic_of(chain: str) -> str | None:
    """Return the clinic whose chain it is; None for the house's."""
    return None if chain == HOUSE else chain


def raise_alarm(chain: str, key: str, said: str, *, actor: str) -> None:
    """Raise an alarm, in the caller's transaction, unless one with this key was raised before.

    `said` names no patient; `actor` is what found it.
    """
    alarm, new = Alarm.objects.get_or_create(
        key=key, defaults={"chain": chain, "said": said[:300], "raised_at": timezone.now()}
    )
    if new:
        record(
            Action.ALARM_RAISED,
            by=None,
            actor=actor,
            clinic_id=clinic_of(chain),
            target=alarm.pk,
            detail={"said": alarm.said},
        )


def open_alarms(chains: Iterable[object]) -> models.QuerySet[Alarm]:
    """Return what stands on these clinics, and on the house."""
    names = [HOUSE, *map(str, chains)]
    return Alarm.objects.filter(chain__in=names, acknowledged_at=None).order_by("raised_at")


@transaction.atomic
def acknowledge(alarm: Alarm, *, reason: str, by: Actor) -> None:
    """Take an alarm off the start page. Who did it first stays: a second click changes nothing."""
    locked = Alarm.objects.select_for_update().get(pk=alarm.pk)
    if locked.acknowledged_at is not None:
        return
    locked.acknowledged_at, locked.acknowledged_by = timezone.now(), by.email
    locked.reason = reason
    locked.save(update_fields=["acknowledged_at", "acknowledged_by", "reason"])
    record(
        Action.ALARM_ACKNOWLEDGED,
        by=by,
        clinic_id=clinic_of(locked.chain),
        target=locked.pk,
        detail={"said": locked.said, "reason": reason},
    )
