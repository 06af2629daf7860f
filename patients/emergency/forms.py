"""What is asked before a record of another clinic is opened, and the clinic's own word on it."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic

from ..fields import PlainTextField, TypedDateField
from ..models import EmergencyReason
from ..models.emergency import LEAST_REASON


class EmergencyForm(forms.Form):
    """Who is meant, exactly, and why."""

    record_number = PlainTextField(max_length=40, label=_("Record number at the other clinic"))
    birth_date = TypedDateField(label=_("Birth date"))
    kind = forms.ChoiceField(
        choices=EmergencyReason.choices, widget=forms.RadioSelect, label=_("Why")
    )
    reason = PlainTextField(
        min_length=LEAST_REASON,
        max_length=500,
        label=_("In your own words"),
        help_text=_("The administrators of that clinic read it, and so may the patient."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AllowForm(forms.ModelForm):
    class Meta:
        model = Clinic
        fields = ("emergency_access",)
        labels: ClassVar[dict[str, Any]] = {
            "emergency_access": _("People of other clinics may read a record in an emergency")
        }
