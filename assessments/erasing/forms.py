"""What is asked before anybody is erased."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from patients.erasure import LEAST_REASON
from patients.fields import PlainTextField
from patients.models import LegalGround


class ErasureForm(forms.Form):
    """The ground, the reason, and that the law was looked up. Nothing is chosen beforehand."""

    ground = forms.ChoiceField(
        choices=LegalGround.choices, widget=forms.RadioSelect, label=_("Legal ground")
    )
    reason = PlainTextField(
        min_length=LEAST_REASON,
        max_length=500,
        label=_("Reason, and where it is written down"),
        help_text=_("Who confirms it reads this. It goes with the patient."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    checked = forms.BooleanField(
        label=_("No law demands any longer that these records are kept; I have checked."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
