"""The planned visits of a file as rows of the tables: records in force, and where each is from."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from mmt.accounts.models import User
from mmt.audit.log import Told
from mmt.audit.models import Action

from ... import instrument
from ...models import (
    Assessment,
    AssessmentStatus,
    Entered,
    Import,
    ImportedVisit,
    Meaning,
    Measurement,
    Score,
    Signature,
    Source,
)
from ...quality import marks
from ...signing import sign_each
from ...tables import SCORE, insert, insert_all
from .visits import PlannedVisit

Records = Sequence[tuple[Assessment, PlannedVisit]]


def record_of(
    visit: PlannedVisit, found: Import, patient: UUID, tester: UUID, by: User, at: datetime
) -> Assessment:
    """Return the visit as a draft, to take its scores."""
    battery, movements = visit.form
    return Assessment(
        id=uuid4(),
        clinic_id=found.clinic_id,
        patient_id=patient,
        tester_id=tester,
        entered_by_id=by.pk,
        source=Source.IMPORTED,
        tested_at=visit.tested_at,
        time_zone=found.clinic.time_zone,
        entered_at=at,
        profile=visit.scale,
        battery=battery,
        battery_version=instrument.battery(battery).version if battery else 1,
        movements=movements,
        **visit.context,
    )


def write_visits(found: Import, records: Records, *, by: User, at: datetime) -> list[Told]:
    """Write the drafts with their scores, then put them in force at once.

    Returns what the log is to be told of each.
    """
    insert_all([record for record, _visit in records])
    insert(Score, SCORE, _score_rows(records))
    insert_all([each for record, visit in records for each in _measurements(record, visit, by, at)])
    insert_all([_origin(record, visit, found) for record, visit in records])
    signatures = sign_each(((record, by, at) for record, _visit in records), Meaning.IMPORTED)
    Assessment.objects.filter(pk__in=[record.pk for record, _visit in records]).update(
        status=AssessmentStatus.SIGNED, signed_by=by, signed_at=at, revision=1
    )
    marks.mark(
        (record, [each.level for each in visit.results.values() if each.level is not None])
        for record, visit in records
    )
    return [
        _told(record, visit, found, signature)
        for (record, visit), signature in zip(records, signatures, strict=True)
    ]


def _score_rows(records: Records) -> Iterator[tuple[Any, ...]]:
    """Yield the scores in the order of SCORE: there are many, so no object is made of one."""
    for record, visit in records:
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
            yield (record.pk, *cell, *told, Entered.IMPORTED.value, "")


def _measurements(
    record: Assessment, visit: PlannedVisit, by: User, at: datetime
) -> Iterator[Measurement]:
    for (movement, side, _kind), found in visit.measured.items():
        yield Measurement(
            assessment=record,
            movement=movement,
            side=side,
            trials=found.trials,
            entered_by=by,
            entered_at=at,
            **asdict(found) | {"typed": list(found.typed)},
        )


def _origin(record: Assessment, visit: PlannedVisit, found: Import) -> ImportedVisit:
    return ImportedVisit(
        assessment_id=record.pk,
        batch_id=found.pk,
        clinic_id=found.clinic_id,
        row=visit.row,
        tester=visit.tester,
        time_known=visit.time_known,
        key=visit.key,
        content=visit.content,
    )


def _told(record: Assessment, visit: PlannedVisit, found: Import, signature: Signature) -> Told:
    detail = {"import": str(found.pk), "row": visit.row, "results": len(visit.results)}
    if visit.measured:
        detail["measured"] = len(visit.measured)
    detail["signature"] = signature.hash
    return Told(Action.ASSESSMENT_IMPORTED, record.patient_id, record.pk, detail)
