"""Opening, ending and looking at emergency accesses: one transaction each, told to the log."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from mmt.accounts.models import Clinic, User
from mmt.audit.log import record
from mmt.audit.models import Action, AuditEvent, Outcome

from ..models import EmergencyAccess, Patient
from ..models.emergency import LASTS
from .mail import tell_of

MOST_TRIES = 5  # that fail, of one person
WITHIN = timedelta(hours=1)


class TooManyTries(Exception):
    """The person guessed too often within an hour."""


class NotFound(Exception):
    """No patient can be opened like this; nobody is told why."""


def open_in_emergency(
    *, record_number: str, birth_date: date, kind: str, reason: str, by: User
) -> EmergencyAccess:
    """Let `by` read the one patient of another clinic with this number and birth date.

    Raises NotFound, which counts as a try and is told to the log; TooManyTries.
    """
    with transaction.atomic():
        # One at a time, so that nobody tries more often than is counted.
        person = User.objects.select_for_update().get(pk=by.pk)
        if _failed_tries(person) >= MOST_TRIES:
            raise TooManyTries
        patient = _find(record_number, birth_date, by)
        if patient:
            return _open(patient, person, kind, reason)
        # On the chain of the one who tried, and without the number: it may be anybody's.
        own = by.clinics[0].pk if by.clinics else None
        record(
            Action.EMERGENCY_OPENED,
            by=by,
            clinic_id=own,
            detail={"kind": kind},
            outcome=Outcome.REFUSED,
        )
    raise NotFound


@transaction.atomic
def end_emergency(patient_id: UUID, *, by: User) -> bool:
    """End one's own access to a patient before its time, however often it was opened; return
    whether there was one.
    """
    now = timezone.now()
    open_ones = EmergencyAccess.objects.filter(
        person=by, patient=patient_id, ended_at=None, until__gt=now
    ).select_related("patient")
    ended = list(open_ones.select_for_update(of=("self",)))
    for access in ended:
        access.ended_at = now
        access.save(update_fields=["ended_at"])
        _tell(Action.EMERGENCY_ENDED, access, by=by)
    _set_until(by)
    return bool(ended)


@transaction.atomic
def review_emergency(access: EmergencyAccess, *, by: User) -> None:
    """Note that an administrator of the patient's clinic looked at it. The first one stays."""
    locked = EmergencyAccess.objects.select_for_update(of=("self",)).get(pk=access.pk)
    if locked.reviewed_at is not None:
        return
    locked.reviewed_at, locked.reviewed_by = timezone.now(), by
    locked.save(update_fields=["reviewed_at", "reviewed_by"])
    _tell(Action.EMERGENCY_REVIEWED, locked, by=by)


@transaction.atomic
def allow_emergencies(clinic: Clinic, allowed: bool, *, by: User) -> None:
    """Say whether people of other clinics may read this one's patients in an emergency."""
    locked = Clinic.objects.select_for_update().get(pk=clinic.pk)
    if locked.emergency_access == allowed:
        return
    locked.emergency_access = allowed
    locked.save(update_fields=["emergency_access"])
    detail = {"before": {"emergency_access": not allowed}, "after": {"emergency_access": allowed}}
    record(Action.CLINIC_CHANGED, by=by, clinic_id=clinic.pk, target=clinic.pk, detail=detail)


def _find(record_number: str, birth_date: date, by: User) -> Patient | None:
    """Return the patient that is meant; none where two of that number were born on one day."""
    found = Patient.objects.filter(
        record_number__iexact=record_number,
        birth_date=birth_date,
        clinic__emergency_access=True,
    ).exclude(clinic__in=by.clinics)
    patients = list(found.select_related("clinic")[:2])
    return patients[0] if len(patients) == 1 else None


def _open(patient: Patient, person: User, kind: str, reason: str) -> EmergencyAccess:
    now = timezone.now()
    access = EmergencyAccess.objects.create(
        patient=patient, person=person, kind=kind, reason=reason, begun_at=now, until=now + LASTS
    )
    _set_until(person)
    _tell(Action.EMERGENCY_OPENED, access, by=person, kind=kind, reason=reason)
    transaction.on_commit(lambda: tell_of(access))
    return access


def _failed_tries(person: User) -> int:
    return AuditEvent.objects.filter(
        actor_id=person.pk,
        at__gt=timezone.now() - WITHIN,
        action=Action.EMERGENCY_OPENED,
        outcome=Outcome.REFUSED,
    ).count()


def _set_until(person: User) -> None:
    latest = EmergencyAccess.objects.filter(person=person, ended_at=None).aggregate(Max("until"))
    User.objects.filter(pk=person.pk).update(emergency_until=latest["until__max"])


def _tell(action: Action, access: EmergencyAccess, *, by: User, **detail: str) -> None:
    until = access.until.astimezone(access.patient.clinic.zone)
    record(
        action,
        by=by,
        clinic_id=access.patient.clinic_id,
        patient_id=access.patient_id,
        target=access.pk,
        detail={**detail, "until": until.isoformat(timespec="minutes")},
    )
