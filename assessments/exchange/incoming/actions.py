"""Bringing a checked file in: one transaction, whole or not at all."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from mmt.accounts.models import Clinic, User
from mmt.audit.log import Told, record, record_many
from mmt.audit.models import Action
from patients.actions import register_patients, restore_patient
from patients.models import Patient, Sex
from patients.names import fold

from ... import instrument, progress
from ...models import (
    Assessment,
    AssessmentStatus,
    Entered,
    Import,
    ImportedPatient,
    ImportedVisit,
    ImportStatus,
    Meaning,
    NamedTester,
    Score,
    Source,
    StagedTable,
)
from ...quality import marks
from ...signing import sign_each
from ...tables import insert
from .check import Plan
from .people import NewPatient
from .visits import PlannedVisit

AT_ONCE = 2_000  # rows of one statement
SCORE = (
    "assessment_id",
    "movement",
    "side",
    "status",
    "level",
    "reason",
    "limiters",
    "position",
    "note",
    "entered",
    "confirmed",
)


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


def refusal(plan: Plan, *, only_good: bool) -> str:
    """Return what speaks against carrying out the plan, as the code of `Refused`; or nothing."""
    if plan.left and not only_good:
        return "bad rows"
    return "nothing" if plan.is_empty else ""


def _write(found: Import, plan: Plan, *, by: User) -> None:
    now = timezone.now()
    patients = _register(found, plan.new_patients, by=by)
    patients |= {key: known.id for key, known in plan.patients.known.items()}
    testers = _testers(found.clinic, plan)
    _write_visits(found, plan.visits, patients, testers, by=by, at=now)
    touched = list(Patient.objects.filter(pk__in={patients[each.number] for each in plan.visits}))
    for patient in touched:
        if patient.archived_at:  # put away with an import that was undone
            restore_patient(patient, by=by)
    progress.refresh_many(found.clinic, touched)
    found.status, found.imported_at, found.by = ImportStatus.IMPORTED, now, by
    found.counts = {
        "rows": plan.rows,
        "visits": len(plan.visits),
        "scores": plan.scores,
        "patients": len(plan.new_patients),
        "already": plan.already,
        "left": plan.left,
    }
    found.save(update_fields=["status", "imported_at", "by", "counts"])
    if not plan.left:  # what stays behind can still be taken down until tomorrow
        StagedTable.objects.filter(batch=found).delete()
    record(
        Action.IMPORTED,
        by=by,
        clinic_id=found.clinic_id,
        target=found.pk,
        detail={"file": found.file_name, "sha256": found.file_hash} | found.counts,
    )


def _register(found: Import, planned: Sequence[NewPatient], *, by: User) -> dict[str, UUID]:
    """Register new patients; return their ids by record number in capitals."""
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
    register_patients(made, by=by, detail={"import": str(found.pk)})
    ImportedPatient.objects.bulk_create(
        [ImportedPatient(patient=patient, batch=found) for patient in made], batch_size=AT_ONCE
    )
    return {patient.record_number.upper(): patient.pk for patient in made}


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


def _write_visits(
    found: Import,
    visits: Sequence[PlannedVisit],
    patients: dict[str, UUID],
    testers: dict[str, UUID],
    *,
    by: User,
    at: datetime,
) -> None:
    """Write visits as drafts that take their scores, then put them in force at once."""
    planned = [(uuid4(), visit) for visit in visits]
    records = Assessment.objects.bulk_create(
        [
            Assessment(
                id=pk,
                clinic=found.clinic,
                patient_id=patients[visit.number],
                tester_id=testers[visit.tester],
                entered_by=by,
                source=Source.IMPORTED,
                tested_at=visit.tested_at,
                time_zone=found.clinic.time_zone,
                entered_at=at,
                profile=visit.scale,
                **visit.context,
                **_form(visit),
            )
            for pk, visit in planned
        ],
        batch_size=AT_ONCE,
    )
    insert(Score, SCORE, _score_rows(planned))
    ImportedVisit.objects.bulk_create(
        [
            ImportedVisit(
                assessment_id=pk,
                batch=found,
                clinic=found.clinic,
                row=visit.row,
                tester=visit.tester,
                time_known=visit.time_known,
                key=visit.key,
                content=visit.content,
            )
            for pk, visit in planned
        ],
        batch_size=AT_ONCE,
    )
    sign_each(((record, by, at) for record in records), Meaning.IMPORTED)
    Assessment.objects.filter(imported__batch=found).update(
        status=AssessmentStatus.SIGNED, signed_by=by, signed_at=at, revision=1
    )
    marks.mark(
        (record, [each.level for each in visit.results.values() if each.level is not None])
        for record, (_pk, visit) in zip(records, planned, strict=True)
    )
    record_many(
        [
            Told(
                Action.ASSESSMENT_IMPORTED,
                patients[visit.number],
                pk,
                {"import": str(found.pk), "row": visit.row, "results": len(visit.results)},
            )
            for pk, visit in planned
        ],
        by=by,
        clinic_id=found.clinic_id,
    )


def _score_rows(planned: Sequence[tuple[UUID, PlannedVisit]]) -> Iterator[tuple[Any, ...]]:
    """Yield the scores in the order of SCORE: there are many, so no object is made of one."""
    for pk, visit in planned:
        for cell, (
            status,
            level,
            reason,
            limiters,
            position,
            note,
            *_rest,
        ) in visit.results.items():
            told = (status, level, reason, " ".join(limiters), position, note)
            yield (pk, *cell, *told, Entered.IMPORTED.value, "")


def _form(visit: PlannedVisit) -> dict[str, Any]:
    battery, movements = visit.form
    version = instrument.battery(battery).version if battery else 1
    return {"battery": battery, "battery_version": version, "movements": movements}
