"""Starting an assessment, and the context around its scores."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic, User
from patients.models import Patient

from .. import instrument
from ..models import Assessment
from ..models.context import Context

# A tablet's clock may run ahead of ours.
CLOCK_LEEWAY = timedelta(minutes=10)
CONTEXT_FIELDS = tuple(field.name for field in Context._meta.fields)
CONTEXT_GROUPS = (
    ("tested_at", "setting", "heat"),
    ("fatigue_before", "fatigue_after", "pain", "pain_where"),
    ("relapse_status", "edss", "falls_since_last"),
    ("device", "device_worn"),
    ("hours_since_antispastic", "hours_since_fampridine"),
    ("first_side", "stopped_early", "note"),
)
CONTEXT_KEYS = tuple(f"context.{name}" for group in CONTEXT_GROUPS for name in group)
TESTED_AT = _("tested at")
EDSS_LEAST_STEP = 1  # the scale goes 0, 1, 1.5, 2 and so on to 10


class TestedAtField(forms.DateTimeField):
    """When the patient was tested, on the clinic's wall clock; not in the future."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(label=TESTED_AT, **kwargs)
        self.clinic = clinic

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime) and timezone.is_aware(value):
            return value.astimezone(self.clinic.zone).replace(tzinfo=None)
        return value

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(self.clinic.zone):
            return super().to_python(value)

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        if value and value > timezone.now() + CLOCK_LEEWAY:
            raise forms.ValidationError(_("This is in the future."), code="future")


def check_after_birth(tested_at: datetime | None, patient: Patient, clinic: Clinic) -> None:
    if tested_at and tested_at.astimezone(clinic.zone).date() < patient.birth_date:
        raise forms.ValidationError(
            {"tested_at": _("This is before the patient was born.")}, code="before_birth"
        )


def _batteries() -> list[tuple[str, str]]:
    return [
        (battery.key, f"{battery.name} ({len(instrument.cells(battery.movements))})")
        for battery in instrument.BATTERIES.values()
    ]


def _profiles() -> list[tuple[str, str]]:
    return [(profile.key, str(profile.name)) for profile in instrument.PROFILES.values()]


class StartForm(forms.Form):
    """Which battery, on which scale, when. The id makes sending it twice harmless."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    battery = forms.ChoiceField(label=_("battery"), choices=_batteries)
    profile = forms.ChoiceField(label=_("scale"), choices=_profiles)

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        clinic = patient.clinic
        battery = instrument.BATTERIES.get(clinic.default_battery)
        kwargs.setdefault("initial", {}).update(
            id=uuid.uuid4(),
            battery=clinic.default_battery,
            profile=(battery and battery.profile) or clinic.scale_profile,
            tested_at=timezone.now(),
        )
        super().__init__(*args, **kwargs)
        self.patient = patient
        self.fields["tested_at"] = TestedAtField(clinic)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout("id", "battery", "profile", "tested_at")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "id" in self.errors:  # hidden, so its own error would not be seen
            self.add_error(None, _("This form is not whole. Open a new one."))
        check_after_birth(cleaned.get("tested_at"), self.patient, self.patient.clinic)
        battery = instrument.BATTERIES.get(cleaned.get("battery", ""))
        if battery and battery.profile and cleaned.get("profile") not in {battery.profile, None}:
            needed = instrument.profile(battery.profile).name
            self.add_error(
                "profile",
                _("%(battery)s is scored on %(scale)s.")
                % {"battery": battery.name, "scale": needed},
            )
        return cleaned

    def assessment(self, by: User) -> Assessment:
        """Return the unsaved assessment that the valid form describes."""
        data = self.cleaned_data
        battery = instrument.battery(data["battery"])
        return Assessment(
            id=data["id"],
            clinic=self.patient.clinic,
            patient=self.patient,
            tester=by,
            entered_by=by,
            battery=battery.key,
            battery_version=battery.version,
            profile=data["profile"],
            movements=list(battery.movements),
            tested_at=data["tested_at"],
            time_zone=self.patient.clinic.time_zone,
        )


class ContextForm(forms.ModelForm):
    """What stood around the scores. Every field but the time is optional."""

    prefix = "context"

    class Meta:
        model = Assessment
        fields = CONTEXT_FIELDS
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "note": forms.Textarea(attrs={"rows": 3}),
            "edss": forms.NumberInput(attrs={"step": "0.5"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tested_at"] = TestedAtField(self.instance.clinic)
        self.initial["tested_at"] = self.instance.tested_at

    def add_prefix(self, field_name: str) -> str:
        return f"{self.prefix}.{field_name}"

    def clean_edss(self) -> Decimal | None:
        edss: Decimal | None = self.cleaned_data["edss"]
        if edss and (edss < EDSS_LEAST_STEP or edss * 2 % 1):
            raise forms.ValidationError(_("The EDSS is 0, 1, 1.5, 2 and so on to 10."))
        return edss

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        tested_at = cleaned.get("tested_at")
        check_after_birth(tested_at, self.instance.patient, self.instance.clinic)
        if tested_at:
            self.instance.tested_at = tested_at
        return cleaned
