"""Ready-made questions: what is new to this person, and who waits for a test."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic, User
from mmt.audit.models import Action, AuditEvent
from patients.models import Event, EventKind, Patient
from patients.querysets import PatientQuerySet

from ..instrument import LabelledEnum


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
    known = patients.active().annotate(relapsed_on=latest).filter(relapsed_on__isnull=False)
    return known.filter(Q(last_seen__isnull=True) | Q(last_seen__lte=F("relapsed_on")))
