"""Keeping the read model of change equal to the scores."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from patients.models import Patient

from .history import Cell
from .models import Assessment, Progress, Score

# (movement, side, level, tested at, assessment, tester), by cell and time
Row = tuple[str, str, int | None, datetime, UUID, UUID]
UPDATED = [
    f"{which}_{what}"
    for which in ("baseline", "previous", "latest")
    for what in ("level", "at", "assessment_id", "tester_id")
]


def refresh(patient: Patient, cells: Iterable[Cell]) -> None:
    """Derive the patient's progress of these cells anew, in the caller's transaction."""
    lock(patient)
    wanted = set(cells)
    rows = _graded_rows(patient, {movement for movement, _side in wanted})
    derived = {
        (movement, side): _derive(patient, list(group))
        for (movement, side), group in groupby(rows, key=lambda row: (row[0], row[1]))
        if (movement, side) in wanted
    }
    _write(derived.values())
    gone = [(patient.pk, movement, side) for movement, side in wanted - derived.keys()]
    if gone:
        Progress.objects.filter(pk__in=gone).delete()
    _refresh_last_seen(patient)


def add_visit(assessment: Assessment, levels: Mapping[Cell, int]) -> None:
    """Take in a visit just signed, with the levels of its graded cells.

    The newest visit moves each cell on by one, however long the history; any other is derived.
    """
    patient = assessment.patient
    lock(patient)
    known = {(row.movement, row.side): row for row in Progress.objects.filter(patient=patient)}
    if any(known[cell].latest_at >= assessment.tested_at for cell in levels if cell in known):
        refresh(patient, levels)
        return
    moved = []
    for (movement, side), level in levels.items():
        visit = (movement, side, level, assessment.tested_at, assessment.pk, assessment.tester_id)
        row = known.get((movement, side))
        if row:
            _set(row, "previous", _latest(row))
            _set(row, "latest", visit)
        moved.append(row or _derive(patient, [visit]))
    _write(moved)
    _refresh_last_seen(patient)


def rebuild(patient: Patient) -> None:
    """Derive all of the patient's progress anew."""
    lock(patient)
    Progress.objects.filter(patient=patient).delete()
    refresh(
        patient,
        Score.objects.filter(assessment__patient=patient).values_list("movement", "side"),
    )


def lock(*patients: Patient) -> None:
    """Hold these patients until the transaction ends, always in the same order.

    Two records of one patient signed at once would each derive progress without the other.
    """
    wanted = Patient.objects.filter(pk__in=[patient.pk for patient in patients])
    list(wanted.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _write(rows: Iterable[Progress]) -> None:
    Progress.objects.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=UPDATED,
        unique_fields=["patient_id", "movement", "side"],
    )


def _latest(row: Progress) -> Row:
    return (
        row.movement,
        row.side,
        row.latest_level,
        row.latest_at,
        row.latest_assessment_id,
        row.latest_tester_id,
    )


def _refresh_last_seen(patient: Patient) -> None:
    latest = patient.assessments.in_force().latest_first().first()
    patient.last_seen = latest.local_tested_at.date() if latest else None
    patient.save(update_fields=["last_seen"])


def _graded_rows(patient: Patient, movements: set[str]) -> Iterable[Row]:
    return (
        Score.objects.filter(
            assessment__patient=patient,
            assessment__status__in=("signed", "amended"),
            status="graded",
            movement__in=movements,
        )
        .order_by(
            "movement",
            "side",
            "assessment__tested_at",
            "assessment__entered_at",
            "assessment_id",
        )
        .values_list(
            "movement",
            "side",
            "level",
            "assessment__tested_at",
            "assessment_id",
            "assessment__tester_id",
        )
    )


def _derive(patient: Patient, rows: Sequence[Row]) -> Progress:
    """Return the progress of one cell from its graded rows, earliest first, at least one."""
    found = Progress(
        patient_id=patient.pk,
        clinic_id=patient.clinic_id,
        movement=rows[0][0],
        side=rows[0][1],
    )
    _set(found, "baseline", rows[0])
    _set(found, "latest", rows[-1])
    if len(rows) > 1:
        _set(found, "previous", rows[-2])
    return found


def _set(progress: Progress, which: str, row: Row) -> None:
    _movement, _side, level, at, assessment_id, tester_id = row
    setattr(progress, f"{which}_level", level)
    setattr(progress, f"{which}_at", at)
    setattr(progress, f"{which}_assessment_id", assessment_id)
    setattr(progress, f"{which}_tester_id", tester_id)
