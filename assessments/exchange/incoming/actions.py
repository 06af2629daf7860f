"""Bringing a checked file in: one transaction, whole or not at all."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from mmt.accounts.models import Clinic, User
from mmt.audit.log import Told, record_many
from mmt.audit.models import Action
from patients.actions import register_patients, restore_patient
from patients.models import Patient, Sex
from patients.names import fold

from ... import progress
from ...models import (
    Import,
    ImportedPatient,
    ImportStatus,
    NamedTester,
    StagedTable,
)
from ...tables import insert_all
from .check import Plan, in_parts
from .people import NewPatient
from .report import Report
from .writing import record_of, write_visits

AT_ONCE = 1_000  # visits, or events of the log, that are in memory as objects together

REFUSALS = {
    "bad rows": gettext_lazy(
        "Some rows cannot be imported. Correct them, or choose the good rows only."
    ),
    "nothing": gettext_lazy("There is nothing to import."),
    "changed": gettext_lazy(
        "Something changed meanwhile. Nothing was imported: look at the check again."
    ),
    "built upon": gettext_lazy(
        "This import cannot be undone any more: one of its records was amended, voided or moved, "
        "or somebody signed a newer record of one of its patients."
    ),
}


class Refused(ValueError):
    """The file cannot come in, or go again, as it stands. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def carry_out(found: Import, plan: Plan, *, only_good: bool, by: User) -> Import:
    """Bring in what the plan says. Sent twice, it is done once.

    Raises Refused: "bad rows" unless only the good ones are wanted, "nothing" if there are none,
    "changed" if what the plan was made from is no longer so.
    """
    locked = (
        Import.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=found.pk)
    )
    if not locked.is_staged:
        return locked
    if code := refusal(plan, only_good=only_good):
        raise Refused(code)
    try:
        with transaction.atomic():
            _write(locked, plan, by=by)
    except IntegrityError:
        raise Refused("changed") from None
    return locked


def refusal(plan: Plan | Report, *, only_good: bool) -> str:
    """Return what speaks against carrying out the plan, as the code of `Refused`; or nothing."""
    if plan.left and not only_good:
        return "bad rows"
    return "nothing" if plan.is_empty else ""


def _write(found: Import, plan: Plan, *, by: User) -> None:
    """Write all of it. The log is told last: whoever else has to tell it something, as each
    signature and each look at a patient does, waits from then on.
    """
    now = timezone.now()
    patients, told = _register(found, plan.new_patients)
    patients |= {key: known.id for key, known in plan.patients.known.items()}
    testers = _testers(found.clinic, plan)
    for some in in_parts(plan.visits, AT_ONCE):
        records = [
            (record_of(visit, found, patients[visit.number], testers[visit.tester], by, now), visit)
            for visit in some
        ]
        told += write_visits(found, records, by=by, at=now)
    touched = list(Patient.objects.filter(pk__in={patients[each.number] for each in plan.visits}))
    progress.refresh_many(found.clinic, touched)
    found.status, found.imported_at, found.by = ImportStatus.IMPORTED, now, by
    found.counts = {
        "rows": plan.rows,
        "visits": len(plan.visits),
        "scores": plan.scores,
        "measured": plan.measured,
        "patients": len(plan.new_patients),
        "already": plan.already,
        "left": plan.left,
    }
    found.save(update_fields=["status", "imported_at", "by", "counts"])
    if not plan.left:  # what stays behind can still be taken down until tomorrow
        StagedTable.objects.filter(batch=found).delete()
    for patient in touched:
        if patient.archived_at:  # put away with an import that was undone
            restore_patient(patient, by=by)
    told.append(Told(Action.IMPORTED, None, found.pk, {"sha256": found.file_hash} | found.counts))
    for events in in_parts(told, AT_ONCE):
        record_many(events, by=by, clinic_id=found.clinic_id)


def _register(found: Import, planned: Sequence[NewPatient]) -> tuple[dict[str, UUID], list[Told]]:
    """Register new patients; return their ids by record number in capitals, and what the log is to
    be told.
    """
    made = [
        Patient(
            clinic=found.clinic,
            record_number=new.number,
            family_name=new.family,
            given_names=new.given,
            birth_date=new.born,  # type: ignore[misc]  # `NewPatient.missing` is empty
            sex=new.sex or Sex.UNKNOWN,
        )
        for new in planned
    ]
    told = register_patients(made, {"import": str(found.pk)})
    insert_all([ImportedPatient(patient_id=patient.pk, batch_id=found.pk) for patient in made])
    return {patient.record_number.upper(): patient.pk for patient in made}, told


def _testers(clinic: Clinic, plan: Plan) -> dict[str, UUID]:
    """Return the testers' accounts by name; for a name alone one that nobody can sign in to."""
    found: dict[str, UUID] = {}
    made: dict[str, User] = {}
    for name, tester in plan.testers.items():
        user, key = tester.user, fold(name)[:100]
        if user is None and key not in made:
            made[key] = User(email=f"{uuid4()}@tester.invalid", name=name, is_active=False)
            made[key].set_unusable_password()
            made[key].save(force_insert=True)
            NamedTester.objects.create(user=made[key], clinic=clinic, name_key=key)
        found[name] = (user or made[key]).pk
    return found
