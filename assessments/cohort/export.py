"""The list of an answer as a file of CSV."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery

from mmt.accounts.models import Clinic, User
from mmt.audit.log import record
from mmt.audit.models import Action

from .. import instrument
from ..change import Flag
from ..exchange.csv_lines import END, csv_cells
from ..exchange.spreadsheet import harmless
from ..models import Progress
from .question import FLAGGED, Question, as_query

COLUMNS = (
    "clinic",
    "record_number",
    "family_name",
    "given_names",
    "birth_date",
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
AT_ONCE = 500


def tell(found: QuerySet[Progress], question: Question, *, by: User) -> None:
    """Tell the log of each clinic what leaves, before it does."""
    counts = dict(found.values_list("clinic").annotate(rows=Count("movement")).order_by())
    with transaction.atomic():
        for clinic in question.asked_clinics:
            detail = {"question": as_query(question), "rows": counts.get(clinic.pk, 0)}
            record(Action.EXPORTED, by=by, clinic_id=clinic.pk, detail=detail)


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
        harmless(clinic.name),
        harmless(patient.record_number),
        harmless(patient.family_name),
        harmless(patient.given_names),
        patient.birth_date.isoformat(),
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


def _day(at: datetime, clinic: Clinic) -> date:
    return at.astimezone(clinic.zone).date()
