"""What is entered beside the assessments, kind by kind, as the patient's page shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from mmt.kept import Kept

from .happening_forms import (
    CareContactForm,
    EditableForm,
    EventForm,
    InterventionForm,
    ReferralForm,
)
from .happenings import TOLD, AnyHappened, Told
from .models import Patient

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the four: its form, its words, and how a row reads in a list.

    `name` is that of the addresses' names, `place` that in the address, `rows` the relation.
    """

    name: str
    place: str
    rows: str
    form: type[EditableForm]
    heading: Promise
    one: Promise
    add: Promise
    edit: Promise
    purpose: Promise
    saved: Promise
    reads: Callable[[Any], tuple[str, str]]

    @property
    def model(self) -> type[AnyHappened]:
        model: type[AnyHappened] = self.form._meta.model
        return model

    @property
    def told(self) -> Told:
        return TOLD[self.model]


EVENT = Kind(
    "event",
    "events",
    "events",
    EventForm,
    heading=_("Events"),
    one=_("Event"),
    add=_("Add an event"),
    edit=_("Edit an event"),
    purpose=_(
        "Something that happened and that the charts should show: a relapse, a fall, an infection."
    ),
    saved=_("The event is on the time axis."),
    reads=lambda row: (capfirst(row.get_kind_display()), row.note),
)
INTERVENTION = Kind(
    "intervention",
    "interventions",
    "interventions",
    InterventionForm,
    heading=_("Interventions"),
    one=_("Intervention"),
    add=_("Add an intervention"),
    edit=_("Edit an intervention"),
    purpose=_("What is done to help. For charting only, not a prescription."),
    saved=_("The intervention is on the time axis."),
    reads=lambda row: (row.name, row.dose),
)
REFERRAL = Kind(
    "referral",
    "referrals",
    "referrals",
    ReferralForm,
    heading=_("Referrals"),
    one=_("Referral"),
    add=_("Add a referral"),
    edit=_("Edit a referral"),
    purpose=_("Whom the patient was sent to, why, and what became of it. Nothing is sent by this."),
    saved=_("The referral is on the time axis."),
    reads=lambda row: (
        capfirst(row.get_kind_display()),
        f"{row.reason}, {row.get_status_display()}",
    ),
)
CARE_CONTACT = Kind(
    "care_contact",
    "care-team",
    "care_team",
    CareContactForm,
    heading=_("Care team"),
    one=_("Person of the care team"),
    add=_("Add a person of the care team"),
    edit=_("Edit a person of the care team"),
    purpose=_("Who else cares for the patient, and where a letter would reach them."),
    saved=_("The care team is saved."),
    reads=lambda row: (
        row.name,
        ", ".join([row.get_profession_display(), *row.address.splitlines()]),
    ),
)
KINDS = (CARE_CONTACT, REFERRAL, EVENT, INTERVENTION)


@dataclass(frozen=True, slots=True)
class Line:
    """One row in words."""

    row: AnyHappened
    days: str
    what: str
    more: str


@dataclass(frozen=True, slots=True)
class Card:
    """All of a kind, newest first: what stands, what folds away, what was entered in error."""

    kind: Kind
    shown: list[Line]
    earlier: list[Line]
    in_error: list[Line]


def cards_of(patient: Patient) -> list[Card]:
    """Return a card for each kind: one query each."""
    return [_card(kind, patient) for kind in KINDS]


def _card(kind: Kind, patient: Patient) -> Card:
    lines = [line_of(kind, row) for row in _kept_rows[kind.name](patient.pk)]
    standing = [line for line in lines if line.row.voided_at is None]
    in_error = [line for line in lines if line.row.voided_at is not None]
    return Card(kind, standing[:SHOWN], standing[SHOWN:], in_error)


def _rows_of(kind: Kind) -> Kept[Any]:
    def rows(patient: UUID) -> QuerySet[Any]:
        found = kind.model.objects.filter(patient=patient).select_related("voided_by")
        return found.order_by(F("started").desc(nulls_last=True), "-entered_at", "pk")

    return Kept(rows)


_kept_rows = {kind.name: _rows_of(kind) for kind in KINDS}


def line_of(kind: Kind, row: AnyHappened) -> Line:
    what, more = kind.reads(row)
    days = " – ".join(str(day) for day in (row.started, row.ended) if day)
    if row.ended and not row.started:
        days = f"– {row.ended}"
    return Line(row, days, what, more)
