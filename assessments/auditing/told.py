"""Events as lines to read: when, who, what, about whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from mmt.accounts.models import Clinic, Membership, User
from mmt.audit.models import AuditEvent, Outcome
from patients.models import Patient

from .found import people_of
from .sentences import details, did, kind_of


@dataclass(frozen=True, slots=True)
class Line:
    """`at` is on the clinic's wall. `patient` only where it is one of the clinic's."""

    event: AuditEvent
    at: datetime
    who: str
    did: str
    kind: str
    details: str
    refused: bool
    patient: Patient | None = None


def lines_of(events: list[AuditEvent], clinic: Clinic) -> list[Line]:
    """Return the events for the clinic's administrators: two queries."""
    people = people_of(events)
    ids = {event.patient_id for event in events if event.patient_id}
    patients = Patient.objects.filter(clinic=clinic).in_bulk(ids)
    return [
        _line(event, clinic, _name(event, people), patients.get(event.patient_id))
        for event in events
    ]


class Roles:
    """Who people are to a patient: by name and role, strangers by name and clinic."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self._known: dict[UUID | None, str] = {}

    def lines_of(self, events: list[AuditEvent]) -> list[Line]:
        """Return the events for the patient to read: two queries at most."""
        self._look_up(event for event in events if event.actor_id not in self._known)
        return [
            _line(event, self.clinic, self._known.get(event.actor_id) or _program(event))
            for event in events
        ]

    def _look_up(self, events: Iterable[AuditEvent]) -> None:
        people = people_of(list(events))
        held: dict[UUID, list[Membership]] = {person: [] for person in people}
        rows = Membership.objects.filter(user__in=people).select_related("clinic")
        for row in rows.order_by("-active", "role"):
            held[row.user_id].append(row)
        for person in people.values():
            self._known[person.pk] = (
                f"{person.name or person.email} ({self._role(held[person.pk])})"
            )

    def _role(self, rows: list[Membership]) -> str:
        here = [row.get_role_display() for row in rows if row.clinic_id == self.clinic.pk]
        if here:
            return ", ".join(dict.fromkeys(here))
        roles = (f"{row.get_role_display()}, {row.clinic}" for row in rows)
        return "; ".join(dict.fromkeys(roles)) or _("no longer known")


def _line(event: AuditEvent, clinic: Clinic, who: str, patient: Patient | None = None) -> Line:
    return Line(
        event=event,
        at=event.at.astimezone(clinic.zone),
        who=who,
        did=did(event),
        kind=str(kind_of(event).label),
        details=details(event),
        refused=event.outcome == Outcome.REFUSED,
        patient=patient,
    )


def _name(event: AuditEvent, people: dict[UUID, User]) -> str:
    person = people.get(event.actor_id) if event.actor_id else None
    return (person.name if person else "") or event.actor or _("Somebody unknown")


def _program(event: AuditEvent) -> str:
    """Return who did what no person's account did."""
    if event.actor_id:
        return _("A person whose account is gone")
    return _("The program itself (%s)") % (event.actor or _("unknown"))
