"""Typing in a pile of paper sheets: what stays the same from sheet to sheet.

What was chosen is kept in the session as it was sent, and judged again each time it is used: the
person may have lost the clinic meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic, Membership, User
from mmt.accounts.roles import ROLE_PERMISSIONS, Permission
from patients.models import Patient

from .. import instrument
from ..models import Assessment
from .forms import TestedAtField, battery_choices, profile_choices, refuse_other_scale

KEPT = "back_entry"
STARTED = "back_entry_started"
MOST_STARTED = 50
RECORDING_ROLES = [role for role, may in ROLE_PERMISSIONS.items() if Permission.RECORD in may]


class TesterField(forms.ModelChoiceField):
    """Who recorded at the clinic once: an old sheet may be of somebody who has left."""

    def __init__(self, clinic: Clinic) -> None:
        recorded = Membership.objects.filter(clinic=clinic, role__in=RECORDING_ROLES)
        here = recorded.filter(user=OuterRef("pk"), active=True, user__is_active=True)
        testers = User.objects.filter(pk__in=recorded.values("user")).annotate(is_here=Exists(here))
        super().__init__(
            testers.order_by("-is_here", "name", "email"),
            label=_("tester"),
            empty_label=_("Choose who tested"),
            help_text=_("Who tested the patient. You are noted as who typed it in."),
        )

    def label_from_instance(self, obj: Any) -> str:
        return str(obj) if obj.is_here else str(_("%s (no longer here)") % obj)


class BackEntryForm(forms.Form):
    """What a pile of sheets has in common. Nobody is chosen as the tester beforehand."""

    battery = forms.ChoiceField(label=_("battery"), choices=battery_choices)
    profile = forms.ChoiceField(label=_("scale"), choices=profile_choices)

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        battery = instrument.BATTERIES.get(clinic.default_battery)
        kwargs.setdefault("initial", {}).update(
            battery=clinic.default_battery,
            profile=(battery and battery.profile) or clinic.scale_profile,
        )
        super().__init__(*args, **kwargs)
        self.clinic = clinic
        self.fields["tested_at"] = TestedAtField(
            clinic, help_text=_("A sheet of another time can say so in the grid, under Context.")
        )
        self.fields["tester"] = TesterField(clinic)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout("tested_at", "tester", "battery", "profile")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refuse_other_scale(self, cleaned)
        return cleaned


@dataclass(frozen=True, slots=True)
class Pile:
    """The choices for a pile of sheets, judged."""

    clinic: Clinic
    tested_at: datetime
    tester: User
    battery: instrument.Battery
    profile: instrument.Profile

    @property
    def local_tested_at(self) -> datetime:
        return self.tested_at.astimezone(self.clinic.zone)

    def assessment(self, patient: Patient, *, id: UUID, by: User) -> Assessment:
        """Return the unsaved assessment of one sheet: tester and typist stand apart."""
        return Assessment(
            id=id,
            clinic=self.clinic,
            patient=patient,
            tester=self.tester,
            entered_by=by,
            battery=self.battery.key,
            battery_version=self.battery.version,
            profile=self.profile.key,
            movements=list(self.battery.movements),
            tested_at=self.tested_at,
            time_zone=self.clinic.time_zone,
        )


def pile_of(form: BackEntryForm) -> Pile:
    """Return what a valid form says."""
    data = form.cleaned_data
    return Pile(
        form.clinic,
        data["tested_at"],
        data["tester"],
        instrument.battery(data["battery"]),
        instrument.profile(data["profile"]),
    )


def keep(session: SessionBase, form: BackEntryForm) -> None:
    sent = {name: form.data.get(name, "") for name in form.fields}
    session[KEPT] = sent | {"clinic": str(form.clinic.pk)}


def kept_texts(session: SessionBase, clinic: Clinic) -> dict[str, str]:
    """Return what was chosen for this clinic before, for the form to begin with."""
    kept: dict[str, str] = session.get(KEPT, {})
    return kept if kept.get("clinic") == str(clinic.pk) else {}


def kept_pile(session: SessionBase, user: User) -> Pile | None:
    """Return the pile at work; None if there is none, or what was chosen no longer holds."""
    kept: dict[str, str] = session.get(KEPT, {})
    clinics = user.clinics_with(Permission.RECORD)
    clinic = next((each for each in clinics if str(each.pk) == kept.get("clinic")), None)
    if clinic is None:
        return None
    form = BackEntryForm(kept, clinic=clinic)
    return pile_of(form) if form.is_valid() else None


def note_started(session: SessionBase, assessment: Assessment) -> None:
    """Remember that this record is a sheet of the pile: after it comes the next."""
    started = [*session.get(STARTED, []), str(assessment.pk)]
    session[STARTED] = list(dict.fromkeys(started))[-MOST_STARTED:]


def is_of_the_pile(session: SessionBase, assessment: Assessment) -> bool:
    return str(assessment.pk) in session.get(STARTED, [])
