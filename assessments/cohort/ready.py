"""Ready-made questions: what is new to this person, and who waits for a test."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic, User
from mmt.audit.models import Action, AuditEvent
from patients.models import Event, EventKind, Patient
from patients.querysets import PatientQuerySet

from ..instrument import LabelledEnum
from ..models import Assessment
from ..models.progress import moved
from .question import flagged


class Ready(LabelledEnum):
    NEW = "new", _("Flagged since my last sign-in")
    OVERDUE = "overdue", _("Overdue for a re-test")
    RELAPSE = "relapse", _("Not re-tested after a relapse")


@dataclass(frozen=True, slots=True)
class Due:
    """A patient who waits for a test: since when it was due, or the relapse it follows."""

    patient: Patient
    since: date


def seen_since(user: User) -> datetime | None:
    """Return when the person signed in before this time; None at a first sign-in."""
    signed_in = AuditEvent.objects.filter(actor_id=user.pk, action=Action.SIGN_IN)
    times = list(signed_in.order_by("-at").values_list("at", flat=True)[:2])
    return times[1] if len(times) > 1 else None


def new(clinics: list[Clinic], since: datetime) -> Q:
    """Return what is flagged since baseline by a record signed after this moment."""
    signed = Assessment.objects.filter(clinic__in=clinics, signed_at__gt=since)
    by_these = Q(latest_assessment_id__in=signed.values("pk"))
    return flagged(clinics) & moved("baseline") & by_these


def waiting(ready: Ready, patients: PatientQuerySet, clinics: list[Clinic]) -> PatientQuerySet:
    """Return the patients of these clinics who wait for a test in this way."""
    mine = patients.filter(clinic__in=clinics)
    match ready:
        case Ready.OVERDUE:
            return due(mine, clinics)
        case Ready.RELAPSE:
            return relapsed(mine)
    raise ValueError(f"Nobody waits in {ready!r}")


def as_due(found: Iterable[Patient], ready: Ready, clinics: list[Clinic]) -> Iterator[Due]:
    """Yield what the patients that `waiting` found wait for."""
    known = {clinic.pk: clinic for clinic in clinics}
    for patient in found:
        patient.clinic = known[patient.clinic_id]
        yield Due(patient, _since(patient, ready))


def _since(patient: Patient, ready: Ready) -> Any:
    if ready is Ready.RELAPSE:
        return getattr(patient, "relapsed_on")  # noqa: B009  (an annotation)
    assert patient.last_seen  # noqa: S101  (nobody is overdue who was never seen)
    return patient.last_seen + timedelta(days=patient.clinic.retest_interval_days)


def due(patients: PatientQuerySet, clinics: list[Clinic]) -> PatientQuerySet:
    """Keep the active patients whose last visit lies longer back than their clinic's interval."""
    waiting = Q(pk__in=[])
    for clinic in clinics:
        last = clinic.now().date() - timedelta(days=clinic.retest_interval_days)
        waiting |= Q(clinic=clinic, last_seen__lt=last)
    return patients.active().filter(waiting)


def relapsed(patients: PatientQuerySet) -> PatientQuerySet:
    """Keep the active patients with no record in force after the day of their latest relapse.

    They have that day as `relapsed_on`.
    """
    relapses: QuerySet[Event] = Event.objects.filter(
        patient=OuterRef("pk"), kind=EventKind.RELAPSE, voided_at__isnull=True
    )
    latest = Subquery(relapses.order_by("-started").values("started")[:1])
    seen = Coalesce(OuterRef("last_seen"), Value(date.min))
    struck = patients.active().filter(Exists(relapses.filter(started__gte=seen)))
    return struck.annotate(relapsed_on=latest)
