"""Starting an assessment, and the context around its scores."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

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
from ..pairing import pairs_of

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
WALL = ZoneInfo("UTC")
TESTED_AT = _("tested at")
EDSS_LEAST_STEP = 1  # the scale goes 0, 1, 1.5, 2 and so on to 10


class TestedAtField(forms.DateTimeField):
    """When the patient was tested, on the clinic's wall clock; not in the future.

    `stands` is the moment recorded so far. A wall clock that names it means it and no other, even
    in the hour that an autumn night has twice; of the two, a new entry means the later one that
    is past. A time written with its offset from UTC is exact.
    """

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, clinic: Clinic, *, stands: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(label=TESTED_AT, **kwargs)
        self.clinic = clinic
        self.stands = stands

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime) and timezone.is_aware(value):
            return value.astimezone(self.clinic.zone).replace(tzinfo=None)
        return value

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(WALL):  # a place where every hour is there once
            found = super().to_python(value)
        try:
            if found is not None and found.tzinfo is WALL:
                found = self._moment(found.replace(tzinfo=None))
            return found and found.astimezone(self.clinic.zone)
        except OverflowError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def _moment(self, wall: datetime) -> datetime:
        """Return when the clinic's clocks showed this. Raises ValidationError if they never did."""
        if self.stands and _minute(self.prepare_value(self.stands)) == _minute(wall):
            return self.stands
        zone = self.clinic.zone
        moments = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0)]
        shown = [each for each in moments if self.prepare_value(each) == wall]
        if not shown:
            raise forms.ValidationError(
                _("The clocks never showed this time: they were put forward that night."),
                code="skipped",
            )
        return next((each for each in shown if not _is_future(each)), shown[-1])

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        if value and _is_future(value):
            raise forms.ValidationError(_("This is in the future."), code="future")


def _minute(wall: datetime) -> datetime:
    return wall.replace(second=0, microsecond=0)


def _is_future(moment: datetime) -> bool:
    return moment > timezone.now() + CLOCK_LEEWAY


def check_after_birth(tested_at: datetime | None, patient: Patient, clinic: Clinic) -> None:
    if tested_at and tested_at.astimezone(clinic.zone).date() < patient.birth_date:
        raise forms.ValidationError(
            {"tested_at": _("This is before the patient was born.")}, code="before_birth"
        )


def battery_choices() -> list[tuple[str, str]]:
    return [
        (battery.key, f"{battery.name} ({len(instrument.cells(battery.movements))})")
        for battery in instrument.BATTERIES.values()
    ]


def profile_choices() -> list[tuple[str, str]]:
    return [(profile.key, str(profile.name)) for profile in instrument.PROFILES.values()]


def refuse_other_scale(form: forms.Form, cleaned: dict[str, Any]) -> None:
    """Add an error where a battery with a scale of its own is asked for on another."""
    battery = instrument.BATTERIES.get(cleaned.get("battery", ""))
    if battery and battery.profile and cleaned.get("profile") not in {battery.profile, None}:
        needed = instrument.profile(battery.profile).name
        form.add_error(
            "profile",
            _("%(battery)s is scored on %(scale)s.") % {"battery": battery.name, "scale": needed},
        )


class StartForm(forms.Form):
    """Which battery, on which scale, when. The id makes sending it twice harmless."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    battery = forms.ChoiceField(label=_("battery"), choices=battery_choices)
    profile = forms.ChoiceField(label=_("scale"), choices=profile_choices)

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
        refuse_other_scale(self, cleaned)
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
        self.fields["tested_at"] = TestedAtField(
            self.instance.clinic, stands=self.instance.tested_at
        )
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
        if tested_at and self.instance.apart:
            self._check_day_of_pair(tested_at)
        if tested_at:
            self.instance.tested_at = tested_at
        return cleaned

    def _check_day_of_pair(self, tested_at: datetime) -> None:
        pair = pairs_of(self.instance).first()
        if pair and not pair.day_begins <= tested_at < pair.day_ends:
            raise forms.ValidationError(
                {"tested_at": _("The other test of this blind pair was on another day.")},
                code="other_day",
            )
