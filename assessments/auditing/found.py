"""Which events somebody asked for, and a page of them found again by the event at its edge."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from mmt.accounts.models import Clinic, Membership, User
from mmt.audit.log import HOUSE
from mmt.audit.models import AuditEvent, Exported
from patients.models import Patient

SIZE = 50
Events = QuerySet[AuditEvent]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Events of one clinic; `first_day` and `last_day` as they fell there, both included.

    With `sign_ins`, what the clinic's people did on the chain of the house instead: signing in,
    passwords, second factors, keys. None or "" is any.
    """

    clinic: Clinic
    sign_ins: bool = False
    first_day: date | None = None
    last_day: date | None = None
    person: User | None = None
    action: str = ""
    outcome: str = ""
    patient: Patient | None = None

    def events(self) -> Events:
        """Return what was asked for, in no order."""
        found = self._of_people() if self.sign_ins else of_chain(self.clinic)
        if self.first_day:
            found = found.filter(at__gte=self._midnight(self.first_day))
        if self.last_day:
            found = found.filter(at__lt=self._midnight(self.last_day + timedelta(days=1)))
        if self.person:
            found = found.filter(actor_id=self.person.pk)
        if self.action:
            found = found.filter(action=self.action)
        if self.outcome:
            found = found.filter(outcome=self.outcome)
        if self.patient:
            found = found.filter(_about(self.patient))
        return found

    def described(self) -> dict[str, str]:
        """Return the filter in the words of the audit log."""
        said = {
            "log": "sign-ins" if self.sign_ins else "clinic",
            "from": self.first_day and self.first_day.isoformat(),
            "to": self.last_day and self.last_day.isoformat(),
            "person": self.person and self.person.email,
            "action": self.action,
            "outcome": self.outcome,
            "patient": self.patient and str(self.patient.pk),
        }
        return {name: value for name, value in said.items() if value}

    def _of_people(self) -> Events:
        """Of who has left until they did: what they do elsewhere is no business of this clinic."""
        people = Membership.objects.filter(clinic=self.clinic)
        then = people.filter(Q(active=True) | Q(since__gte=OuterRef("at")))
        did = Q(Exists(then.filter(user_id=OuterRef("actor_id"))))
        # A failed sign-in is nobody's, but was tried under a name.
        tried = Q(Exists(then.filter(user__email=OuterRef("actor"))), actor_id=None)
        anybody = Q(actor_id__in=people.values("user_id"))  # which an index serves
        named = Q(actor_id=None, actor__in=people.values("user__email"))
        return AuditEvent.objects.filter(anybody & did | named & tried, chain=HOUSE)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.clinic.zone)


def of_chain(clinic: Clinic) -> Events:
    return AuditEvent.objects.filter(chain=str(clinic.pk))


def of_patient(patient: Patient) -> Events:
    """Return everything that was ever done or tried about a patient, by whomever."""
    return AuditEvent.objects.filter(_about(patient))


def _about(patient: Patient) -> Q:
    exports = Exported.objects.filter(patient_id=patient.pk).values("event_id")
    return Q(patient_id=patient.pk) | Q(pk__in=exports)


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first. `back` and `on` are the events next to which the pages around it stand."""

    events: list[AuditEvent]
    back: int | None = None
    on: int | None = None


def page_of(found: Events, *, after: str, before: str) -> Page:
    """Return the page that follows (is older than) or precedes an event, or the newest."""
    if edge := _edge(found, before):
        later = Q(at__gt=edge.at) | Q(pk__gt=edge.pk)
        rows = list(found.filter(later, at__gte=edge.at).order_by("at", "pk")[: SIZE + 1])
        if shown := rows[:SIZE][::-1]:
            return Page(shown, shown[0].pk if len(rows) > SIZE else None, shown[-1].pk)
    edge = _edge(found, after)
    rows = list((older_than(found, edge) if edge else newest_first(found))[: SIZE + 1])
    shown = rows[:SIZE]
    return Page(
        shown,
        back=shown[0].pk if edge and shown else None,
        on=shown[-1].pk if len(rows) > SIZE else None,
    )


def newest_first(found: Events) -> Events:
    return found.order_by("-at", "-pk")


def older_than(found: Events, edge: AuditEvent) -> Events:
    earlier = Q(at__lt=edge.at) | Q(pk__lt=edge.pk)
    return newest_first(found.filter(earlier, at__lte=edge.at))  # a range, which an index serves


def _edge(found: Events, key: str) -> AuditEvent | None:
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    return found.filter(pk=int(key)).first()


def in_pages(found: Events, at_once: int) -> Iterable[list[AuditEvent]]:
    """Yield all, newest first, so many at a time, with no query held open between."""
    rows = list(newest_first(found)[:at_once])
    while rows:
        yield rows
        rows = list(older_than(found, rows[-1])[:at_once])


def people_of(events: Iterable[AuditEvent]) -> dict[UUID, User]:
    return User.objects.in_bulk({event.actor_id for event in events if event.actor_id})
