"""The erasing itself: everything held about a patient goes in one transaction, told without words.

The database lets rows go only while their erasure is under way (`patients/triggers.py`).
"""

import logging
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mmt.accounts.models import Clinic
from mmt.audit.alarms import raise_alarm
from mmt.audit.log import erase_words, forget_viewings, record
from mmt.audit.models import Action
from mmt.jobs import queue
from patients.models import Erasure, Patient, Way

from .. import progress
from ..exchange.incoming.staging import forget_names, forget_staged
from ..models import Assessment
from .hanging import Model, records_of, rows_of

ACTOR = "erasure"
log = logging.getLogger(__name__)


def erase_due() -> Iterator[None]:
    """A duty of the workers: do what is due, a patient a step; an alarm where one cannot be."""
    for erasure in list(Erasure.objects.due()):
        try:
            erase(erasure)
        except IntegrityError:
            log.exception("The erasure %s could not be done.", erasure.pk)
            _alarm(erasure)
        yield


@transaction.atomic
def erase(erasure: Erasure) -> dict[str, int]:
    """Do it now, whenever it is due; return how many rows of which table went.

    Nothing goes where it was withdrawn meanwhile. Raises IntegrityError where the database refuses.
    """
    # The patient first, as everybody does who asks for an erasure or withdraws it.
    held = Patient.objects.select_for_update(no_key=True)
    patient = held.filter(pk=erasure.patient_id, clinic=erasure.clinic_id).first()
    locked = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure.pk)
    if not locked.is_standing:
        return {}
    if patient is None:  # erased again, from the list beside a backup
        locked.withdrawn_at = timezone.now()
        locked.save(update_fields=["withdrawn_at"])
        return {}
    locked.begun_at = timezone.now()
    locked.save(update_fields=["begun_at"])
    records = records_of(patient)
    queue.throw_away(locked.clinic)
    forget_staged(locked.clinic)
    forget_names(patient, records)
    gone = dict(_delete(patient, records))
    _tell(locked, gone)
    Erasure.objects.filter(patient_id=locked.patient_id).exclude(reason="").update(reason="")
    locked.erased_at = timezone.now()
    locked.save(update_fields=["erased_at"])
    transaction.on_commit(lambda: _throw_away_again(locked.clinic))
    return gone


def erase_again(patients: Iterable[UUID]) -> int:
    """Erase those who were erased after the backup was made from which this database came back.

    Return how many of them were still here.
    """
    done = 0
    for patient in Patient.objects.filter(pk__in=list(patients)).select_related("clinic"):
        with transaction.atomic():
            progress.lock(patient)
            standing = Erasure.objects.standing().filter(patient_id=patient.pk)
            standing.update(withdrawn_at=timezone.now())
            now = timezone.now()
            again = Erasure.objects.create(
                clinic=patient.clinic,
                patient_id=patient.pk,
                way=Way.AGAIN,
                asked_at=now,
                due_at=now,
            )
            erase(again)
        done += 1
    return done


def _throw_away_again(clinic: Clinic) -> None:
    """A job that was claimed while the erasing went on may have read the patient."""
    with transaction.atomic():
        queue.throw_away(clinic)
    queue.clear()


def _delete(patient: Patient, records: list[UUID]) -> Iterator[tuple[str, int]]:
    for model, rows in rows_of(patient, records).items():
        number = _delete_records(records) if model is Assessment else _deleted(model, rows)
        if number:
            yield model._meta.db_table, number


def _delete_records(records: list[UUID]) -> int:
    """One by one, the oldest first: the database lets one that was moved go before the newer."""
    for key in records:
        Assessment.objects.filter(pk=key).delete()
    return len(records)


def _deleted(model: Model, rows: "models.QuerySet[models.Model]") -> int:
    """Whatever still holds a row is not forgotten, but refuses it (PROTECT)."""
    return rows.delete()[1].get(model._meta.label, 0)


def _tell(erasure: Erasure, gone: dict[str, int]) -> None:
    """Tell who decided on what ground, then take every other word about the patient."""
    clinic_id, patient_id = erasure.clinic_id, erasure.patient_id
    people = {"asked_by": erasure.asked_by, "confirmed_by": erasure.confirmed_by}
    record(
        Action.PATIENT_ERASED,
        by=None,
        actor=ACTOR,
        clinic_id=clinic_id,
        patient_id=patient_id,
        target=erasure.pk,
        detail={
            "way": erasure.way,
            "ground": erasure.ground,
            **{name: person.email for name, person in people.items() if person},
            "gone": gone,
        },
    )
    erase_words(clinic_id=clinic_id, patient_id=patient_id)
    forget_viewings(patient_id)


@transaction.atomic
def _alarm(erasure: Erasure) -> None:
    raise_alarm(
        str(erasure.clinic_id),
        f"erasure:{erasure.pk}",
        _("An erasure could not be done: %s. Nothing of it was.") % erasure.pk,
        actor=ACTOR,
    )
