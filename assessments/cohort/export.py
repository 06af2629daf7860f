"""The list of an answer, or of who waits for a test, as a file of CSV."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery

from mmt.accounts.clinics import in_order
from mmt.accounts.models import Clinic, User
from mmt.audit.log import record_export
from patients.models import Patient
from patients.querysets import PatientQuerySet

from .. import instrument
from ..change import Flag
from ..exchange.csv_lines import END, csv_cells
from ..exchange.spreadsheet import harmless
from ..models import Progress
from .question import FLAGGED, Question
from .ready import Ready, as_due

WHO = ("clinic", "record_number", "family_name", "given_names", "birth_date")
COLUMNS = (
    *WHO,
    "movement",
    "side",
    "from_grade",
    "from_date",
    "to_grade",
    "to_date",
    "flag_since_baseline",
    "confirmed_by_repeat",
    "tester_of_latest",
)
# The re-test interval is that of the clinic, in days.
WAITING = {
    Ready.OVERDUE: (*WHO, "retest_due", "retest_interval_days", "last_visit"),
    Ready.RELAPSE: (*WHO, "relapse", "last_visit"),
}
AT_ONCE = 500


def tell(found: QuerySet[Any], asked: str, clinics: list[Clinic], *, by: User) -> None:
    """Tell the log of each clinic what leaves, before it does; `asked` is the query string."""
    whose = "pk" if found.model is Patient else "patient"
    counted = found.values_list("clinic", whose).annotate(rows=Count("*")).order_by()
    rows: dict[UUID, dict[UUID, int]] = {clinic.pk: {} for clinic in clinics}
    for clinic_id, patient_id, count in counted:
        rows[clinic_id][patient_id] = count
    with transaction.atomic():
        for clinic in in_order(clinics):
            of_clinic = rows[clinic.pk]
            detail = {"question": asked, "rows": sum(of_clinic.values())}
            record_export(of_clinic, by=by, clinic_id=clinic.pk, detail=detail)


def waiting_lines(found: PatientQuerySet, ready: Ready, clinics: list[Clinic]) -> Iterator[bytes]:
    """Yield the heading and a line for each patient that `waiting` found, by name."""
    yield csv_cells(WAITING[ready]) + END
    for row in as_due(found.by_name().iterator(AT_ONCE), ready, clinics):
        seen, clinic = row.patient.last_seen, row.patient.clinic
        interval = [str(clinic.retest_interval_days)] if ready is Ready.OVERDUE else []
        last = [seen.isoformat() if seen else ""]
        cells = [*_who(row.patient, clinic), row.since.isoformat(), *interval, *last]
        yield csv_cells(cells) + END


def lines(found: QuerySet[Progress], question: Question) -> Iterator[bytes]:
    """Yield the heading and a line for each result, by name and movement."""
    yield csv_cells(COLUMNS) + END
    clinics = {clinic.pk: clinic for clinic in question.asked_clinics}
    tester = User.objects.filter(pk=OuterRef("latest_tester_id")).values("name")[:1]
    rows = (
        found.select_related("patient")
        .annotate(tester_name=Subquery(tester))
        .order_by("patient__sort_name", "patient_id", "movement", "side")
    )
    for row in rows.iterator(AT_ONCE):
        yield csv_cells(_cells(row, clinics[row.clinic_id], question.before)) + END


def _cells(row: Progress, clinic: Clinic, before: str) -> list[str]:
    patient, flag = row.patient, Flag(row.flag)
    shown = clinic.change_flags and flag in FLAGGED
    return [
        *_who(patient, clinic),
        row.movement,
        row.side,
        instrument.code(getattr(row, f"{before}_level"), clinic.scale_profile),
        _day(getattr(row, f"{before}_at"), clinic).isoformat(),
        instrument.code(row.latest_level, clinic.scale_profile),
        _day(row.latest_at, clinic).isoformat(),
        flag.value if shown else "",
        ("yes" if row.confirmed else "no") if shown else "",
        harmless(getattr(row, "tester_name", None) or ""),
    ]


def _who(patient: Patient, clinic: Clinic) -> list[str]:
    return [
        harmless(clinic.name),
        harmless(patient.record_number),
        harmless(patient.family_name),
        harmless(patient.given_names),
        patient.birth_date.isoformat(),
    ]


def _day(at: datetime, clinic: Clinic) -> date:
    return at.astimezone(clinic.zone).date()
